import type { Lease } from './connection-source.ts';

/**
 * Has one in `every` borrowers forget to give its connection back, as a path through the code does that returns or throws before it
 * comes to that line. The connection is open, idle, and nobody's.
 */
export function leaking(every: number): (lease: Lease) => Lease {
  let borrowers = 0;
  return (lease) => {
    borrowers += 1;
    return borrowers % every === 0 ? { client: lease.client, giveBack: () => undefined } : lease;
  };
}
