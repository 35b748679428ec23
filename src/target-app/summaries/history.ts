import { Producer, ProduceAcks, stringSerializers } from '@platformatic/kafka';
import type { ClientBase } from 'pg';

import { connectingTo } from '../kafka/connection.ts';
import { PARTITION } from '../kafka/topic.ts';
import { TOPIC } from '../notifications/kafka.ts';
import { notificationOf, type ToldTodo } from '../notifications/notification.ts';

const AT_ONCE = 2000;

/** Writes into the log, in order, that each todo which is there was created: as if it had been told of from the beginning. */
export async function tellHistory(client: ClientBase, url: string): Promise<void> {
  const producer = new Producer({ ...connectingTo(url), retries: 5, retryDelay: 200, serializers: stringSerializers });
  try {
    for (let after = 0; ;) {
      const { rows } = await client.query<ToldTodo>(NEXT, [after]);
      const last = rows.at(-1);
      if (last === undefined) return;
      const messages = rows.map((todo) => {
        const event = notificationOf(todo);
        return { topic: TOPIC, partition: PARTITION, key: event.id, value: JSON.stringify(event) };
      });
      await producer.send({ messages, acks: ProduceAcks.ALL });
      after = last.id;
    }
  } finally {
    await producer.close();
  }
}

const NEXT = `SELECT id, user_id AS "userId", title, created_at AS "createdAt" FROM todos WHERE id > $1 ORDER BY id LIMIT ${AT_ONCE}`;
