import * as z from 'zod/mini';

const NO_NUL = /^[^\0]*$/; // PostgreSQL cannot hold U+0000 in a text
const text = (min: number, max: number) =>
  z.string().check(z.minLength(min), z.maxLength(max), z.regex(NO_NUL, 'must not contain NUL characters'));

const title = text(1, 200);
const description = text(0, 10_000);

/** The greatest id that a column of type integer can hold. */
export const MAX_ID = 2_147_483_647;

/** What it takes to create a todo. */
export const TodoDraft = z.strictObject({
  title,
  description: z._default(description, ''),
  completed: z._default(z.boolean(), false),
  userId: z.int().check(z.gte(1), z.lte(MAX_ID)),
});
/** A todo that is to be created. */
export type TodoDraft = z.infer<typeof TodoDraft>;

/** What can be changed of a todo, at least one of these. */
export const TodoChange = z
  .strictObject({
    title: z.optional(title),
    description: z.optional(description),
    completed: z.optional(z.boolean()),
  })
  .check(z.refine((change) => Object.keys(change).length > 0, 'nothing to change'));
/** A change of some parts of a todo. */
export type TodoChange = z.infer<typeof TodoChange>;

/** What a user can be called. */
export const UserName = text(1, 200);

/** What a search is for. */
export const SearchTitle = text(1, 200);

/** A todo as the API shows it, and as the queries select it. */
export interface Todo {
  readonly id: number;
  readonly title: string;
  readonly description: string;
  readonly completed: boolean;
  readonly userId: number;
  readonly createdAt: Date;
  /** How often it was written, its creation included. */
  readonly version: number;
}

/** The columns of a todo under the names that the API gives them. */
export const TODO_COLUMNS = `todos.id, todos.title, todos.description, todos.completed,
  todos.user_id AS "userId", todos.created_at AS "createdAt", todos.version`;

/** The version of a todo that is JSON already: what comes last in it, where no title can look like it. */
export function versionIn(text: string): number {
  return Number(/"version":(\d+)\}$/.exec(text)?.[1]);
}
