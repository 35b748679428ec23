import { messageOf } from '../../errors.ts';
import type { ReplicaMetrics } from '../platform.ts';
import { type Ask, ask } from './answer.ts';
import { withTimeLimit } from './time-limit.ts';

/** Reads the metrics of one replica; what keeps it from answering is part of the result. */
export async function scrapeReplica(
  replica: string,
  url: string,
  signal: AbortSignal,
  askOnce: Ask = ask,
): Promise<ReplicaMetrics> {
  try {
    const answer = await withTimeLimit(2_000, signal, (limited) => askOnce(`${url}/metrics`, limited));
    if (answer.status !== 200) return { replica, problem: `/metrics answered with status ${answer.status}` };
    return { replica, text: answer.body };
  } catch (error) {
    signal.throwIfAborted();
    return { replica, problem: messageOf(error) };
  }
}
