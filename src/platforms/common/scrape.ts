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
  copy: string,
  url: string,
  { path, names }: Counters,
  signal: AbortSignal,
  askOnce: Ask = ask,
): Promise<ReplicaMetrics> {
  const answer = await scrape(copy, url, path, signal, askOnce);
  return 'problem' in answer || names === undefined
    ? answer
    : { replica: copy, text: toldCountersOf(answer.text, names) };
}

/** Reads what database and cache say of themselves, through a replica that runs; `url` is undefined where none does. */
export async function scrapeBackends(
  url: string | undefined,
  signal: AbortSignal,
  askOnce: Ask = ask,
): Promise<ReplicaMetrics> {
  const replica = 'backends';
  if (url === undefined) return { replica, problem: 'no replica runs that could ask them', ended: true };
  return scrape(replica, url, '/metrics/backends', signal, askOnce);
}

async function scrape(
  replica: string,
  url: string,
  path: string,
  signal: AbortSignal,
  askOnce: Ask,
): Promise<ReplicaMetrics> {
  try {
    const answer = await withTimeLimit(answerLimitMs, signal, (limited) => askOnce(`${url}${path}`, limited));
    if (answer.status !== 200) return { replica, problem: `${path} answered with status ${answer.status}` };
    return { replica, text: answer.body };
  } catch (error) {
    signal.throwIfAborted();
    return { replica, problem: messageOf(reasonOf(error)) };
  }
}

/** A request that was broken off says so; that it took too long says more. */
function reasonOf(error: unknown): unknown {
  return error instanceof Error && error.cause instanceof TimeLimit ? error.cause : error;
}
