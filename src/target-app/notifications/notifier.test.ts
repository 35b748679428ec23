import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { createErrorLog } from '../log.ts';
import type { Replica } from '../replica.ts';
import { readNotifierSettings } from '../settings.ts';
import { readMetric } from '../testing/metric.ts';
import { startNotifier } from './notifier.ts';

let notifier: Replica;
beforeEach(async () => {
  notifier = await startNotifier(readNotifierSettings({ PORT: '0' }), createErrorLog(pino({ level: 'silent' })));
});
afterEach(() => notifier.close());

const ask = (path: string, init?: RequestInit) => fetch(`http://127.0.0.1:${notifier.port}${path}`, init);
const post = (body: unknown) =>
  ask('/notifications', {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  });
const metric = async (name: string, labels?: Record<string, string>) =>
  readMetric(await (await ask('/metrics')).text(), name, labels);

const notification = { id: 'todo-7-1700000000000', todoId: 7, userId: 3, text: 'Created: Water the cactus' };

describe('the notifier', () => {
  it('takes a notification, and says that it has it', async () => {
    const response = await post(notification);
    expect([response.status, await response.json()]).toEqual([201, { ...notification, times: 1 }]);
    expect(await (await ask(`/notifications/${notification.id}`)).json()).toEqual({ ...notification, times: 1 });
    expect((await ask('/notifications/todo-8-1')).status).toBe(404);
  });

  it('counts what comes again, and does not take it twice', async () => {
    await post(notification);
    const again = await post({ ...notification, text: 'Created: something else' });
    expect([again.status, await again.json()]).toEqual([200, { ...notification, times: 2 }]);
    await post({ ...notification, id: 'todo-8-1', todoId: 8 });
    expect([await metric('notifications_total'), await metric('notifications_repeated_total')]).toEqual([2, 1]);
  });

  it.each([
    ['no id', { ...notification, id: undefined }, 'id'],
    ['an id that is no word', { ...notification, id: 'a/b' }, 'id'],
    ['a todo that cannot be', { ...notification, todoId: 0 }, 'todoId'],
    ['no text', { ...notification, text: '' }, 'text'],
    ['a key that is not known', { ...notification, to: 'all' }, ''],
  ])('answers 400 to %s, and takes nothing', async (_what, body, path) => {
    const response = await post(body);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ issues: [{ path }] });
    expect(await metric('notifications_total')).toBe(0);
  });

  it('tells of its requests and of its process as the app does', async () => {
    await post(notification);
    await post({});
    expect(await metric('http_requests_total', { route: 'POST /notifications', status: '201' })).toBe(1);
    expect(await metric('http_requests_total', { route: 'POST /notifications', status: '400' })).toBe(1);
    expect(await metric('process_cpu_seconds_total')).toBeGreaterThan(0);
    expect(await metric('db_queries_total')).toBeUndefined();
  });

  it('is ready, and needs nobody for that', async () => {
    expect((await ask('/readyz')).status).toBe(200);
    expect((await ask('/healthz')).status).toBe(200);
  });
});
