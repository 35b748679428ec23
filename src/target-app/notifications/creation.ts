import { setTimeout as pause } from 'node:timers/promises';

import type { Settings } from '../settings.ts';
import type { Stopwatch } from '../timing/stopwatch.ts';
import type { Todo, TodoDraft } from '../todos/todo.ts';
import type { Todos } from '../todos/todos.ts';
import type { Sender } from './sender.ts';

/** Creates a todo, and tells users of it; undefined if there is no such user. */
export type Creation = (draft: TodoDraft, stopwatch: Stopwatch) => Promise<Todo | undefined>;

type CreationSettings = Pick<Settings, 'NOTIFICATIONS_ORDER' | 'NOTIFICATIONS_GAP_MS'>;

/** Two systems are written to, and no transaction holds both. The order decides what is left where the app dies between the two. */
export function createCreation(settings: CreationSettings, todos: Todos, sender: Sender): Creation {
  const { NOTIFICATIONS_ORDER: order, NOTIFICATIONS_GAP_MS: gapMs } = settings;
  const gap = async (): Promise<void> => {
    if (gapMs > 0) await pause(gapMs);
  };

  switch (order) {
    // A todo that nobody hears of.
    case 'write-first':
      return async (draft, stopwatch) => {
        const todo = await todos.create(draft, stopwatch);
        if (todo === undefined) return undefined;
        await gap();
        await sender.created(todo, stopwatch);
        return todo;
      };
    // News of a todo that does not exist; also where it cannot be written.
    case 'tell-first':
      return async (draft, stopwatch) => {
        const reserved = await todos.reserve(stopwatch);
        await sender.created({ ...draft, ...reserved }, stopwatch);
        await gap();
        return todos.create(draft, stopwatch, reserved);
      };
    // Neither: the news is a row beside the todo's, of one transaction. The relay sends it from there, and again where it dies.
    case 'outbox':
      return async (draft, stopwatch) => {
        await gap();
        return todos.createNoted(draft, stopwatch);
      };
  }
}
