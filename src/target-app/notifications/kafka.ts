import type { Readable } from 'node:stream';

import {
  Consumer,
  type Message,
  ProduceAcks,
  Producer,
  stringDeserializers,
  stringSerializers,
} from '@platformatic/kafka';

import { within } from '../deadline.ts';
import { connectingTo } from '../kafka/connection.ts';
import { emptyTopic, makeTopic, PARTITION } from '../kafka/topic.ts';
import type { ErrorLog } from '../log.ts';
import { type Notification, notificationIn } from './notification.ts';
import { repeatedly, type Subscription } from './subscription.ts';
import { TAKEN_WITHIN_MS, type Way } from './way.ts';

const TOPIC = 'notifications';
const GROUP = 'notifiers';
/** How many messages are under way at once. */
const AT_ONCE = 100;
/** A partition has one reader at a time. The next one gets it once the broker has heard nothing of the last for so long. */
const DEAD_AFTER_MS = 2000;
const SAYS_SO_EVERY_MS = 500;

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
  return {
    hand: (notification) => within(TAKEN_WITHIN_MS, 'Kafka', send(notification)),
    close: () => within(TAKEN_WITHIN_MS, 'leaving Kafka', producer.close()).catch(reporting('leaving Kafka', errors)),
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
  return repeatedly('taking notifications from Kafka', errors, async (closing) => {
    await makeTopic(url, TOPIC);
    const consumer = new Consumer({
      ...connectingTo(url),
      groupId: GROUP,
      sessionTimeout: DEAD_AFTER_MS,
      rebalanceTimeout: DEAD_AFTER_MS,
      heartbeatInterval: SAYS_SO_EVERY_MS,
      deserializers: stringDeserializers,
    });
    try {
      const stream = await consumer.consume({
        topics: [TOPIC],
        mode: 'committed',
        fallbackMode: 'earliest',
        autocommit: false,
        maxWaitTime: SAYS_SO_EVERY_MS,
      });
      const leave = (): void => void stream.close().catch(reporting('leaving Kafka', errors));
      closing.addEventListener('abort', leave);
      if (closing.aborted) leave();
      await takeAll(stream, async ({ value }) => {
        const notification = notificationIn(value);
        if (notification === undefined) errors.report('reading a message', new Error('it is no notification'));
        else await take(notification);
      });
    } finally {
      await within(TAKEN_WITHIN_MS, 'leaving Kafka', consumer.close(true)).catch(reporting('leaving Kafka', errors));
    }
  });
}

type Text = Message<string, string, string, string>;

/** Takes what comes until there is no more. @throws where one could not be taken, or that not be told: it comes again, and all after it */
async function takeAll(
  stream: Readable & AsyncIterable<Text>,
  take: (message: Text) => Promise<void>,
): Promise<void> {
  let committed: Promise<unknown> = Promise.resolve();
  const underWay: Promise<unknown>[] = [];
  for await (const message of stream) {
    committed = Promise.all([committed, take(message)]).then(() => message.commit());
    committed.catch((error: Error) => stream.destroy(error));
    underWay.push(committed);
    if (underWay.length === AT_ONCE) await underWay.shift();
  }
  await committed;
}

function reporting(doing: string, errors: ErrorLog): (error: unknown) => void {
  return (error) => errors.report(doing, error);
}

/** Empties the topic, which is there then. */
export function purge(url: string): Promise<void> {
  return emptyTopic(url, TOPIC);
}
