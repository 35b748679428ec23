import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pitfalls } from '../../src/lessons/pitfalls.ts';
import { findExecutable } from '../../src/machine/executable.ts';
import { metrics } from '../../src/metrics/catalogue.ts';
import type { RunRecord } from '../../src/record/run-record.ts';
import { scaleLab } from './cli.ts';
import { Workbench } from './workbench.ts';

/** What a pitfall needs of the machine that not every one has. */
const needs: Readonly<Record<string, string>> = { 'connection-pooler': 'pgbouncer' };
const all = Object.keys(pitfalls);
const names: string[] = [];
const timed = metrics.filter(({ kind }) => kind === 'timed').map(({ name }) => `${name}(`);

let bench: Workbench;
let record: RunRecord;

beforeAll(async () => {
  for (const name of all) if (await isRunnable(name)) names.push(name);
  bench = await Workbench.create();
  const { code, err } = await scaleLab(['run', ...names], { cwd: bench.folder, env: bench.env });
  // What is timed may have failed where the machine had other things to do.
  expect([0, 1, 3], err).toContain(code);
  record = await bench.onlyRun();
}, 240_000);
afterAll(async () => bench[Symbol.asyncDispose]());

async function isRunnable(name: string): Promise<boolean> {
  const program = needs[name];
  return program === undefined || (await findExecutable(program, process.env)) !== undefined;
}

describe.each(all)('the pitfall %s, as it is shipped', (name) => {
  it('is what its claims say, as far as they are about what is counted', (context) => {
    if (!names.includes(name)) context.skip(`${String(needs[name])} is not on PATH`);
    const counted = record.verdicts.filter(({ scenario, expectation }) => {
      return scenario === name && !timed.some((metric) => expectation.includes(metric));
    });
    expect(counted.length).toBeGreaterThan(1);
    for (const { outcome, expectation, reason } of counted) expect(outcome, `${expectation}: ${reason}`).toBe('passed');
  });
});
