import type { Sharded } from '../database/shards.ts';
import type { Settings } from '../settings.ts';
import type { Feed } from './feed.ts';
import type { Likes } from './likes.ts';
import type { Pages } from './pages.ts';
import type { Todo } from './todo.ts';
import { SEARCH_LIMIT, type Todos } from './todos.ts';

/** What each of all shards says, asked at the same time. */
function scatter<T, Result>({ all }: Sharded<T>, ask: (each: T) => Promise<Result>): Promise<Result[]> {
  return Promise.all(all.map(ask));
}

const byId = (one: Todo, other: Todo): number => one.id - other.id;

/** The first of those that all shards have in the order of their ids, and each of them in its own part. */
function gather(parts: readonly (readonly Todo[])[], skip: number, limit: number): Todo[] {
  return parts
    .flat()
    .toSorted(byId)
    .slice(skip, skip + limit);
}

/**
 * Todos in shards, by their users. What is asked by a user is asked of one shard, and anything else of all at the same time: an id
 * does not say whose todo it is.
 * @param ids gives todos their ids, of which no two shards may have the same
 */
export function createShardedTodos(shards: Sharded<Todos>, ids: Pick<Todos, 'reserve'>): Todos {
  /** One shard has it, or none. */
  const found = async (ask: (todos: Todos) => Promise<Todo | undefined>): Promise<Todo | undefined> =>
    (await scatter(shards, ask)).find((todo) => todo !== undefined);

  return {
    async create(draft, stopwatch, reserved) {
      return shards.of(draft.userId).create(draft, stopwatch, reserved ?? (await ids.reserve(stopwatch)));
    },
    createNoted() {
      throw new Error('There is no outbox in shards: the settings refuse it.');
    },
    reserve: (stopwatch) => ids.reserve(stopwatch),
    byId: (id, stopwatch) => found((todos) => todos.byId(id, stopwatch)),
    async list(skip, limit, stopwatch) {
      // Nobody knows how many of those that are left out each shard has.
      const parts = await scatter(shards, (todos) => todos.list(0, skip + limit, stopwatch));
      return gather(parts, skip, limit);
    },
    async search(text, stopwatch) {
      return gather(await scatter(shards, (todos) => todos.search(text, stopwatch)), 0, SEARCH_LIMIT);
    },
    ofUser: (userId, stopwatch) => shards.of(userId).ofUser(userId, stopwatch),
    change: (id, change, stopwatch) => found((todos) => todos.change(id, change, stopwatch)),
    async remove(id, stopwatch) {
      return (await scatter(shards, (todos) => todos.remove(id, stopwatch))).includes(true);
    },
  };
}

/** The feed of all shards: the newest of the newest of each. */
export function createShardedFeed(shards: Sharded<Feed>): Feed {
  return async (limit, stopwatch) => {
    const parts = await scatter(shards, (feed) => feed(limit, stopwatch));
    return parts
      .flat()
      .toSorted((one, other) => byId(other, one))
      .slice(0, limit);
  };
}

/** Pages over all shards. An id is behind the cursor wherever it is; how many come before it, only all of them together say. */
export function createShardedPages(shards: Sharded<Pages>, kind: Settings['PAGES']): Pages {
  return async (cursor, limit, stopwatch) => {
    const isOffset = kind === 'offset';
    const ask = (pages: Pages) => (isOffset ? pages(0, cursor + limit, stopwatch) : pages(cursor, limit, stopwatch));
    const parts = (await scatter(shards, ask)).map((page) => page.todos);
    const todos = gather(parts, isOffset ? cursor : 0, limit);
    const next = isOffset ? cursor + todos.length : todos.at(-1)?.id;
    return { todos, next: todos.length < limit ? undefined : next };
  };
}

/** Likes are where their todo is. */
export function createShardedLikes(shards: Sharded<Likes>): Likes {
  return {
    async add(todoId, stopwatch) {
      return (await scatter(shards, (likes) => likes.add(todoId, stopwatch))).includes(true);
    },
    async count(todoId, stopwatch) {
      const counts = await scatter(shards, (likes) => likes.count(todoId, stopwatch));
      return counts.find((count) => count !== undefined);
    },
  };
}
