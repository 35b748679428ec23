import type { Measurement } from '../model/measurement.ts';

/** What became of one request of the workload. */
export type RequestOutcome = Measurement['byRequest'][number];

/** A measurement as if that had been the only request of its workload; what is known of all of them alone is left empty. */
export function measurementOfRequest(whole: Measurement, outcome: RequestOutcome): Measurement {
  const { request: _, dropped, unsent, ...own } = outcome;
  const refused = Object.values(own.refusals).reduce((sum, count) => sum + count, 0);
  const sent = own.requests + own.failed + refused + own.unfinished;
  const open = whole.open && { ...whole.open, offered: sent + dropped + unsent, dropped, unsent };
  return {
    ...whole,
    ...own,
    carried: 0,
    sent,
    byRequest: [outcome],
    timeline: [],
    anatomy: [],
    slowest: [],
    ...(open && { open }),
  };
}
