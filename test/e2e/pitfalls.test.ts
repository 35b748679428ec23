import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pitfalls } from '../../src/lessons/pitfalls.ts';
import { metrics } from '../../src/metrics/catalogue.ts';
import type { RunRecord } from '../../src/record/run-record.ts';
import { scaleLab } from './cli.ts';
import { Workbench } from './workbench.ts';

const timed = metrics.filter(({ kind }) => kind === 'timed').map(({ name }) => `${name}(`);

/** Those of which less is enough, with what is less of them; all others run together, as they are shipped. */
const shortened: Readonly<Record<string, readonly string[]>> = {
  'stale-reads': ['--duration', '3s'],
  'hot-key': ['--duration', '4s'],
  'cold-cache': ['--warmup', '2s', '--duration', '5s', '--variant', 'unprotected,lock,same-ttl,jitter'],
};
const whole = Object.keys(pitfalls).filter((name) => !(name in shortened));
const runs = [
  { names: whole, options: [] },
  ...Object.entries(shortened).map(([name, options]) => ({ names: [name], options })),
];

describe.each(runs)('of $names', ({ names, options }) => {
  let bench: Workbench;
  let record: RunRecord;

  beforeAll(async () => {
    bench = await Workbench.create();
    const { code, err } = await scaleLab(['run', ...names, ...options], { cwd: bench.folder, env: bench.env });
    // What is timed may have failed where the machine had other things to do.
    expect([0, 1, 3], err).toContain(code);
    record = await bench.onlyRun();
  }, 240_000);
  afterAll(async () => bench[Symbol.asyncDispose]());

  it.each(names)('the pitfall %s is what its claims say, as far as they are about what is counted', (name) => {
    const counted = record.verdicts.filter(({ scenario, expectation }) => {
      return scenario === name && !timed.some((metric) => expectation.includes(metric));
    });
    expect(counted.length).toBeGreaterThan(1);
    for (const { outcome, expectation, reason } of counted) expect(outcome, `${expectation}: ${reason}`).toBe('passed');
  });
});
