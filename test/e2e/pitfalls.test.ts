import { beforeAll, describe, expect, it } from 'vitest';
import { pitfalls } from '../../src/lessons/pitfalls.ts';
import { findExecutable } from '../../src/machine/executable.ts';
import { metrics } from '../../src/metrics/catalogue.ts';
import type { RunRecord } from '../../src/record/run-record.ts';
import { scaleLab } from './cli.ts';
import { Workbench } from './workbench.ts';

const timed = metrics.filter(({ kind }) => kind === 'timed').map(({ name }) => `${name}(`);

/** Those of which another time is enough, or that need a program which not every machine has; all others run together, in little time. */
const apart: Readonly<Record<string, { readonly options?: readonly string[]; readonly needs?: string }>> = {
  'stale-reads': { options: ['--duration', '3s'] },
  // Of these two PostgreSQL tells rows, a second late: that may be little of the time.
  'deep-pagination': { options: ['--duration', '4s'] },
  'hot-row': { options: ['--duration', '4s'] },
  'hot-key': { options: ['--duration', '4s'] },
  'cold-cache': {
    options: ['--warmup', '2s', '--duration', '5s', '--variant', 'unprotected,lock,same-ttl,jitter'],
  },
  // It loses its connections and gets them back, twice.
  'connection-leak': {},
  'read-replica': {},
  // It has five databases, which the others need not bear.
  sharding: { options: ['--duration', '4s'] },
  'connection-pooler': { options: ['--duration', '3s'], needs: 'pgbouncer' },
};
const together = Object.keys(pitfalls).filter((name) => !(name in apart));
const runs = [
  { names: together, options: ['--warmup', '1s', '--duration', '2s'], needs: undefined },
  ...Object.entries(apart).map(([name, { options = [], needs }]) => ({ names: [name], options, needs })),
];

async function run(names: readonly string[], options: readonly string[]): Promise<RunRecord> {
  await using bench = await Workbench.create();
  const { code, err } = await scaleLab(['run', ...names, ...options], { cwd: bench.folder, env: bench.env });
  // What is timed may have failed where the machine had other things to do.
  expect([0, 1, 3], err).toContain(code);
  return await bench.onlyRun();
}

/** What became of the claims of a scenario that are about what is counted. */
function countedOf({ verdicts }: RunRecord, name: string): RunRecord['verdicts'] {
  return verdicts.filter(({ scenario, expectation }) => {
    return scenario === name && !timed.some((metric) => expectation.includes(metric));
  });
}

describe.each(runs)('of $names', ({ names, options, needs }) => {
  let record: RunRecord | undefined;

  beforeAll(async () => {
    if (needs !== undefined && (await findExecutable(needs, process.env)) === undefined) return;
    record = await run(names, options);
  }, 240_000);

  it.for(names)(
    'the pitfall %s is what its claims say, as far as they are about what is counted',
    { timeout: 240_000 },
    async (name, context) => {
      if (record === undefined) return context.skip(`${String(needs)} is not on PATH`);
      let counted = countedOf(record, name);
      // A machine that stands still for as long as a lock or a connection may be out changes counts as well: then the next run tells.
      if (counted.some(({ outcome }) => outcome !== 'passed')) counted = countedOf(await run([name], options), name);
      expect(counted.length).toBeGreaterThan(1);
      for (const { outcome, expectation, reason } of counted)
        expect(outcome, `${expectation}: ${reason}`).toBe('passed');
    },
  );
});
