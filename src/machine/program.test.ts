import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { ProgramFolder } from '../../test/fakes/program-folder.ts';
import { processStatus } from './owner.ts';
import { ProgramFailure, lastLines, requireProgram, runProgram } from './program.ts';

const { signal } = new AbortController();
const waited = { timeout: 30_000 };

test('a program is found on the PATH that is given, or named with where to get it', async () => {
  const { environment, folder } = new ProgramFolder().add('minikube');
  expect(await requireProgram('minikube', 'Install it.', environment)).toBe(path.join(folder, 'minikube'));
  const missing = requireProgram('no-such-program', 'Install it.', environment);
  await expect(missing).rejects.toMatchObject({ message: 'no-such-program is not on PATH.', hint: 'Install it.' });
});

test('it gets its arguments, its input and its environment, and gives what it prints', async () => {
  const programs = new ProgramFolder().add(
    'say',
    'read input; echo "$input and $GREETING"; printf "\\033[31mred\\033[0m" >&2',
  );
  const environment = { ...programs.environment, GREETING: 'hello' };
  const printed = await runProgram(`${programs.folder}/say`, ['a b', 'c'], { environment, input: 'in\n' }, signal);
  expect(printed).toEqual({ output: 'in and hello\n', errors: 'red' });
  expect(programs.calls).toEqual(['say a b c']);
});

test('one that fails, one that is killed and one that cannot be started say so', async () => {
  const { environment, folder } = new ProgramFolder()
    .add('fails', 'echo no >&2; exit 3')
    .add('dies', 'kill -9 $$')
    .write('nothing', '');
  const run = (name: string): Promise<unknown> =>
    runProgram(`${folder}/${name}`, [], { environment, input: 'x' }, signal);
  await expect(run('fails')).rejects.toMatchObject({
    message: `${folder}/fails exited with code 3`,
    printed: { errors: 'no\n' },
  });
  await expect(run('dies')).rejects.toThrow('was killed by SIGKILL');
  await expect(run('nothing')).rejects.toThrow(ProgramFailure);
});

test('the signal ends it with all that it started, and its reason is thrown after that', async () => {
  const { environment, folder } = new ProgramFolder().add(
    'load',
    'sleep 600 & echo $! >child; echo $$ >self; echo; wait',
  );
  const controller = new AbortController();
  const running = runProgram(`${folder}/load`, [], { environment }, controller.signal);
  const pids = (): readonly number[] =>
    ['self', 'child'].map((name) => Number(readFileSync(`${folder}/kept/${name}`, 'utf8')));
  await expect.poll(() => pids().every((pid) => pid > 0), waited).toBe(true);
  const reason = new Error('enough');
  controller.abort(reason);
  await expect(running).rejects.toBe(reason);
  for (const pid of pids()) {
    // Whoever takes care of orphans may not have taken note yet.
    await expect.poll(async () => (await processStatus(pid))?.zombie ?? true, waited).toBe(true);
  }
  await expect(runProgram(`${folder}/load`, [], { environment }, controller.signal)).rejects.toBe(reason);
});

test('one that has left its group, and holds the output open, is not waited for', async (context) => {
  if (process.platform !== 'linux') context.skip('there is no setsid');
  const { environment, folder } = new ProgramFolder().add('leaves', 'setsid sleep 600 & echo $! >child; wait');
  const controller = new AbortController();
  const running = runProgram(`${folder}/leaves`, [], { environment }, controller.signal);
  const pid = (): number => Number(readFileSync(`${folder}/kept/child`, 'utf8'));
  await expect.poll(pid, waited).toBeGreaterThan(0);
  const reason = new Error('enough');
  controller.abort(reason);
  await expect(running).rejects.toBe(reason);
  process.kill(pid(), 'SIGKILL');
});

test('what explains a failure is on stderr, if anything is', () => {
  expect(lastLines({ output: 'out\n', errors: 'one\n\ntwo\n' })).toEqual(['one', 'two']);
  expect(lastLines({ output: 'out\n', errors: '\n' })).toEqual(['out']);
});
