import { describe, expect, test } from 'vitest';
import type { Stack } from '../../src/platforms/platform.ts';
import { holdStack } from './held-stack.ts';
import type { Bench } from './platform-under-test.ts';
import { closed, jobs, stores, topology } from './topology.ts';

const { signal } = new AbortController();
const onStep = (): void => undefined;

/** What every platform must show of the beginning and the end of a stack. The shared one is at its end after that. */
export function describeLifecycle(bench: () => Bench, stack: () => Promise<Stack>): void {
  describe('cleans up', () => {
    test('what a killed run left, and nothing of one that is alive', async () => {
      const { platform, traces, runIdFor } = bench();
      const [killedId, aliveId] = [runIdFor('killed'), runIdFor('shared')];
      await using killed = await holdStack(bench(), killedId);
      const deployment = await (await stack()).deploy(topology(), signal);
      const before = await traces(aliveId);
      expect(await platform.clean(signal)).toEqual([]);

      await killed.kill();
      expect(await traces(killedId)).not.toEqual([]);
      // Two at once: the start of one run, and of another.
      const [first, second] = await Promise.all([platform.clean(signal), platform.clean(signal)]);
      const removed = [...first, ...second];
      expect(new Set(removed.map(({ runId }) => runId))).toEqual(new Set([killedId]));
      expect(await traces(killedId)).toEqual([]);
      expect(await platform.clean(signal)).toEqual([]);

      expect(await traces(aliveId)).toEqual(before);
      expect((await fetch(`${String(deployment.address)}/readyz`)).status).toBe(200);
    });
  });

  describe('leaves nothing behind', () => {
    test.each([1, 2, 3])('when it is told to stop at step %i', async (step) => {
      const { platform, traces, runIdFor } = bench();
      const runId = runIdFor(`aborted-${step}`);
      const controller = new AbortController();
      const reason = new Error('enough');
      let steps = 0;
      const starting = platform.up({
        stores,
        runId,
        signal: controller.signal,
        onStep: () => {
          if (++steps === step) controller.abort(reason);
        },
      });
      await expect(starting).rejects.toBe(reason);
      expect(await traces(runId)).toEqual([]);
    });

    test('when it is told to stop before it starts', async () => {
      const { platform, traces, runIdFor } = bench();
      const reason = new Error('enough');
      const runId = runIdFor('never');
      const starting = platform.up({ stores, runId, signal: AbortSignal.abort(reason), onStep });
      await expect(starting).rejects.toBe(reason);
      expect(await traces(runId)).toEqual([]);
    });

    test('when a stack is closed, also twice and in the middle of a load', async () => {
      const { traces, runIdFor } = bench();
      const closing = await stack();
      const deployment = await closing.deploy(topology({ replicas: 2 }), signal);
      const loading = (async () => {
        for await (const message of deployment.generate(
          jobs(deployment.urls, { load: closed({ durationMs: 60_000 }) }),
          signal,
        )) {
          if (message.type === 'measuring') await closing[Symbol.asyncDispose]();
        }
      })();
      await expect(loading).rejects.toThrow('load worker');
      expect(await traces(runIdFor('shared'))).toEqual([]);
      await closing[Symbol.asyncDispose]();
    });
  });
}
