import { setTimeout as pause } from 'node:timers/promises';

import { Producer, stringSerializers } from '@platformatic/kafka';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';

import { kafka } from '../../services/kafka.ts';
import { connectingTo } from '../kafka/connection.ts';
import { createErrorLog } from '../log.ts';
import { startBroker, type Broker } from '../testing/broker.ts';
import { overKafka, purge, subscribe } from './kafka.ts';
import type { Notification } from './notification.ts';
import type { Subscription } from './subscription.ts';

const errors = createErrorLog(pino({ level: 'silent' }));
const about = (todoId: number): Notification => ({ id: `todo-${todoId}-1`, todoId, userId: 3, text: 'Created: a' });
/** Longer than a dead consumer is waited for. */
const SOON_MS = 15_000;

let broker: Broker | undefined;
beforeAll(async () => {
  broker = await startBroker(kafka, process.env);
}, 120_000);
afterAll(() => broker?.[Symbol.asyncDispose]());

describe('notifications by Kafka', { timeout: 40_000 }, () => {
  let url: string;
  beforeEach(async (context) => {
    if (broker === undefined) context.skip('there is no Kafka');
    url = broker?.url ?? '';
    await purge(url);
  });
  const send = async (acks: 'all' | 'none', ...ids: readonly number[]): Promise<void> => {
    const way = overKafka(url, acks, errors);
    await Promise.all(ids.map((id) => way.hand(about(id))));
    // What nobody acknowledges may still be on its way.
    if (acks === 'none') await pause(500);
    await way.close();
  };

  /** One that stays would keep the only partition from all after it. */
  const subscribed = (take: (notification: Notification) => Promise<unknown>): Subscription => {
    const subscription = subscribe(url, take, errors);
    onTestFinished(() => subscription.close());
    return subscription;
  };

  it.each(['all', 'none'] as const)('wait until somebody takes them, and come once, with acks %s', async (acks) => {
    const all = Array.from({ length: 60 }, (_, index) => index + 1);
    await send(acks, ...all);
    const taken: number[] = [];
    const subscription = subscribed(({ todoId }) => Promise.resolve(taken.push(todoId)));
    await vi.waitFor(() => expect(taken).toHaveLength(60), SOON_MS);
    await subscription.close();
    expect(taken.toSorted((one, other) => one - other)).toEqual(all);
    const next = vi.fn((_: Notification) => Promise.resolve());
    const other = subscribed(next);
    await send('all', 61);
    await vi.waitFor(() => expect(next).toHaveBeenCalled(), SOON_MS);
    await other.close();
    expect(next.mock.calls).toEqual([[about(61)]]);
  });

  it('are done with only once all before them are: a leave waits for that', async () => {
    await send('all', 1, 2);
    let done = (): void => undefined;
    const take = vi.fn(({ todoId }: Notification) =>
      todoId === 1 ? new Promise<void>((resolve) => (done = resolve)) : Promise.resolve(),
    );
    const subscription = subscribed(take);
    onTestFinished(() => done());
    await vi.waitFor(() => expect(take).toHaveBeenCalledTimes(2), SOON_MS);
    let left = false;
    const leaving = subscription.close().then(() => (left = true));
    // Time in which one that does not wait would be over.
    await pause(200);
    expect(left).toBe(false);
    done();
    await leaving;
    const other = vi.fn((_: Notification) => Promise.resolve());
    const next = subscribed(other);
    await send('all', 3);
    await vi.waitFor(() => expect(other).toHaveBeenCalled(), SOON_MS);
    await next.close();
    expect(other.mock.calls).toEqual([[about(3)]]);
  });

  it('come again where they could not be taken, and with them all that came after', async () => {
    await send('all', 1);
    await send('all', 2);
    const take = vi.fn((_: Notification) => Promise.resolve()).mockRejectedValueOnce(new Error('no database'));
    const subscription = subscribed(take);
    const timesOf = (id: number): number => take.mock.calls.filter(([{ todoId }]) => todoId === id).length;
    await vi.waitFor(() => expect([timesOf(1), timesOf(2)]).toEqual([2, expect.any(Number)]), SOON_MS);
    await vi.waitFor(() => expect(timesOf(2)).toBeGreaterThan(0), SOON_MS);
    await subscription.close();
    expect(timesOf(1)).toBe(2);
  });

  it('go on with what there is where some that nobody has read were removed', async () => {
    await send('all', 1);
    const first = vi.fn((_: Notification) => Promise.resolve());
    const before = subscribed(first);
    await vi.waitFor(() => expect(first).toHaveBeenCalled(), SOON_MS);
    await before.close();
    await send('all', 2, 3);
    await purge(url);
    await send('all', 4);
    const take = vi.fn((_: Notification) => Promise.resolve());
    const subscription = subscribed(take);
    await vi.waitFor(() => expect(take).toHaveBeenCalled(), SOON_MS);
    await subscription.close();
    expect(take.mock.calls).toEqual([[about(4)]]);
  });

  it('are told from what is none, which is dropped', async () => {
    const producer = new Producer({ ...connectingTo(url), serializers: stringSerializers });
    const messages = ['{', '{"id":"todo-1-1"}', '[]'].map((value) => ({ topic: 'notifications', key: 'a', value }));
    await producer.send({ messages, acks: -1 });
    await producer.close();
    await send('all', 2);
    const take = vi.fn((_: Notification) => Promise.resolve());
    const subscription = subscribed(take);
    await vi.waitFor(() => expect(take).toHaveBeenCalledTimes(1), SOON_MS);
    await subscription.close();
    expect(take.mock.calls).toEqual([[about(2)]]);
  });

  it('are known not to have arrived where nobody answers', async () => {
    const way = overKafka('kafka://a:b@127.0.0.1:1', 'all', errors);
    await expect(way.hand(about(1))).rejects.toThrow();
    await way.close();
  });
});
