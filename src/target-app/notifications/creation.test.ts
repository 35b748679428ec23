import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';

import { createErrorLog } from '../log.ts';
import type { Replica } from '../replica.ts';
import { APP_SETTINGS } from '../settings-table.ts';
import { readNotifierSettings } from '../settings.ts';
import { startInstance, type Instance } from '../testing/instance.ts';
import { prepare } from '../testing/prepare.ts';
import { freePort, startPostgres, type Service } from '../testing/services.ts';
import { startNotifier } from './notifier.ts';

const errors = createErrorLog(pino({ level: 'silent' }));

let postgres: Service;
let notifierPort: number;
let environment: Record<string, string>;
beforeAll(async () => {
  postgres = await startPostgres();
  notifierPort = await freePort();
  environment = {
    DATABASE_URL: postgres.url,
    SEED_TODOS: '10',
    NOTIFIER_URL: `http://127.0.0.1:${notifierPort}`,
    NOTIFICATIONS_INBOX: 'table',
  };
});
afterAll(() => postgres[Symbol.asyncDispose]());
beforeEach(() => prepare(environment));

/** One that has its connections open: while they are opened, the app may not wait for it. */
async function startMailer(): Promise<Replica> {
  const mailer = await startNotifier(readNotifierSettings({ ...environment, PORT: String(notifierPort) }), errors);
  const look = () => fetch(`http://127.0.0.1:${notifierPort}/notifications/none`);
  expect((await Promise.all(Array.from({ length: 5 }, look))).map(({ status }) => status)).toEqual(Array(5).fill(404));
  return mailer;
}

const create = async (app: Instance, userId = 3): Promise<number> => {
  const response = await app.request('/todos', {
    method: 'POST',
    body: JSON.stringify({ title: 'Water the cactus', userId }),
    headers: { 'content-type': 'application/json' },
  });
  await response.arrayBuffer();
  return response.status;
};
const left = async (app: Instance): Promise<unknown[]> => {
  const told: unknown[] = [];
  for (const what of ['outstanding', 'orphaned', 'twice']) told.push(await app.backendMetric(`notifications_${what}`));
  return told;
};

describe.each(APP_SETTINGS.notifications.order.choices)('a todo by the order %s', (order) => {
  it('is written and told of, once', async () => {
    const mailer = await startMailer();
    await using app = await startInstance({ ...environment, NOTIFICATIONS_ORDER: order, NOTIFICATIONS_GAP_MS: '5' });
    const statuses = await Promise.all(Array.from({ length: 20 }, () => create(app)));
    expect(new Set(statuses)).toEqual(new Set([201]));
    await vi.waitFor(async () => expect(await left(app)).toEqual([0, 0, 0]), 15_000);
    expect(await (await app.request('/todos?skip=29')).json()).toMatchObject([{ id: 30, title: 'Water the cactus' }]);
    await mailer.close();
  });
});

it('is told of although it cannot be written, where that comes first', async () => {
  const mailer = await startMailer();
  const orphaned = async (order: string): Promise<unknown> => {
    await prepare(environment);
    await using app = await startInstance({ ...environment, NOTIFICATIONS_ORDER: order });
    expect(await create(app, 101)).toBe(422);
    return await app.backendMetric('notifications_orphaned');
  };
  expect(await orphaned('write-first')).toBe(0);
  expect(await orphaned('tell-first')).toBe(1);
  expect(await orphaned('outbox')).toBe(0);
  await mailer.close();
});

it('waits in the outbox, over the end of the app, until somebody takes the news', async () => {
  const settings = { ...environment, NOTIFICATIONS_ORDER: 'outbox' };
  {
    await using app = await startInstance(settings);
    expect(await create(app)).toBe(201);
    expect(await left(app)).toEqual([1, 0, 0]);
  }
  const mailer = await startMailer();
  await using app = await startInstance(settings);
  await vi.waitFor(async () => expect(await left(app)).toEqual([0, 0, 0]), 15_000);
  await mailer.close();
});
