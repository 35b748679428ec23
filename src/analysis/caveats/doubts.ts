import { metrics } from '../../metrics/catalogue.ts';
import type { Metric } from '../../metrics/metric.ts';

const serverMetrics = metrics.filter(({ side, fromRows }) => side === 'server' && fromRows !== true);
/**
 * What an answer costs is the same however late the generator asks for it, and hardly another one on a busy machine: a server that
 * takes 20% more was seen to take 1.20, 1.21 and 1.21 times as much beside 0, 2 and 4 busy neighbours on two cores.
 */
const timedMetrics = metrics.filter(
  ({ kind, side, byService }) => kind === 'timed' && side !== 'generator' && byService !== true,
);
const clientTimed = timedMetrics.filter(({ side }) => side === 'client');

/** A rate that is off by less is not in doubt: comparisons call a difference below it none, where nobody says otherwise. */
export const noDifference = 0.05;

/** The metrics that caveats cast doubt on together, by name. */
export const doubts = {
  /** What the system's times and rates are; what answers cost is not among them. */
  timed: namesOf(timedMetrics),
  clientTimed: namesOf(clientTimed),
  // How long until clients were served as before is told by whole seconds, and says itself what was not seen.
  latencies: namesOf(clientTimed.filter(({ unit, byAct }) => unit === 'ms' && byAct !== true)),
  /** Of what replicas counted together, what one more request can only add to. */
  sums: counting('sum'),
  /** How many requests were answered, and by how much time. */
  rates: counting('answers'),
  /** What a request becomes a part of that fails. */
  losses: counting('losses'),
  server: namesOf(serverMetrics),
  /** What replicas say of themselves; what they use is known from their platform, or missing. */
  told: namesOf(serverMetrics.filter(({ byService }) => byService !== true)),
  /** What services beside what is tested counted. */
  beside: namesOf(metrics.filter(({ besideOnly }) => besideOnly === true)),
  /** What replicas counted together, or against each other or the database: one of them that is missing shows in it. */
  totals: counting('sum', 'part'),
  /** All that tells of the system and not of the generator alone. */
  outcome: [
    ...namesOf(metrics.filter(({ side, fromRows }) => side !== 'generator' && fromRows !== true)),
    ...counting('never-sent'),
  ],
};

function counting(...what: readonly Metric['counts'][]): readonly string[] {
  return namesOf(metrics.filter(({ counts }) => counts !== undefined && what.includes(counts)));
}

function namesOf(some: readonly Metric[]): readonly string[] {
  return some.map(({ name }) => name);
}
