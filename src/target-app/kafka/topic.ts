import { Admin } from '@platformatic/kafka';

import { connectingTo } from './connection.ts';

/** One partition keeps the order of all that is in it. */
export const PARTITION = 0;
/** A topic that was made a moment ago has no leader yet. */
const PATIENT = { retries: 50, retryDelay: 200 };
/** Where nothing was written yet. */
const END = -1n;

/** Makes a topic if there is none. */
export async function makeTopic(url: string, topic: string): Promise<void> {
  await withAdmin(new Admin(connectingTo(url)), (admin) => make(admin, topic));
}

/** The same, and removes what is in it: whoever reads on finds what comes after that. */
export async function emptyTopic(url: string, topic: string): Promise<void> {
  await withAdmin(new Admin({ ...connectingTo(url), ...PATIENT }), async (admin) => {
    await make(admin, topic);
    await admin.deleteRecords({ topics: [{ name: topic, partitions: [{ partition: PARTITION, offset: END }] }] });
  });
}

async function make(admin: Admin, topic: string): Promise<void> {
  const isThere = async (): Promise<boolean> => (await admin.listTopics()).includes(topic);
  if (await isThere()) return;
  try {
    await admin.createTopics({ topics: [topic], partitions: 1, replicas: 1 });
  } catch (error) {
    // Somebody else may have made it meanwhile.
    if (!(await isThere())) throw error;
  }
}

async function withAdmin(admin: Admin, work: (admin: Admin) => Promise<void>): Promise<void> {
  try {
    await work(admin);
  } finally {
    await admin.close();
  }
}
