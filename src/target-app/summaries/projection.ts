import { createClient } from 'redis';

import { patience } from '../cache/store.ts';
import type { ErrorLog } from '../log.ts';
import type { Notification } from '../notifications/notification.ts';
import { NEWEST, type Summaries } from './summary.ts';

/** What of an event goes into a summary. */
export type Created = Pick<Notification, 'todoId' | 'userId'>;

/** How far a projection has come: the offset of the next event, or that it holds nothing yet. */
export type Position = bigint | 'start';

/** Summaries as readers want them, in Redis: made of events, and made again of the same events where they are lost. */
export interface Projection {
  /** Those that it has; none where Redis does not answer. */
  readonly of: Summaries;
  position(): Promise<Position>;
  /**
   * Takes events in, and the position after them, both or none; one that it has is counted, and nothing else.
   * @returns the position that it has then: another one where it was not at `from`, and nothing was taken
   */
  apply(from: Position, events: readonly Created[], next: bigint): Promise<Position>;
  /** How many todos it has of each of these users. */
  countsOf(userIds: readonly number[]): Promise<readonly number[]>;
  /** How many events came again. */
  repeated(): Promise<number>;
  /** Notes how long it took to be made of all events that there were. */
  noteRebuild(tookMs: number): Promise<void>;
  /** That of the last time; undefined where that was never. */
  rebuildMs(): Promise<number | undefined>;
  close(): Promise<void>;
}

const KEYS = {
  position: 'summaries:position',
  counts: 'summaries:todos',
  repeated: 'summaries:repeated',
  rebuild: 'summaries:rebuild-ms',
};
const idsBefore = 'summaries:ids:';
const idsOf = (userId: number): string => `${idsBefore}${userId}`;

/** One script, and so one step for everyone else: what was taken in, and how far, cannot come apart. */
const APPLY = `
  local at = redis.call('GET', KEYS[1]) or 'start'
  if at ~= ARGV[1] then return at end
  for i = 3, #ARGV, 2 do
    if redis.call('ZADD', '${idsBefore}' .. ARGV[i + 1], 'NX', ARGV[i], ARGV[i]) == 1 then
      redis.call('HINCRBY', KEYS[2], ARGV[i + 1], 1)
    else
      redis.call('INCR', KEYS[3])
    end
  end
  redis.call('SET', KEYS[1], ARGV[2])
  return ARGV[2]`;

/** Opens the projection in the Redis at `url`, for as long as it takes, and whenever the connection is lost. */
export function openProjection(url: string, errors: ErrorLog): Projection {
  const client = createClient({ url, ...patience });
  client.on('error', (error: unknown) => errors.report('the connection to Redis', error));
  const connected = client.connect().then(
    () => undefined,
    () => undefined, // closed before it ever connected; the reasons went to 'error'
  );
  const numberAt = async (key: string): Promise<number | undefined> => {
    const text = await client.get(key);
    return text === null ? undefined : Number(text);
  };

  return {
    async of(userId, stopwatch) {
      stopwatch.begin('cache');
      try {
        // One step, so that no event comes between the two.
        const asked = client
          .multi()
          .hGet(KEYS.counts, String(userId))
          .zRange(idsOf(userId), 0, NEWEST - 1, { REV: true });
        const [todos, newest] = await asked.exec<'typed'>();
        return todos === null ? undefined : { userId, todos: Number(todos), newest: newest.map(Number) };
      } catch (error) {
        errors.report('reading a summary', error);
        return undefined;
      } finally {
        stopwatch.end('cache');
      }
    },
    async position() {
      await connected;
      return positionIn(await client.get(KEYS.position));
    },
    async apply(from, events, next) {
      const ids = events.flatMap(({ todoId, userId }) => [String(todoId), String(userId)]);
      const at = await client.eval(APPLY, {
        keys: [KEYS.position, KEYS.counts, KEYS.repeated],
        arguments: [String(from), String(next), ...ids],
      });
      if (typeof at !== 'string') throw new Error('the projection does not say where it is');
      return positionIn(at);
    },
    async countsOf(userIds) {
      if (userIds.length === 0) return [];
      return (await client.hmGet(KEYS.counts, userIds.map(String))).map((count) => Number(count ?? 0));
    },
    repeated: async () => (await numberAt(KEYS.repeated)) ?? 0,
    async noteRebuild(tookMs) {
      await client.set(KEYS.rebuild, String(Math.round(tookMs)));
    },
    rebuildMs: () => numberAt(KEYS.rebuild),
    async close() {
      if (client.isReady) await client.close();
      else client.destroy();
      await connected;
    },
  };
}

function positionIn(text: string | null): Position {
  return text === null || text === 'start' ? 'start' : BigInt(text);
}
