import { describe, expect } from 'vitest';
import type { Stack } from '../../src/platforms/platform.ts';
import { act, testsOn } from './acts.ts';
import type { Bench } from './platform-under-test.ts';
import { createTodos, toldMore, toldTo, untilTold, untold } from './services.ts';
import { total } from './topology.ts';

const { signal } = new AbortController();

/** What an act is for, and when, where that does not matter. */
const mailer = { name: 'act', service: 'mailer', atMs: 0 } as const;

/** What every platform must show that does acts to services beside what is tested; those that it lists. */
export function describeActsBeside(bench: () => Bench, stack: () => Promise<Stack>): void {
  describe('does to what runs beside what is tested', () => {
    const testAct = testsOn(bench, stack);

    testAct(
      'kills of it: one copy is another then, and the app answers without the last',
      ['kill'],
      {
        mailers: 2,
        acts: [
          { ...mailer, kind: 'kill', copies: [2], restart: 'always' },
          { ...mailer, kind: 'kill', copies: [1, 2], restart: undefined },
        ],
      },
      async (deployment, [again, forGood]) => {
        if (again === undefined || forGood === undefined) throw new Error('two acts');
        await untilTold(deployment, 4);
        const [first = NaN] = await toldTo(deployment);
        await act(deployment, again);
        expect(await toldTo(deployment)).toEqual([first, 0]);
        await act(deployment, forGood);
        expect(await toldTo(deployment)).toEqual([]);
        expect(await createTodos(deployment, 4)).toEqual(Array(4).fill(201));
      },
    );

    testAct(
      'a pause of it: the app waits no longer for its answer than it may',
      ['pause', 'resume'],
      {
        mailers: 1,
        acts: [
          { ...mailer, kind: 'pause', copies: [1], lastsMs: undefined },
          { ...mailer, kind: 'resume', copies: [1] },
        ],
      },
      async (deployment, [pause, resume]) => {
        if (pause === undefined || resume === undefined) throw new Error('two acts');
        await act(deployment, pause);
        expect(await untold(deployment, 1)).toBe(1);
        await act(deployment, resume);
        await untilTold(deployment);
        expect(total(await deployment.scrape(signal), 'notifications_sent_total')).toBe(1);
      },
    );

    testAct(
      'scaling of it: its balancer is told of all, and of no others',
      ['scale'],
      {
        mailers: 1,
        acts: [
          { ...mailer, kind: 'scale', to: 3 },
          { ...mailer, kind: 'scale', to: 2 },
        ],
      },
      async (deployment, acts) => {
        for (const scaling of acts) {
          await act(deployment, scaling);
          expect(await toldTo(deployment)).toHaveLength(scaling.kind === 'scale' ? scaling.to : NaN);
          await untilTold(deployment, 12);
          const shares = await toldMore(deployment, 12);
          expect(shares.reduce((sum, share) => sum + share, 0)).toBe(12);
          expect(Math.min(...shares)).toBeGreaterThan(0);
        }
      },
    );

    testAct(
      'a restart of its balancer, which is reached at the same address then',
      ['restart'],
      { mailers: 2, acts: [{ ...mailer, service: 'mailer-balancer', kind: 'restart', copies: [1], graceMs: 0 }] },
      async (deployment, acts) => {
        await act(deployment, ...acts);
        await untilTold(deployment, 4);
      },
    );
  });
}
