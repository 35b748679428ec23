import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';

import { batchesOf, consume, type Messages } from '../kafka/consume.ts';
import type { ErrorLog } from '../log.ts';
import { TOPIC } from '../notifications/kafka.ts';
import { notificationIn } from '../notifications/notification.ts';
import { repeatedly, type Subscription } from '../notifications/subscription.ts';
import type { Position, Projection } from './projection.ts';

const AT_ONCE = 500;

/**
 * Makes the projection of the events in Kafka, and keeps it up. Where it has come to is known by the projection itself: Kafka is not told,
 * so nobody who dies leaves the two apart. Where the projection is lost, it begins with the first event.
 */
export function project(url: string, projection: Projection, errors: ErrorLog): Subscription {
  return repeatedly('projecting events', errors, async (closing) => {
    const from = await projection.position();
    // Each reads all there is: a group of its own keeps nobody waiting for one that has died.
    const group = `projector-${randomUUID()}`;
    await consume({ url, topic: TOPIC, group, from, closing, errors }, async (messages, endOf) =>
      follow(messages, from, from === 'start' ? await endOf() : undefined, projection),
    );
  });
}

/**
 * Takes events in from a position on, until there are no more.
 * @param end where a projection is made anew: it is whole at that offset
 * @throws where the projection is somewhere else than it was left
 */
async function follow(
  messages: Messages,
  from: Position,
  end: bigint | undefined,
  projection: Projection,
): Promise<void> {
  const begunAt = performance.now();
  let at = from;
  for await (const batch of batchesOf(messages, AT_ONCE)) {
    const [first, last] = [batch[0], batch.at(-1)];
    if (first === undefined || last === undefined) continue;
    const next = last.offset + 1n;
    const events = batch.flatMap(({ value }) => notificationIn(value) ?? []);
    at = await projection.apply(at, events, next);
    if (at !== next) throw new Error(`the projection is at ${at}, and not where it was left`);
    const isWhole = end !== undefined && first.offset < end && next >= end;
    if (isWhole) await projection.noteRebuild(performance.now() - begunAt);
  }
}
