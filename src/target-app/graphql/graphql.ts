import { performance } from 'node:perf_hooks';

import { createGraphQLError, createYoga } from 'graphql-yoga';

import type { Database } from '../database/database.ts';
import { ConnectionRefusal } from '../database/refusal.ts';
import { createFreshness } from '../freshness.ts';
import { overloaded, type Answer } from '../http/answers.ts';
import type { ErrorLog } from '../log.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { Settings } from '../settings.ts';
import type { Stopwatch } from '../timing/stopwatch.ts';
import { createTodoSchema, type GraphqlRequest } from './schema.ts';
import { createUsers, type User } from './users.ts';

/** Answers a request of GraphQL over HTTP: its body as it came, and the media type of that. */
export type Graphql = (body: string, type: string, stopwatch: Stopwatch) => Promise<Answer>;

/** Where yoga believes that it stands; nobody sees it. */
const ENDPOINT = 'http://app/graphql';

/**
 * Opens the GraphQL side of the app, which has the users of todos by the way of the settings. It counts which of its answers have a
 * user that is older than what a writer was told before the request came: `freshness.ts` says what escapes it.
 */
export function createGraphql(
  database: Database,
  way: Exclude<Settings['GRAPHQL'], 'off'>,
  metrics: Metrics,
  errors: ErrorLog,
): Graphql {
  const freshness = createFreshness();
  const usersOfRequest = createUsers(database, way);
  const yoga = createYoga<GraphqlRequest>({
    schema: createTodoSchema(database),
    graphiql: false,
    landingPage: false,
    logging: false,
    maskedErrors: { maskError: (error) => masked(error, errors) },
  });

  return async (body, type, stopwatch) => {
    const askedAtMs = performance.now();
    const [seen, written]: [User[], User[]] = [[], []];
    const readUser = usersOfRequest(stopwatch);
    const request: GraphqlRequest = {
      stopwatch,
      readUser: async (id) => {
        const user = await readUser(id);
        seen.push(user);
        return user;
      },
      wrote: (user) => written.push(user),
    };
    const response = await yoga.fetch(ENDPOINT, { method: 'POST', headers: { 'content-type': type }, body }, request);
    const text = await response.text();
    if (seen.length > 0) metrics.cacheChecked.inc();
    if (seen.some(({ id, version }) => freshness.isStale(id, version, askedAtMs))) metrics.cacheOutdated.inc();
    for (const { id, version } of written) freshness.told(id, version, performance.now());
    return { status: response.status, text, headers: headersOf(response) };
  };
}

function headersOf({ headers }: Response): Record<string, string> {
  const kept = ['content-type', 'retry-after'].map((name) => [name, headers.get(name)] as const);
  return Object.fromEntries(kept.flatMap(([name, value]) => (value === null ? [] : [[name, value]])));
}

/** What a client is told of an error: all of one that is about its request, or that may be over soon; of others that there was one. */
function masked(error: unknown, errors: ErrorLog): Error {
  const cause = isGraphqlError(error) ? (error.originalError ?? error) : error;
  if (isGraphqlError(error) && isGraphqlError(cause)) return error;
  if (cause instanceof ConnectionRefusal) {
    const { status, headers } = overloaded(cause);
    return createGraphQLError(cause.message, { extensions: { http: { status, headers } } });
  }
  errors.report('POST /graphql', cause);
  return createGraphQLError('internal error', { extensions: { http: { status: 500 } } });
}

/** By its name: there may be two of the class, as its package comes in two forms. */
function isGraphqlError(error: unknown): error is ReturnType<typeof createGraphQLError> {
  return error instanceof Error && error.name === 'GraphQLError';
}
