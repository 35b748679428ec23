import { describe, expect, it } from 'vitest';
import { fakeIo } from '../../test/fakes/io.ts';
import { fakeOutput } from '../../test/fakes/output.ts';
import { runCommandLine } from './command-line.ts';

async function help(...args: readonly string[]): Promise<string> {
  const out = fakeOutput({ columns: 80 });
  expect(await runCommandLine(fakeIo({ out, args: [...args, '--help'] }))).toBe(0);
  return out.text();
}

/** The commands that `--help` lists. */
async function commands(): Promise<readonly string[]> {
  const [, listed = ''] = (await help()).split('Commands:\n');
  return [...listed.matchAll(/^ {2}([a-z-]+)/gm)].map(([, name = '']) => name);
}

describe('the help', () => {
  it('lists every command that people type', async () => {
    const names = await commands();
    expect(names).toEqual(expect.arrayContaining(['run', 'compare', 'gate', 'explain', 'history', 'report', 'schema']));
    expect(names).not.toContain('complete');
  });

  it('fits 80 columns, and has examples that begin with the name of the program', async () => {
    for (const name of await commands()) {
      const lines = (await help(name)).split('\n');
      expect(lines.filter((line) => line.length > 80)).toEqual([]);
      const examples = lines.slice(lines.indexOf('Examples:') + 1);
      expect(examples.join('\n'), name).toContain(name === 'completion' ? 'scale-lab completion' : `scale-lab ${name}`);
    }
  });
});
