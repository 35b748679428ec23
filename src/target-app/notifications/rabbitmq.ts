import { setTimeout as pause } from 'node:timers/promises';

import { connect, type Channel, type ChannelModel, type ConfirmChannel, type ConsumeMessage } from 'amqplib';

import { within } from '../deadline.ts';
import type { ErrorLog } from '../log.ts';
import { type Notification, notificationIn } from './notification.ts';
import type { Subscription } from './subscription.ts';
import { TAKEN_WITHIN_MS, type Way } from './way.ts';

const QUEUE = 'notifications';
/** It is there after RabbitMQ was started again, and so are its messages. */
const DURABLE = { durable: true };
/** How many messages a consumer has at once that it has not acknowledged. */
const PREFETCH = 100;
/** Connects for as long as it takes, and whenever the connection is lost. */
const RECOVERY = { maxDelay: 1000, waitForConnect: false };
const AGAIN_AFTER_MS = 1000;
const PURGED_WITHIN_MS = 30_000;

/** To a queue of RabbitMQ, which confirms that it has a message. */
export async function overRabbitMq(url: string, errors: ErrorLog): Promise<Way> {
  const connection = await connect(url, { noDelay: true, recovery: RECOVERY });
  connection.on('error', (error) => errors.report('the connection to RabbitMQ', error));
  connection.on('connect-failed', (error) => errors.report('connecting to RabbitMQ', error));

  let current: Promise<ConfirmChannel> | undefined;
  const open = async (): Promise<ConfirmChannel> => {
    const channel = await connection.createConfirmChannel();
    channel.on('error', (error) => errors.report('the channel to RabbitMQ', error));
    channel.on('close', () => (current = undefined));
    await channel.assertQueue(QUEUE, DURABLE);
    return channel;
  };
  const publish = async (notification: Notification): Promise<void> => {
    current ??= open();
    const asked = current;
    try {
      await confirmed(await asked, notification);
    } catch (error) {
      if (asked === current) current = undefined;
      throw error;
    }
  };

  return {
    hand: (notification) => within(TAKEN_WITHIN_MS, 'RabbitMQ', publish(notification)),
    close: () => connection.close(),
  };
}

/** Resolves when RabbitMQ has said that the message is on its disk. */
function confirmed(channel: ConfirmChannel, notification: Notification): Promise<void> {
  const options = { persistent: true, messageId: notification.id, contentType: 'application/json' };
  return new Promise((resolve, reject) => {
    channel.sendToQueue(QUEUE, Buffer.from(JSON.stringify(notification)), options, (error: Error | null) =>
      error === null ? resolve() : reject(error),
    );
  });
}

/**
 * Takes notifications from the queue, and acknowledges each once `take` is done with it: what was taken by a consumer that dies comes
 * again, also where it had been done with, and only the acknowledgement was missing.
 */
export async function subscribe(
  url: string,
  take: (notification: Notification) => Promise<unknown>,
  errors: ErrorLog,
): Promise<Subscription> {
  const underWay = new Set<Promise<void>>();
  let consuming: { readonly channel: Channel; readonly tag: string } | undefined;

  const settle = async (channel: Channel, message: ConsumeMessage): Promise<void> => {
    const notification = notificationIn(message.content.toString());
    try {
      if (notification === undefined) {
        errors.report('reading a message', new Error('it is no notification'));
        channel.nack(message, false, false);
        return;
      }
      await take(notification);
      channel.ack(message);
    } catch (error) {
      errors.report('taking a notification', error);
      await pause(AGAIN_AFTER_MS);
      giveBack(channel, message);
    }
  };

  const setup = async (model: ChannelModel): Promise<void> => {
    const channel = await model.createChannel();
    channel.on('error', (error) => {
      errors.report('the channel to RabbitMQ', error);
      model.close().catch((unclosed: unknown) => errors.report('closing the connection to RabbitMQ', unclosed));
    });
    await channel.assertQueue(QUEUE, DURABLE);
    await channel.prefetch(PREFETCH);
    const { consumerTag: tag } = await channel.consume(QUEUE, (message) => {
      if (message === null) {
        errors.report('taking notifications', new Error('the queue is gone'));
        return;
      }
      const settled: Promise<void> = settle(channel, message).finally(() => underWay.delete(settled));
      underWay.add(settled);
    });
    consuming = { channel, tag };
  };

  const connection = await connect(url, { noDelay: true, recovery: { ...RECOVERY, setup } });
  connection.on('error', (error) => errors.report('the connection to RabbitMQ', error));
  connection.on('connect-failed', (error) => errors.report('connecting to RabbitMQ', error));
  connection.on('disconnect', (error) => {
    consuming = undefined;
    errors.report('the connection to RabbitMQ was lost', error);
  });

  return {
    async close() {
      try {
        await consuming?.channel.cancel(consuming.tag);
        await Promise.all(underWay);
        // Acknowledgements may still be on their way: only the end of the channel says that they have come.
        await consuming?.channel.close();
      } catch (error) {
        errors.report('taking leave of RabbitMQ', error);
      }
      await connection.close();
    },
  };
}

/** Has it come again, from where others may take it. */
function giveBack(channel: Channel, message: ConsumeMessage): void {
  try {
    channel.nack(message, false, true);
  } catch {
    // The channel is closed, and RabbitMQ has it back already.
  }
}

/**
 * Empties the queue, which is there then.
 * @throws where RabbitMQ gives no answer for so long: one that stands still takes connections all the same
 */
export function purge(url: string, withinMs = PURGED_WITHIN_MS): Promise<void> {
  return within(withinMs, 'RabbitMQ', empty(url));
}

async function empty(url: string): Promise<void> {
  const connection = await connect(url);
  // What is asked of it fails by itself.
  connection.on('error', () => undefined);
  try {
    const channel = await connection.createChannel();
    await channel.assertQueue(QUEUE, DURABLE);
    await channel.purgeQueue(QUEUE);
    await channel.close();
  } finally {
    await connection.close();
  }
}
