import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { harms, recordWith } from '../../test/fakes/hostile.ts';
import { fakeIo } from '../../test/fakes/io.ts';
import { fakeOutput } from '../../test/fakes/output.ts';
import { ProgramFolder } from '../../test/fakes/program-folder.ts';
import { arePlain, jsonOf } from '../model/foreign-text.ts';
import { reporterNames } from '../reporters/reporter.ts';
import { runCommandLine } from './command-line.ts';

const all = harms.join(' ');
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'scale-lab-hostile-'));
  const question = jsonOf(`Is it? ${all}`);
  await writeFile(
    path.join(folder, 'scenarios.yaml'),
    `version: 1\nscenarios: { mine: { question: ${question}, prediction: ${question}, workload: [GET /todos/1] } }\n`,
  );
  await writeFile(path.join(folder, 'wrong.yaml'), `version: 1\nscenarios: { "${harms.slice(0, 6).join(' ')}": 1 }\n`);
  for (const [index, text] of [...harms, all].entries()) {
    await mkdir(path.join(folder, 'results', `r${index}`), { recursive: true });
    await writeFile(path.join(folder, 'results', `r${index}`, 'run.json'), JSON.stringify(recordWith(text)));
  }
});
afterAll(async () => rm(folder, { recursive: true }));

/** What a command has left on both of its streams, and how it ended. */
async function left(args: readonly string[], environment: Record<string, string> = {}) {
  const [out, err] = [fakeOutput({ color: true }), fakeOutput({ color: true })];
  const code = await runCommandLine(fakeIo({ out, err, folder, args, environment }));
  return { code, out: out.text(), err: err.text() };
}

/** Nothing but text and the lab's own colours. */
function expectHarmless(text: string): void {
  const unpainted = text.replaceAll(/\u001b\[(?:0|1|2|22|3[1236]|39)m/g, '');
  expect(unpainted.replaceAll('\r\n', '\n').replaceAll('\t', ' ')).toSatisfy(arePlain);
}

describe('commands that tell what somebody else has written', () => {
  it.each([
    ['list'],
    ['explain', 'mine'],
    ['validate'],
    ['run', 'mine', '--dry-run'],
    ['history'],
    ['manifests', 'mine'],
  ])('do no harm: %s %s %s', async (...args) => {
    const { code, out, err } = await left(args);
    expect(code, err).toBe(0);
    expect(out).not.toBe('');
    expectHarmless(out);
    expectHarmless(err);
    if (args[0] === 'list' || args[0] === 'explain') expect(out).toContain('painted');
  });

  it.each(reporterNames.filter((name) => name !== 'github'))('do no harm by a report: %s', async (name) => {
    for (const index of [...harms, all].keys()) {
      const { code, out, err } = await left(['report', `results/r${index}`, '--reporter', name]);
      expect(code, err).toBe(0);
      expectHarmless(out);
    }
  });

  it('give GitHub the commands of the lab, and no other', async () => {
    for (const index of [...harms, all].keys()) {
      const { out } = await left(['report', `results/r${index}`, '--reporter', 'github']);
      expect(out.trimEnd().split('\n')).toHaveLength(5);
      expect(out).not.toMatch(/##\w*\[/);
    }
  });

  it('do no harm by an error', async () => {
    for (const text of harms) {
      for (const args of [
        ['explain', `x${text}`],
        ['report', `x${text}`],
        [`x${text}`],
        ['run', `--x${text}`],
        ['list', '--file', `x${text}`],
      ]) {
        const { code, out, err } = await left(args);
        expect(code).not.toBe(0);
        expectHarmless(out);
        expectHarmless(err);
      }
    }
    const { code, err } = await left(['validate', 'wrong.yaml']);
    expect(code).toBe(2);
    expect(err).toContain('is not a name');
    expectHarmless(err);
  });

  it('do no harm by what a program says that the doctor asks', async () => {
    const programs = new ProgramFolder().add('nginx', String.raw`printf '\033[31m\n::error::no' >&2; exit 1`);
    const { out } = await left(['doctor', 'local'], programs.environment);
    expect(out).toContain('::error::no');
    expectHarmless(out);
  });
});
