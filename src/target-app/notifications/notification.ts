import * as z from 'zod/mini';

import { MAX_ID, type Todo } from '../todos/todo.ts';

/** What the notifier is told. */
export const Notification = z.strictObject({
  /** The same whenever, and by whomever, the same thing is told again: so whoever is told it twice can know. */
  id: z.string().check(z.regex(/^[\w-]{1,100}$/, 'must be 1 to 100 letters, digits, _ or -')),
  todoId: z.int().check(z.gte(1), z.lte(MAX_ID)),
  userId: z.int().check(z.gte(1), z.lte(MAX_ID)),
  text: z.string().check(z.minLength(1), z.maxLength(1000)),
});
/** That something has happened which a user wants to hear of. */
export type Notification = z.infer<typeof Notification>;

/** What of a todo is told of. */
export type ToldTodo = Pick<Todo, 'id' | 'userId' | 'title' | 'createdAt'>;

/** Tells that a todo was created. Who has the answer of the API can tell the id from it: the todo's own, and when it was created. */
export function notificationOf({ id, userId, title, createdAt }: ToldTodo): Notification {
  return { id: `todo-${id}-${createdAt.getTime()}`, todoId: id, userId, text: `Created: ${title}` };
}

/** The notification that a message is; undefined where it is none. */
export function notificationIn(text: string): Notification | undefined {
  try {
    return Notification.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
