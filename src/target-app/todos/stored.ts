import type { Database } from '../database/database.ts';
import type { Sharded, Shards } from '../database/shards.ts';
import type { Settings } from '../settings.ts';
import { fromTables } from '../summaries/from-tables.ts';
import type { Summaries } from '../summaries/summary.ts';
import { createFeed, type Feed } from './feed.ts';
import { createLikes, type Likes } from './likes.ts';
import { createPages, type Pages } from './pages.ts';
import { createShardedFeed, createShardedLikes, createShardedPages, createShardedTodos } from './sharded.ts';
import { createTodos, type Todos } from './todos.ts';

/** All that is asked of data for the routes, wherever these are. A primary's takes writes as well. */
export interface Stored {
  readonly todos: Todos;
  readonly pages: Pages;
  readonly likes: Likes;
  readonly feed: Feed;
  /** Counted out of the tables. */
  readonly summaries: Summaries;
}

/** What is in one database, asked in the ways of the settings. */
export function createStored(database: Database, settings: Settings): Stored {
  return {
    todos: createTodos(database, settings),
    pages: createPages(database, settings.PAGES, settings),
    likes: createLikes(database, settings),
    feed: createFeed(database, settings.FEED_STRATEGY),
    summaries: fromTables(database),
  };
}

/** What is in the one database, or in shards where there are some: then only the ids of new todos come from the one database. */
export function openStored(database: Database, shards: Shards | undefined, settings: Settings): Stored {
  const one = createStored(database, settings);
  if (shards === undefined) return one;
  const each = shards.map((shard) => createStored(shard, settings));
  return {
    todos: createShardedTodos(
      partOf(each, ({ todos }) => todos),
      one.todos,
    ),
    pages: createShardedPages(
      partOf(each, ({ pages }) => pages),
      settings.PAGES,
    ),
    likes: createShardedLikes(partOf(each, ({ likes }) => likes)),
    feed: createShardedFeed(partOf(each, ({ feed }) => feed)),
    summaries: (userId, stopwatch) => each.of(userId).summaries(userId, stopwatch),
  };
}

/** A part of what each shard has, again as one for each shard. */
function partOf<T>(sharded: Sharded<Stored>, part: (stored: Stored) => T): Sharded<T> {
  return { all: sharded.all.map(part), of: (userId) => part(sharded.of(userId)) };
}
