import { GenericError, MultipleErrors, ProduceAcks, Producer, stringSerializers } from '@platformatic/kafka';

import { within } from '../deadline.ts';
import { describe } from '../errors.ts';
import { connectingTo } from '../kafka/connection.ts';
import { consume, type Messages, type TextMessage } from '../kafka/consume.ts';
import { emptyTopic, PARTITION } from '../kafka/topic.ts';
import type { ErrorLog } from '../log.ts';
import { type Notification, notificationIn } from './notification.ts';
import { repeatedly, type Subscription } from './subscription.ts';
import { TAKEN_WITHIN_MS, type Way } from './way.ts';

/** Where what users want to hear of is kept, in order, whoever has read it. */
export const TOPIC = 'notifications';
const GROUP = 'notifiers';
/** How many messages are under way at once. */
const AT_ONCE = 100;
const PURGED_WITHIN_MS = 30_000;

/** What the producer waits for: that the broker has the message, or nothing. */
export type Acks = 'all' | 'none';

/** To a topic of Kafka, which confirms that it has a message, if it is asked to. */
export function overKafka(url: string, acks: Acks, errors: ErrorLog): Way {
  const producer = new Producer({ ...connectingTo(url), serializers: stringSerializers });
  const awaited = acks === 'all' ? ProduceAcks.ALL : ProduceAcks.NO_RESPONSE;
  const send = async (notification: Notification): Promise<void> => {
    const message = { topic: TOPIC, partition: PARTITION, key: notification.id, value: JSON.stringify(notification) };
    await producer.send({ messages: [message], acks: awaited });
  };
  // The first one to be handed on would wait for the connection.
  producer.metadata({ topics: [TOPIC] }).catch((error: unknown) => errors.report('connecting to Kafka', error));
  return {
    hand: (notification) => within(TAKEN_WITHIN_MS, 'Kafka', send(notification)),
    async close() {
      try {
        await within(TAKEN_WITHIN_MS, 'leaving Kafka', producer.close());
      } catch (error) {
        errors.report('leaving Kafka', error);
      }
    },
  };
}

/**
 * Takes notifications from the topic. What is known of them is one number, the offset: it moves past a message once that and all before it
 * are done with, and whoever takes the place of a consumer that died begins there.
 */
export function subscribe(
  url: string,
  take: (notification: Notification) => Promise<unknown>,
  errors: ErrorLog,
): Subscription {
  // What the group had not read yet may have been removed: then it goes on with what there is.
  let isGone = false;
  return repeatedly('taking notifications from Kafka', errors, async (closing) => {
    const from = isGone ? 'start' : 'group';
    isGone = false;
    try {
      await consume({ url, topic: TOPIC, group: GROUP, from, closing, errors }, (messages) =>
        takeAll(messages, async ({ value }) => {
          const notification = notificationIn(value);
          if (notification === undefined) errors.report('reading a message', new Error('it is no notification'));
          else await take(notification);
        }),
      );
    } catch (error) {
      isGone = isOutOfRange(error);
      throw error;
    }
  });
}

function isOutOfRange(error: unknown): boolean {
  const [key, value] = ['apiId', 'OFFSET_OUT_OF_RANGE'];
  if (error instanceof MultipleErrors) return error.findBy(key, value) !== null;
  return error instanceof GenericError && error.findBy(key, value) !== null;
}

/** Takes what comes until there is no more. @throws where one could not be taken, or that not be told: it comes again, and all after it */
async function takeAll(messages: Messages, take: (message: TextMessage) => Promise<void>): Promise<void> {
  let committed: Promise<unknown> = Promise.resolve();
  const underWay: Promise<unknown>[] = [];
  for await (const message of messages) {
    committed = Promise.all([committed, take(message)]).then(() => message.commit());
    committed.catch((error: unknown) => messages.destroy(error instanceof Error ? error : new Error(describe(error))));
    underWay.push(committed);
    if (underWay.length === AT_ONCE) await underWay.shift();
  }
  await committed;
}

/**
 * Empties the topic, which is there then.
 * @throws where Kafka gives no answer for so long
 */
export function purge(url: string): Promise<void> {
  return within(PURGED_WITHIN_MS, 'Kafka', emptyTopic(url, TOPIC));
}
