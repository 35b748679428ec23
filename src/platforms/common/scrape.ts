import { TimeLimit, withTimeLimit } from '../../machine/time-limit.ts';
import { messageOf } from '../../model/errors.ts';
import type { ReplicaMetrics } from '../../model/running-system.ts';
import type { Counters } from '../../services/service.ts';
import { type Ask, ask } from './answer.ts';
import { toldCountersOf } from './told-counters.ts';

/** A busy replica answers after the requests that came before; what it tells is what matters most. */
const answerLimitMs = 5_000;

/** Reads what one copy tells of itself; what keeps it from answering is part of the result. */
export async function scrapeCopy(
  replica: string,
  url: string,
  { path, names }: Counters,
  signal: AbortSignal,
  askOnce: Ask = ask,
): Promise<ReplicaMetrics> {
  try {
    const answer = await withTimeLimit(answerLimitMs, signal, (limited) => askOnce(`${url}${path}`, limited));
    if (answer.status !== 200) return { replica, problem: `${path} answered with status ${answer.status}` };
    return { replica, text: names === undefined ? answer.body : toldCountersOf(answer.body, names) };
  } catch (error) {
    signal.throwIfAborted();
    return { replica, problem: messageOf(reasonOf(error)) };
  }
}

/** Reads what a replica says of the stores, at that path; `url` is where one is that runs, undefined where none does. */
export async function scrapeBackends(
  url: string | undefined,
  path: string,
  signal: AbortSignal,
  askOnce: Ask,
): Promise<ReplicaMetrics> {
  const replica = 'backends';
  if (url === undefined) return { replica, problem: 'no replica runs that could ask them', ended: true };
  return scrapeCopy(replica, url, { path }, signal, askOnce);
}

/** A request that was broken off says so; that it took too long says more. */
function reasonOf(error: unknown): unknown {
  return error instanceof Error && error.cause instanceof TimeLimit ? error.cause : error;
}
