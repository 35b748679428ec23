import { setTimeout as pause } from 'node:timers/promises';

import { connect } from 'amqplib';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';

import { createErrorLog } from '../log.ts';
import { rabbitmq } from '../../services/rabbitmq.ts';
import { startBroker, type Broker } from '../testing/broker.ts';
import type { Notification } from './notification.ts';
import { overRabbitMq, purge, subscribe } from './rabbitmq.ts';
import type { Subscription } from './subscription.ts';

const errors = createErrorLog(pino({ level: 'silent' }));
const about = (todoId: number): Notification => ({ id: `todo-${todoId}-1`, todoId, userId: 3, text: 'Created: a' });

let broker: Broker | undefined;
beforeAll(async () => {
  broker = await startBroker(rabbitmq, process.env);
  if (broker === undefined) return;
  // The first one takes a broker that has just started longer than anybody waits for it.
  const way = await overRabbitMq(broker.url, errors);
  await vi.waitFor(() => way.hand(about(0)), 60_000);
  await way.close();
}, 120_000);
afterAll(() => broker?.[Symbol.asyncDispose]());

describe('notifications by RabbitMQ', () => {
  let url: string;
  beforeEach(async (context) => {
    if (broker === undefined) context.skip('rabbitmq-server is not installed');
    url = broker?.url ?? '';
    await purge(url);
  });
  const send = async (...ids: readonly number[]): Promise<void> => {
    const way = await overRabbitMq(url, errors);
    await Promise.all(ids.map((id) => way.hand(about(id))));
    await way.close();
  };

  /** One that stays would take what is sent after it. */
  const subscribed = async (take: (notification: Notification) => Promise<unknown>): Promise<Subscription> => {
    const subscription = await subscribe(url, take, errors);
    onTestFinished(() => subscription.close());
    return subscription;
  };

  it('wait until somebody takes them, and come once', async () => {
    const all = Array.from({ length: 60 }, (_, index) => index + 1);
    await send(...all);
    const taken: number[] = [];
    const subscription = await subscribed(({ todoId }) => Promise.resolve(taken.push(todoId)));
    await vi.waitFor(() => expect(taken).toHaveLength(60), 15_000);
    await subscription.close();
    expect(taken.toSorted((one, other) => one - other)).toEqual(all);
    const next = vi.fn(() => Promise.resolve());
    const other = await subscribed(next);
    await send(61);
    await vi.waitFor(() => expect(next).toHaveBeenCalled(), 15_000);
    await other.close();
    expect(next.mock.calls).toEqual([[about(61)]]);
  });

  it('are acknowledged only once they are done with: a leave waits for that', async () => {
    await send(1);
    let done = (): void => undefined;
    const take = vi.fn(() => new Promise<void>((resolve) => (done = resolve)));
    const subscription = await subscribed(take);
    onTestFinished(() => done());
    await vi.waitFor(() => expect(take).toHaveBeenCalled(), 15_000);
    let left = false;
    const leaving = subscription.close().then(() => (left = true));
    // Time in which one that does not wait would be over.
    await pause(200);
    expect(left).toBe(false);
    done();
    await leaving;
    await send(2);
    const other = vi.fn((_: Notification) => Promise.resolve());
    const next = await subscribed(other);
    await vi.waitFor(() => expect(other).toHaveBeenCalled(), 15_000);
    await next.close();
    expect(other.mock.calls).toEqual([[about(2)]]);
  });

  it('come again where they could not be taken', async () => {
    await send(1);
    const take = vi.fn((_: Notification) => Promise.resolve()).mockRejectedValueOnce(new Error('no database'));
    const subscription = await subscribed(take);
    await vi.waitFor(() => expect(take).toHaveBeenCalledTimes(2), 15_000);
    await subscription.close();
    expect(take.mock.calls).toEqual([[about(1)], [about(1)]]);
  });

  it('are told from what is none, which is dropped', async () => {
    const connection = await connect(url);
    const channel = await connection.createConfirmChannel();
    for (const text of ['{', '{"id":"todo-1-1"}', '[]']) channel.sendToQueue('notifications', Buffer.from(text));
    await channel.waitForConfirms();
    await channel.close();
    await connection.close();
    await send(2);
    const take = vi.fn((_: Notification) => Promise.resolve());
    const subscription = await subscribed(take);
    await vi.waitFor(() => expect(take).toHaveBeenCalledTimes(1), 15_000);
    await subscription.close();
    expect(take.mock.calls).toEqual([[about(2)]]);
  });

  it('are known not to have arrived where nobody answers', async () => {
    const way = await overRabbitMq('amqp://127.0.0.1:1', errors);
    await expect(way.hand(about(1))).rejects.toThrow('RabbitMQ: no answer within 1000 ms');
    await way.close();
  });
});
