import { performance } from 'node:perf_hooks';

import type { Hono } from 'hono';
import * as z from 'zod/mini';

import type { Cache } from '../cache/cache.ts';
import type { ChooseReader } from '../database/reads.ts';
import type { Creation } from '../notifications/creation.ts';
import type { OwnWrites } from '../own-writes.ts';
import type { Stopwatch } from '../timing/stopwatch.ts';
import type { Stored } from '../todos/stored.ts';
import { MAX_ID, SearchTitle, TodoChange, TodoDraft, versionIn } from '../todos/todo.ts';
import type { Todos } from '../todos/todos.ts';
import { json, jsonText, methodNotAllowed, noContent, notFound, toJson, unknownUser } from './answers.ts';
import { check, clientOf, readBody, readId, wholeNumber } from './input.ts';
import type { Env, Route } from './route.ts';

/** What the routes of the API work with. */
export interface TodoRoom {
  /** For writes. */
  readonly todos: Pick<Todos, 'change' | 'remove'>;
  readonly reads: ChooseReader<Stored>;
  readonly ownWrites: OwnWrites;
  readonly cache: Cache;
  readonly create: Creation;
  readonly maxBodyBytes: number;
}

const PageSize = z._default(wholeNumber(1, 100), 20);
const Listing = z.object({
  limit: PageSize,
  skip: z._default(wholeNumber(0, MAX_ID), 0),
  /** The cursor that the page before has told: in place of `skip`. */
  after: z.optional(wholeNumber(0, MAX_ID)),
});
const FeedSize = z.object({ limit: PageSize });
const Search = z.object({ title: SearchTitle });

/** Those that some route takes. */
const METHODS = ['GET', 'HEAD', 'POST', 'PATCH', 'DELETE'];
const routed = (method: string): string => (method === 'HEAD' ? 'GET' : method); // Hono answers HEAD with the route of GET

/** Where the page after this one is, as RFC 8288 has it. */
const linkTo = (next: string): Record<string, string> => ({ link: `<${next}>; rel="next"` });

const cacheKey = (id: number): string => `todo:${id}`;

/** Adds the routes of the API to `app`. */
export function addTodoRoutes(
  app: Hono<Env>,
  route: Route,
  { create, todos, reads, ownWrites, cache, maxBodyBytes }: TodoRoom,
): void {
  app.post(
    '/todos',
    route('POST /todos', async (c, stopwatch) => {
      const body = await readBody(c, TodoDraft, maxBodyBytes);
      if ('refusal' in body) return body.refusal;
      const todo = await create(body.value, stopwatch);
      if (todo === undefined) return unknownUser();
      ownWrites.told(clientOf(c), todo.id, todo.version, performance.now());
      return json(todo, 201, { location: `/todos/${todo.id}` });
    }),
  );

  app.get(
    '/todos',
    route('GET /todos', async (c, stopwatch) => {
      const listing = check(Listing, c.req.query());
      if ('refusal' in listing) return listing.refusal;
      const { skip, limit, after } = listing.value;
      const reader = reads(clientOf(c));
      if (after === undefined) return json(await reader.todos.list(skip, limit, stopwatch));
      const page = await reader.pages(after, limit, stopwatch);
      return json(page.todos, 200, page.next === undefined ? {} : linkTo(`/todos?after=${page.next}&limit=${limit}`));
    }),
  );

  const search = route('GET /todos/search', async (c, stopwatch) => {
    const query = check(Search, c.req.query());
    if ('refusal' in query) return query.refusal;
    return json(await reads(clientOf(c)).todos.search(query.value.title, stopwatch));
  });

  // The one read that is cached. A hit passes the text on as it was kept: nothing is parsed, nothing is built.
  const byId = route('GET /todos/:id', async (c, stopwatch) => {
    const id = readId(c.req.param('id'));
    if ('refusal' in id) return id.refusal;
    const [client, askedAtMs] = [clientOf(c), performance.now()];
    const compute = async (whose: Stopwatch): Promise<string | undefined> => {
      const todo = await reads(client).todos.byId(id.value, whose);
      return todo === undefined ? undefined : toJson(todo, whose);
    };
    const text = await cache.read(cacheKey(id.value), compute, stopwatch);
    if (text === undefined) return notFound('todo');
    ownWrites.seen(client, id.value, versionIn(text), askedAtMs);
    return jsonText(text);
  });

  // Hono's fast router turns all routes into one regular expression, and gives way to a slower one (for every route)
  // when a name stands where another route has a parameter. So these two share a route.
  app.get('/todos/:id', (c) => (c.req.path === '/todos/search' ? search(c) : byId(c)));

  app.patch(
    '/todos/:id',
    route('PATCH /todos/:id', async (c, stopwatch) => {
      const id = readId(c.req.param('id'));
      if ('refusal' in id) return id.refusal;
      const body = await readBody(c, TodoChange, maxBodyBytes);
      if ('refusal' in body) return body.refusal;
      const todo = await todos.change(id.value, body.value, stopwatch);
      if (todo === undefined) return notFound('todo');
      const text = toJson(todo, stopwatch);
      await cache.written(cacheKey(id.value), text, stopwatch);
      ownWrites.told(clientOf(c), id.value, todo.version, performance.now());
      return jsonText(text);
    }),
  );

  app.delete(
    '/todos/:id',
    route('DELETE /todos/:id', async (c, stopwatch) => {
      const id = readId(c.req.param('id'));
      if ('refusal' in id) return id.refusal;
      if (!(await todos.remove(id.value, stopwatch))) return notFound('todo');
      await cache.written(cacheKey(id.value), undefined, stopwatch);
      ownWrites.told(clientOf(c), id.value, undefined, performance.now());
      return noContent();
    }),
  );

  app.get(
    '/users/:id/todos',
    route('GET /users/:id/todos', async (c, stopwatch) => {
      const id = readId(c.req.param('id'));
      if ('refusal' in id) return id.refusal;
      const ofUser = await reads(clientOf(c)).todos.ofUser(id.value, stopwatch);
      return ofUser === undefined ? notFound('user') : json(ofUser);
    }),
  );

  app.get(
    '/feed',
    route('GET /feed', async (c, stopwatch) => {
      const size = check(FeedSize, c.req.query());
      return 'refusal' in size ? size.refusal : json(await reads(clientOf(c)).feed(size.value.limit, stopwatch));
    }),
  );

  app.notFound(
    route('unmatched', (c) => {
      const allowed = METHODS.filter((method) => app.router.match(routed(method), c.req.path)[0].length > 0);
      return allowed.length === 0 ? notFound('route') : methodNotAllowed(allowed);
    }),
  );
}
