import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';

import { createErrorLog } from '../log.ts';
import { createMetrics, type Metrics } from '../metrics/metrics.ts';
import { readNotifierSettings } from '../settings.ts';
import { startInstance } from '../testing/instance.ts';
import { readMetric } from '../testing/metric.ts';
import { prepare } from '../testing/prepare.ts';
import { freePort, startPostgres } from '../testing/services.ts';
import { UNWATCHED } from '../timing/stopwatch.ts';
import { overHttp } from './http.ts';
import { startNotifier } from './notifier.ts';
import { createSender, type Sender } from './sender.ts';

const errors = createErrorLog(pino({ level: 'silent' }));
const todo = (id: number) => {
  const createdAt = new Date(1_700_000_000_000);
  return { id, title: 'Water the cactus', description: '', completed: false, userId: 3, createdAt, version: 1 };
};

describe('telling a notifier', () => {
  let metrics: Metrics;
  let server: Server;
  let sender: Sender;
  let connections: number;
  let bodies: string[];
  beforeEach(() => {
    metrics = createMetrics();
    connections = 0;
    bodies = [];
  });
  afterEach(async () => {
    await sender.close();
    server.closeAllConnections();
    server.close();
  });

  async function notifierThat(answers: RequestListener): Promise<void> {
    server = createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (text: string) => (body += text));
      request.on('end', () => {
        bodies.push(body);
        answers(request, response);
      });
    });
    server.on('connection', () => (connections += 1)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    sender = createSender(overHttp(`http://127.0.0.1:${(server.address() as AddressInfo).port}`), metrics, errors);
  }
  const told = async () => {
    const text = await metrics.registry.metrics();
    return {
      sent: readMetric(text, 'notifications_sent_total'),
      failed: readMetric(text, 'notifications_failed_total'),
    };
  };

  it('says what was created, over one connection', async () => {
    await notifierThat((_, response) => response.writeHead(201).end('{}'));
    for (let id = 1; id <= 5; id++) await sender.created(todo(id), UNWATCHED);
    expect(bodies.length).toBe(5);
    expect(JSON.parse(bodies[0] ?? '')).toEqual({
      id: 'todo-1-1700000000000',
      todoId: 1,
      userId: 3,
      text: 'Created: Water the cactus',
    });
    expect(connections).toBe(1);
    expect(await told()).toEqual({ sent: 5, failed: 0 });
  });

  it.each<[string, RequestListener]>([
    ['refuses', (_, response) => response.writeHead(503).end()],
    ['hangs up', (request) => request.socket.destroy()],
    ['never answers', () => undefined],
    ['stops in the middle of its answer', (_, response) => response.writeHead(201).write('{')],
  ])('counts what has no good answer where the notifier %s', async (_what, answers) => {
    await notifierThat(answers);
    await sender.created(todo(1), UNWATCHED);
    expect(bodies.length).toBe(1); // nobody tries again
    expect(await told()).toEqual({ sent: 0, failed: 1 });
  });
});

describe('POST /todos of an app with a notifier', () => {
  const Created = z.object({ id: z.int(), createdAt: z.iso.datetime() });

  it('notifies of every todo once, and creates it where that fails', async () => {
    await using postgres = await startPostgres();
    const notifierPort = await freePort();
    const environment = { DATABASE_URL: postgres.url, NOTIFIER_URL: `http://127.0.0.1:${notifierPort}` };
    await prepare(environment);
    await using app = await startInstance(environment);
    const create = () =>
      app.request('/todos', {
        method: 'POST',
        body: JSON.stringify({ title: 'Water the cactus', userId: 3 }),
        headers: { 'content-type': 'application/json' },
      });

    const unheard = await create(); // the notifier is not there yet
    expect(unheard.status).toBe(201);
    const lost = Created.parse(await unheard.json());

    const notifier = await startNotifier(
      readNotifierSettings({ PORT: String(notifierPort), DATABASE_URL: postgres.url }),
      errors,
    );
    const timesOf = async ({ id, createdAt }: z.infer<typeof Created>): Promise<unknown> => {
      const name = `todo-${id}-${Date.parse(createdAt)}`;
      const found = z.object({ times: z.int() }).safeParse(await (await fetch(`${url}/notifications/${name}`)).json());
      return found.data?.times ?? 0;
    };
    const url = `http://127.0.0.1:${notifierPort}`;
    // While it opens its connections, the app may not wait for it.
    const tell = (todoId: number) =>
      fetch(`${url}/notifications`, {
        method: 'POST',
        body: JSON.stringify({ id: `other-${todoId}`, todoId, userId: 3, text: 'Another app has a todo' }),
        headers: { 'content-type': 'application/json' },
      });
    expect((await Promise.all([1, 2, 3, 4, 5].map(tell))).map(({ status }) => status)).toEqual(Array(5).fill(201));

    const answers: Response[] = [];
    while (answers.length < 50) answers.push(...(await Promise.all(Array.from({ length: 10 }, create))));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    expect(answers.map(({ headers }) => headers.get('server-timing'))).toContainEqual(
      expect.stringContaining('notify;dur='),
    );
    const todos = await Promise.all(answers.map(async (answer) => Created.parse(await answer.json())));
    expect(await Promise.all(todos.map(timesOf))).toEqual(todos.map(() => 1));
    expect(await timesOf(lost)).toBe(0);

    expect(await app.backendMetric('notifications_outstanding')).toBe(1); // the lost one
    expect(await app.backendMetric('notifications_twice')).toBe(0);
    expect(await app.metric('notifications_sent_total')).toBe(50);
    expect(await app.metric('notifications_failed_total')).toBe(1);
    const told = await (await fetch(`${url}/metrics`)).text();
    expect(readMetric(told, 'notifications_total')).toBe(55);
    expect(readMetric(told, 'notifications_repeated_total')).toBe(0);
    await notifier.close();
  });
});
