import type { Metrics } from '../metrics/metrics.ts';
import type { Lease } from './connection-source.ts';

/** The connections that are out: each until its borrower gives it back, or it is taken back. */
export interface Loans {
  /** Lends what a source has given; `over` is called once, when it is back. */
  lend(lease: Lease, over: () => void): Lease;
  /** Takes back all that are out. */
  recall(): void;
}

/**
 * Keeps book of loans. With a limit, a connection that is out for longer is taken back and closed: its borrower may still be using
 * it, and finds it gone then. 0 is no limit.
 */
export function createLoans(limitMs: number, metrics: Metrics): Loans {
  const out = new Set<Lease>();

  return {
    lend(lease, over) {
      const loan: Lease = {
        client: lease.client,
        giveBack(broken) {
          if (!out.delete(loan)) return; // it was taken back before
          clearTimeout(timer);
          metrics.poolInUse.dec();
          lease.giveBack(broken);
          over();
        },
      };
      const takeBack = (): void => {
        metrics.poolReclaimed.inc();
        loan.giveBack(new Error(`not given back within ${limitMs} ms`));
      };
      const timer = limitMs > 0 ? setTimeout(takeBack, limitMs) : undefined;
      metrics.poolInUse.inc();
      out.add(loan);
      return loan;
    },
    recall() {
      for (const loan of out) loan.giveBack(new Error('not given back until the end'));
    },
  };
}
