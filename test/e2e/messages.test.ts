import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageFolder } from '../../src/machine/package.ts';
import { metrics } from '../../src/metrics/catalogue.ts';
import { openPlatform } from '../../src/platforms/index.ts';
import type { RunRecord } from '../../src/record/run-record.ts';
import { problemOfEntry } from '../conformance/requirements.ts';
import { scaleLab } from './cli.ts';
import { Workbench } from './workbench.ts';

const timed = metrics.filter(({ kind }) => kind === 'timed').map(({ name }) => `${name}(`);

/** The trouble and the remedy of each, and the broker without which there is nothing to see. */
const parts = [
  { name: 'notifications', needs: 'rabbitmq', variants: 'over-http, queue-and-inbox, kafka' },
  { name: 'outbox', needs: 'rabbitmq', variants: 'write-first, outbox' },
  { name: 'broker-crash', needs: 'kafka', variants: 'acks-none, acks-all' },
  { name: 'cqrs', needs: 'kafka', variants: 'tables, projection' },
] as const;

/** The shipped scenarios, which take less than half of their time. @param names those that are run */
async function shortened(names: readonly string[]): Promise<string> {
  const shipped = await readFile(path.join(packageFolder, 'scenarios.yaml'), 'utf8');
  const [, before = '', scenarios = ''] = /^(.*\n)( {2}notifications:\n.*?)suites:.*$/s.exec(shipped) ?? [];
  const times = [
    ['at: 4s', 'at: 1s'],
    ['at: 5s', 'at: 1500ms'],
    ['for: 8s', 'for: 2500ms'],
    ['for: 4s', 'for: 1s'],
    ['warmup: 1s', 'warmup: 300ms'],
    ['todos: 30000', 'todos: 5000'],
  ] as const;
  const suite = parts.filter(({ name }) => names.includes(name));
  return [
    before,
    times.reduce((text, [from, to]) => {
      expect(text).toContain(from);
      return text.replaceAll(from, to);
    }, scenarios),
    'suites:\n  quickstart:\n',
    ...suite.map(({ name, variants }) => `    - { scenario: ${name}, variants: [${variants}] }\n`),
  ].join('');
}

describe('the scenarios of messages, in short', () => {
  let bench: Workbench;
  let record: RunRecord | undefined;
  const problems = new Map<string, string | undefined>();
  beforeAll(async () => {
    bench = await Workbench.create();
    const platform = await openPlatform('local', { environment: process.env, temporaryFolder: bench.temporary });
    const requirements = await platform.requirements(new AbortController().signal);
    for (const { name, needs } of parts) problems.set(name, problemOfEntry(needs, requirements));
    const names = parts.map(({ name }) => name).filter((name) => problems.get(name) === undefined);
    if (names.length === 0) return;
    await bench.write('scenarios.yaml', await shortened(names));
    const { code, err } = await scaleLab(['run'], { cwd: bench.folder, env: bench.env });
    // What is timed may have failed where the machine had other things to do.
    expect([0, 1, 3], err).toContain(code);
    record = await bench.onlyRun();
  }, 400_000);
  afterAll(async () => bench[Symbol.asyncDispose]());

  it.for(parts.map(({ name }) => name))(
    '%s is what its claims say, as far as they are about what is counted',
    (name, context) => {
      const problem = problems.get(name);
      if (problem !== undefined) context.skip(problem);
      const counted = (record?.verdicts ?? []).filter(({ scenario, expectation }) => {
        return scenario === name && !timed.some((metric) => expectation.includes(metric));
      });
      expect(counted.length).toBeGreaterThan(3);
      for (const { outcome, expectation, reason } of counted)
        expect(outcome, `${expectation}: ${reason}`).toBe('passed');
    },
  );

  it('have nothing left', async () => {
    expect(await bench.leftovers()).toEqual([]);
  });
});
