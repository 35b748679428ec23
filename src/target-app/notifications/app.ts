import type { Hono } from 'hono';

import { createAsideApp } from '../http/aside.ts';
import { internalError, json, notFound, toResponse } from '../http/answers.ts';
import { readBody } from '../http/input.ts';
import type { Drain, Env, Route } from '../http/route.ts';
import type { ErrorLog } from '../log.ts';
import type { Inbox } from './inbox.ts';
import { Notification } from './notification.ts';

/** What the routes of the notifier work with. */
export interface NotifierRoom {
  readonly inbox: Inbox;
  readonly maxBodyBytes: number;
  readonly drain: Drain;
  readonly scrape: () => Promise<string>;
}

/** Builds the web application of the notifier: it takes notifications, and says which it has. */
export function createNotifierApp(route: Route, room: NotifierRoom, errors: ErrorLog): Hono<Env> {
  const { inbox, maxBodyBytes, drain, scrape } = room;
  const app = createAsideApp(drain, scrape);

  // The same one twice is no error of the sender: it cannot know whether an answer that it did not get was a yes.
  app.post(
    '/notifications',
    route('POST /notifications', async (c) => {
      const body = await readBody(c, Notification, maxBodyBytes);
      if ('refusal' in body) return body.refusal;
      const isNew = await inbox.take(body.value);
      return json(await inbox.byId(body.value.id), isNew ? 201 : 200);
    }),
  );

  app.get(
    '/notifications/:id',
    route('GET /notifications/:id', async (c) => {
      const found = await inbox.byId(c.req.param('id') ?? '');
      return found === undefined ? notFound('notification') : json(found);
    }),
  );

  app.notFound(route('unmatched', () => notFound('route')));
  app.onError((error, c) => {
    errors.report(c.req.path, error);
    return toResponse(internalError());
  });
  return app;
}
