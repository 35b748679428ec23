import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findExecutable } from '../../src/machine/executable.ts';
import { packageFolder } from '../../src/machine/package.ts';
import { metrics } from '../../src/metrics/catalogue.ts';
import type { RunRecord } from '../../src/record/run-record.ts';
import { catalogue } from '../../src/services/catalogue.ts';
import { scaleLab } from './cli.ts';
import { Workbench } from './workbench.ts';

const timed = metrics.filter(({ kind }) => kind === 'timed').map(({ name }) => `${name}(`);

/** The shipped file, in which the scenario takes a third of its time. */
async function shortened(): Promise<string> {
  const shipped = await readFile(path.join(packageFolder, 'scenarios.yaml'), 'utf8');
  const [, before = '', scenario = '', after = ''] = /^(.*\n)( {2}notifications:\n.*?)(suites:.*)$/s.exec(shipped) ?? [];
  const times = [
    ['at: 5s', 'at: 1s'],
    ['for: 8s', 'for: 2s'],
    ['for: 4s', 'for: 2s'],
    ['warmup: 1s', 'warmup: 0.5s'],
  ] as const;
  const faster = times.reduce((text, [from, to]) => {
    expect(text).toContain(from);
    return text.replaceAll(from, to);
  }, scenario);
  return before + faster + after;
}

describe('the scenario notifications, in short', () => {
  let bench: Workbench;
  let record: RunRecord | undefined;
  let problem: string | undefined;
  beforeAll(async () => {
    const executables = catalogue.flatMap(({ name, executables: needed = [] }) => (name === 'rabbitmq' ? needed : []));
    for (const { name, firstIn } of executables)
      if ((await findExecutable(name, process.env, firstIn)) === undefined) problem = `${name} is not installed`;
    bench = await Workbench.create();
    if (problem !== undefined) return;
    await bench.write('scenarios.yaml', await shortened());
    const { code, err } = await scaleLab(['run', 'notifications'], { cwd: bench.folder, env: bench.env });
    // What is timed may have failed where the machine had other things to do.
    expect([0, 1, 3], err).toContain(code);
    record = await bench.onlyRun();
  }, 180_000);
  afterAll(async () => bench[Symbol.asyncDispose]());

  it('is what its claims say, as far as they are about what is counted', (context) => {
    if (problem !== undefined) context.skip(problem);
    const counted = (record?.verdicts ?? []).filter(({ expectation }) => {
      return !timed.some((metric) => expectation.includes(metric));
    });
    expect(counted.length).toBeGreaterThan(8);
    for (const { outcome, expectation, reason } of counted) expect(outcome, `${expectation}: ${reason}`).toBe('passed');
  });

  it('has nothing left', async (context) => {
    if (problem !== undefined) context.skip(problem);
    expect(await bench.leftovers()).toEqual([]);
  });
});
