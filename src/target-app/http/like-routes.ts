import type { Hono } from 'hono';

import type { Likes } from '../todos/likes.ts';
import { json, noContent, notFound } from './answers.ts';
import { readId } from './input.ts';
import type { Env, Route } from './route.ts';

/** Adds the routes for liking a todo: to do it, and to ask how often it was done. */
export function addLikeRoutes(app: Hono<Env>, route: Route, likes: Likes): void {
  app.post(
    '/todos/:id/likes',
    route('POST /todos/:id/likes', async (c, stopwatch) => {
      const id = readId(c.req.param('id'));
      if ('refusal' in id) return id.refusal;
      return (await likes.add(id.value, stopwatch)) ? noContent() : notFound('todo');
    }),
  );

  app.get(
    '/todos/:id/likes',
    route('GET /todos/:id/likes', async (c, stopwatch) => {
      const id = readId(c.req.param('id'));
      if ('refusal' in id) return id.refusal;
      const count = await likes.count(id.value, stopwatch);
      return count === undefined ? notFound('todo') : json({ likes: count });
    }),
  );
}
