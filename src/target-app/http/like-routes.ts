import { performance } from 'node:perf_hooks';

import type { Hono } from 'hono';

import type { Likes } from '../todos/likes.ts';
import { json, noContent, notFound } from './answers.ts';
import { clientOf, readId } from './input.ts';
import type { Env, Route } from './route.ts';
import type { TodoRoom } from './todo-routes.ts';

/** What the routes for likes work with. */
export interface LikeRoom extends Pick<TodoRoom, 'reads' | 'ownWrites'> {
  /** For writes. */
  readonly likes: Pick<Likes, 'add'>;
}

/** Adds the routes for liking a todo: to do it, and to ask how often it was done. */
export function addLikeRoutes(app: Hono<Env>, route: Route, { likes, reads, ownWrites }: LikeRoom): void {
  app.post(
    '/todos/:id/likes',
    route('POST /todos/:id/likes', async (c, stopwatch) => {
      const id = readId(c.req.param('id'));
      if ('refusal' in id) return id.refusal;
      if (!(await likes.add(id.value, stopwatch))) return notFound('todo');
      ownWrites.told(clientOf(c), id.value, undefined, performance.now());
      return noContent();
    }),
  );

  app.get(
    '/todos/:id/likes',
    route('GET /todos/:id/likes', async (c, stopwatch) => {
      const id = readId(c.req.param('id'));
      if ('refusal' in id) return id.refusal;
      const count = await reads(clientOf(c)).likes.count(id.value, stopwatch);
      return count === undefined ? notFound('todo') : json({ likes: count });
    }),
  );
}
