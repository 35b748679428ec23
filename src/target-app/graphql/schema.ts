import { createGraphQLError, createSchema, type YogaInitialContext } from 'graphql-yoga';

import type { Database } from '../database/database.ts';
import type { Stopwatch } from '../timing/stopwatch.ts';
import { NEWEST } from '../todos/feed.ts';
import { UserName, type Todo } from '../todos/todo.ts';
import { renameUser, type ReadUser, type User } from './users.ts';

/** What resolvers find of the request that they answer. */
export interface GraphqlRequest {
  readonly stopwatch: Stopwatch;
  readonly readUser: ReadUser;
  /** Is told of every user that was changed. */
  readonly wrote: (user: User) => void;
}

const MOST_TODOS = 100;

const typeDefs = /* GraphQL */ `
  type User {
    id: Int!
    name: String!
    "Greater with every change."
    version: Int!
  }

  type Todo {
    id: Int!
    title: String!
    completed: Boolean!
    user: User!
  }

  type Query {
    "The newest todos."
    feed(limit: Int! = 20): [Todo!]!
  }

  type Mutation {
    "Gives a user another name; null if there is no such user."
    renameUser(id: Int!, name: String!): User
  }
`;

/** The schema with its resolvers: a todo asks for its own user, and for nothing else. */
export function createTodoSchema(database: Database) {
  return createSchema<GraphqlRequest & YogaInitialContext>({
    typeDefs,
    resolvers: {
      Query: {
        feed: (_: unknown, { limit }: { limit: number }, { stopwatch }) => {
          if (limit < 1 || limit > MOST_TODOS) throw createGraphQLError(`limit must be from 1 to ${MOST_TODOS}`);
          return database.query(NEWEST, [limit], stopwatch);
        },
      },
      Todo: {
        user: ({ userId }: Todo, _: unknown, { readUser }) => readUser(userId),
      },
      Mutation: {
        renameUser: async (_: unknown, { id, name }: { id: number; name: string }, { stopwatch, wrote }) => {
          if (!UserName.safeParse(name).success) throw createGraphQLError('name must have 1 to 200 characters');
          const user = await renameUser(database, { id, name }, stopwatch);
          if (user !== undefined) wrote(user);
          return user;
        },
      },
    },
  });
}
