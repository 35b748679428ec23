import type { Database } from '../database/database.ts';
import type { Settings } from '../settings.ts';
import { createFeed, type Feed } from './feed.ts';
import { createLikes, type Likes } from './likes.ts';
import { createPages, type Pages } from './pages.ts';
import { createTodos, type Todos } from './todos.ts';

/** All that is asked of one database for the routes of todos. The primary's takes writes as well. */
export interface Reader {
  readonly todos: Todos;
  readonly pages: Pages;
  readonly likes: Likes;
  readonly feed: Feed;
}

/** Asks a database in the ways of the settings. */
export function createReader(database: Database, settings: Settings): Reader {
  return {
    todos: createTodos(database, settings),
    pages: createPages(database, settings.PAGES, settings),
    likes: createLikes(database, settings),
    feed: createFeed(database, settings.FEED_STRATEGY),
  };
}
