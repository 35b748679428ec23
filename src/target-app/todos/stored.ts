import type { Database } from '../database/database.ts';
import type { Shards } from '../database/shards.ts';
import type { Settings } from '../settings.ts';
import { fromTables } from '../summaries/from-tables.ts';
import type { Summaries } from '../summaries/summary.ts';
import { createFeed, type Feed } from './feed.ts';
import { createLikes, type Likes } from './likes.ts';
import { createPages, type Pages } from './pages.ts';
import { createShardedFeed, createShardedLikes, createShardedPages, createShardedTodos } from './sharded.ts';
import { createTodos, type Todos } from './todos.ts';

/** What is read and written, wherever it is. */
export interface Stored {
  readonly todos: Todos;
  readonly pages: Pages;
  readonly likes: Likes;
  readonly feed: Feed;
  /** Counted out of the tables. */
  readonly summaries: Summaries;
}

/** Todos in the one database, or in shards where there are some: then only the ids of new ones come from the one database. */
export function openStored(database: Database, shards: Shards | undefined, settings: Settings): Stored {
  const { PAGES: pages, FEED_STRATEGY: feed } = settings;
  const todosIn = (each: Database): Todos => createTodos(each, settings);
  const pagesIn = (each: Database): Pages => createPages(each, pages, settings);
  const likesIn = (each: Database): Likes => createLikes(each, settings);
  const feedIn = (each: Database): Feed => createFeed(each, feed);
  const todos = todosIn(database);
  if (shards === undefined) {
    const summaries = fromTables(database);
    return { todos, pages: pagesIn(database), likes: likesIn(database), feed: feedIn(database), summaries };
  }
  const summaries = shards.map(fromTables);
  return {
    todos: createShardedTodos(shards.map(todosIn), todos),
    pages: createShardedPages(shards.map(pagesIn), pages),
    likes: createShardedLikes(shards.map(likesIn)),
    feed: createShardedFeed(shards.map(feedIn)),
    summaries: (userId, stopwatch) => summaries.of(userId)(userId, stopwatch),
  };
}
