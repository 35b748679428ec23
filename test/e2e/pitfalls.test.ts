import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pitfalls } from '../../src/lessons/pitfalls.ts';
import { metrics } from '../../src/metrics/catalogue.ts';
import type { RunRecord } from '../../src/record/run-record.ts';
import { scaleLab } from './cli.ts';
import { Workbench } from './workbench.ts';

const names = Object.keys(pitfalls);
const timed = metrics.filter(({ kind }) => kind === 'timed').map(({ name }) => `${name}(`);

let bench: Workbench;
let record: RunRecord;

beforeAll(async () => {
  bench = await Workbench.create();
  const { code, err } = await scaleLab(['run', ...names], { cwd: bench.folder, env: bench.env });
  // What is timed may have failed where the machine had other things to do.
  expect([0, 1, 3], err).toContain(code);
  record = await bench.onlyRun();
}, 240_000);
afterAll(async () => bench[Symbol.asyncDispose]());

describe.each(names)('the pitfall %s, as it is shipped', (name) => {
  it('is what its claims say, as far as they are about what is counted', () => {
    const counted = record.verdicts.filter(({ scenario, expectation }) => {
      return scenario === name && !timed.some((metric) => expectation.includes(metric));
    });
    expect(counted.length).toBeGreaterThan(1);
    for (const { outcome, expectation, reason } of counted) expect(outcome, `${expectation}: ${reason}`).toBe('passed');
  });
});
