import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { fakeIo } from '../../../test/fakes/io.ts';
import { fakeOutput } from '../../../test/fakes/output.ts';
import { wordsOf } from '../../../test/fakes/shell.ts';
import { shippedLessons } from '../../lessons/shipped.ts';
import { packageFolder } from '../../machine/package.ts';
import { runCommandLine } from '../command-line.ts';

// Without a scenario file of its own, so that it is the shipped one that commands find.
const folder = mkdtempSync(path.join(os.tmpdir(), 'scale-lab-explain-'));
afterAll(() => rmSync(folder, { recursive: true }));

symlinkSync(path.join(packageFolder, 'examples'), path.join(folder, 'examples'));

const commands = Object.values(shippedLessons).flatMap(({ next }) => next.flatMap(({ command }) => command ?? []));

describe('what a lesson has the reader try next', () => {
  it.each(commands)('%s', async (command) => {
    const [program, ...args] = wordsOf(command);
    expect(program).toBe('scale-lab');
    const out = fakeOutput();
    expect(await runCommandLine(fakeIo({ out, folder, args: [...args, '--dry-run'] }))).toBe(0);
    expect(out.text()).not.toBe('');
  });
});
