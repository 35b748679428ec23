import type { Readable } from 'node:stream';
import { promisify } from 'node:util';

import {
  Consumer,
  ListOffsetTimestamps,
  type Message,
  type StreamOptions,
  stringDeserializers,
} from '@platformatic/kafka';

import { within } from '../deadline.ts';
import type { ErrorLog } from '../log.ts';
import { connectingTo } from './connection.ts';
import { makeTopic, PARTITION } from './topic.ts';

/** A partition has one reader of a group at a time. The next one gets it once the broker has heard nothing of the last for so long. */
const DEAD_AFTER_MS = 4000;
const SAYS_SO_EVERY_MS = 500;
const LEAVES_WITHIN_MS = 1000;
/** A broker that has started a moment ago does not know its groups yet. */
const PATIENT = { retries: 5, retryDelay: 200 };

/** A message of which key and value are texts. */
export type TextMessage = Message<string, string, string, string>;

/** Messages in their order; it ends when whoever reads is to leave, and fails where the broker is lost. */
export type Messages = Readable & AsyncIterable<TextMessage>;

/** What is read, and from where on. */
export interface Reading {
  readonly url: string;
  readonly topic: string;
  readonly group: string;
  /** Where the group has come to, the first message that is there, or that offset. */
  readonly from: 'group' | 'start' | bigint;
  /** Aborted when it is to end. */
  readonly closing: AbortSignal;
  readonly errors: ErrorLog;
}

/**
 * Reads a topic until that is to end; `use` may ask for the end of what there is.
 * @throws where the broker is lost, or `use` fails
 */
export async function consume(
  reading: Reading,
  use: (messages: Messages, endOf: () => Promise<bigint>) => Promise<void>,
): Promise<void> {
  const { url, topic, group, closing, errors } = reading;
  const unable = (error: unknown): void => errors.report('leaving Kafka', error);
  await makeTopic(url, topic);
  const consumer = new Consumer({
    ...connectingTo(url),
    ...PATIENT,
    groupId: group,
    sessionTimeout: DEAD_AFTER_MS,
    rebalanceTimeout: DEAD_AFTER_MS,
    heartbeatInterval: SAYS_SO_EVERY_MS,
    deserializers: stringDeserializers,
  });
  // Whoever reads hears of it as well, unless it comes between two messages.
  consumer.on('error', (error) => errors.report('reading from Kafka', error));
  const leave = (done: (error?: Error | null) => void): void => consumer.close(true, done);
  let end = (): void => undefined;
  try {
    const stream = await consumer.consume({
      topics: [topic],
      ...startOf(reading),
      fallbackMode: 'earliest',
      autocommit: false,
      maxWaitTime: SAYS_SO_EVERY_MS,
    });
    // Whoever reads hears of it, unless that has ended already.
    stream.on('error', () => undefined);
    end = (): void => {
      stream.close().catch(unable);
    };
    closing.addEventListener('abort', end);
    if (closing.aborted) end();
    await use(stream, async () => {
      const ends = await consumer.listOffsets({ topics: [topic], timestamp: ListOffsetTimestamps.LATEST });
      return ends.get(topic)?.[PARTITION] ?? 0n;
    });
  } finally {
    closing.removeEventListener('abort', end);
    await within(LEAVES_WITHIN_MS, 'leaving Kafka', promisify(leave)()).catch((error: unknown) => {
      unable(error);
      // A client that cannot leave its group keeps its connections otherwise.
      consumer.connections.close(() => undefined);
    });
  }
}

function startOf({ topic, from }: Reading): Pick<StreamOptions, 'mode' | 'offsets'> {
  if (from === 'group') return { mode: 'committed' };
  if (from === 'start') return { mode: 'earliest' };
  return { mode: 'manual', offsets: [{ topic, partition: PARTITION, offset: from }] };
}

/** The same messages, as many together as have come, up to a number. */
export async function* batchesOf(messages: Messages, most: number): AsyncGenerator<readonly TextMessage[]> {
  let batch: TextMessage[] = [];
  for await (const message of messages) {
    batch.push(message);
    if (batch.length < most && messages.readableLength > 0) continue;
    yield batch;
    batch = [];
  }
}
