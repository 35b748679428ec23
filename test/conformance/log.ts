import { describe, expect, test, vi } from 'vitest';
import type { Topology } from '../../src/model/plan.ts';
import { defaultApp } from '../../src/scenarios/schema/app-settings.ts';
import { storesOf } from '../../src/services/system.ts';
import type { Bench } from './platform-under-test.ts';
import { problemOfEntry } from './requirements.ts';
import { topology } from './topology.ts';

const { signal } = new AbortController();
const onStep = (): void => undefined;
const limits = { cpu: undefined, memoryBytes: undefined };
const todos = 20;

/** The reference app, which tells the notifier of todos through Kafka, as scenarios have it. */
const told: Topology = {
  ...topology({ balancer: undefined, app: { notifications: { ...defaultApp.notifications, by: 'kafka' } } }),
  hasRedis: false,
  services: [
    { kind: 'entry', name: 'mailer', entry: 'notifier', replicas: 1, limits },
    { kind: 'entry', name: 'log', entry: 'kafka', replicas: undefined, limits },
  ],
};

/** What platforms must show of a log of events. */
export function describeLog(bench: () => Bench): void {
  describe('runs a log of events of the catalogue', () => {
    // Java takes its time to start.
    test('that hands on what it was told, and nothing of it stays', { timeout: 600_000 }, async (context) => {
      const { platform, traces, runIdFor } = bench();
      const problem = problemOfEntry('kafka', await platform.requirements(signal));
      if (problem !== undefined) context.skip(`platform ${platform.name}: ${problem}`);
      const runId = runIdFor('log');
      {
        await using stack = await platform.up({ stores: storesOf([told]), runId, signal, publish: true, onStep });
        expect(stack.versions.kafka).toMatch(/^\d+\.\d+/);
        const deployment = await stack.deploy(told, signal);
        const url = String(deployment.address);
        const body = JSON.stringify({ title: 'told of', userId: 1 });
        const headers = { 'content-type': 'application/json' };
        const answers = await Promise.all(
          Array.from({ length: todos }, async () => fetch(`${url}/todos`, { method: 'POST', headers, body })),
        );
        expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201));
        const counted = async (name: string): Promise<string | undefined> => {
          const text = await (await fetch(`${url}/metrics/backends`)).text();
          return new RegExp(`^notifications_${name} (.*)$`, 'm').exec(text)?.[1];
        };
        await vi.waitFor(async () => expect(await counted('outstanding')).toBe('0'), {
          timeout: 120_000,
          interval: 500,
        });
        expect([await counted('orphaned'), await counted('twice')]).toEqual(['0', '0']);
        expect(await traces(runId)).not.toEqual([]);
      }
      expect(await traces(runId)).toEqual([]);
    });
  });
}
