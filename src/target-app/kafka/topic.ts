import { Admin } from '@platformatic/kafka';

import { connectingTo } from './connection.ts';

/** One partition keeps the order of all that is in it. */
export const PARTITION = 0;

/** Makes a topic if there is none, and removes what is in it: whoever reads on finds what comes after that. */
export async function emptyTopic(url: string, topic: string): Promise<void> {
  const admin = new Admin(connectingTo(url));
  try {
    const topics = await admin.listTopics();
    if (topics.includes(topic)) {
      await admin.deleteRecords({ topics: [{ name: topic, partitions: [{ partition: PARTITION, offset: -1n }] }] });
    } else {
      await admin.createTopics({ topics: [topic], partitions: 1, replicas: 1 });
    }
  } finally {
    await admin.close();
  }
}
