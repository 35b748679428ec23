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

/** The trouble and the remedy of each. */
const suite = `suites:
  quickstart:
    - { scenario: notifications, variants: [over-http, queue-and-inbox] }
    - { scenario: outbox, variants: [write-first, outbox] }
`;

/** The shipped scenarios, which take less than half of their time. */
async function shortened(): Promise<string> {
  const shipped = await readFile(path.join(packageFolder, 'scenarios.yaml'), 'utf8');
  const [, before = '', scenarios = ''] = /^(.*\n)( {2}notifications:\n.*?)suites:.*$/s.exec(shipped) ?? [];
  const times = [
    ['at: 5s', 'at: 500ms'],
    ['for: 8s', 'for: 1s'],
    ['for: 4s', 'for: 1s'],
    ['warmup: 1s', 'warmup: 300ms'],
  ] as const;
  return (
    before +
    times.reduce((text, [from, to]) => {
      expect(text).toContain(from);
      return text.replaceAll(from, to);
    }, scenarios) +
    suite
  );
}

/** What of RabbitMQ this machine lacks. */
async function lacking(): Promise<string | undefined> {
  const executables = catalogue.flatMap(({ name, executables: needed = [] }) => (name === 'rabbitmq' ? needed : []));
  for (const wanted of executables)
    if ((await findExecutable(wanted.name, process.env, wanted)) === undefined) return `${wanted.name} is not installed`;
  return undefined;
}

describe('the scenarios of messages, in short', () => {
  let bench: Workbench;
  let record: RunRecord | undefined;
  let problem: string | undefined;
  beforeAll(async () => {
    bench = await Workbench.create();
    problem = await lacking();
    if (problem !== undefined) return;
    await bench.write('scenarios.yaml', await shortened());
    const { code, err } = await scaleLab(['run'], { cwd: bench.folder, env: bench.env });
    // What is timed may have failed where the machine had other things to do.
    expect([0, 1, 3], err).toContain(code);
    record = await bench.onlyRun();
  }, 180_000);
  afterAll(async () => bench[Symbol.asyncDispose]());

  it.for(['notifications', 'outbox'])(
    '%s is what its claims say, as far as they are about what is counted',
    (name, context) => {
      if (problem !== undefined) context.skip(problem);
      const counted = (record?.verdicts ?? []).filter(({ scenario, expectation }) => {
        return scenario === name && !timed.some((metric) => expectation.includes(metric));
      });
      expect(counted.length).toBeGreaterThan(3);
      for (const { outcome, expectation, reason } of counted)
        expect(outcome, `${expectation}: ${reason}`).toBe('passed');
    },
  );

  it('have nothing left', async (context) => {
    if (problem !== undefined) context.skip(problem);
    expect(await bench.leftovers()).toEqual([]);
  });
});
