import type { Telemetry } from '../model/telemetry.ts';
import type { Sample } from './prometheus.ts';
import { rise, type Numbers, type Snapshot } from './snapshot.ts';

type Backends = NonNullable<Telemetry['backends']>;

const statementSeconds = 'db_statement_seconds_total';
const statementCalls = 'db_statement_calls_total';

/** What database and cache said of themselves between two moments; undefined where they did not, or started anew. */
export function backendsOf(before: Snapshot | undefined, after: Snapshot | undefined): Backends | undefined {
  if (before === undefined || after === undefined) return undefined;
  // Which statements are the costliest can change: their sums may fall.
  const counters = rise(countersOf(before), known(countersOf(after), before));
  if (counters === undefined) return undefined;
  return { counters: { ...counters }, gauges: { ...after.gauges }, statements: statementsOf(before, after) };
}

/** A counter that was not told before is left out: unlike a replica's, it is older than the load. */
function known(counters: Numbers, before: Snapshot): Numbers {
  return Object.fromEntries(Object.entries(counters).filter(([name]) => name in before.counters));
}

function countersOf({ counters }: Snapshot): Numbers {
  return Object.fromEntries(
    Object.entries(counters).filter(([name]) => name !== statementSeconds && name !== statementCalls),
  );
}

/** The statements that were not among the costliest before are left out: nobody knows what they had cost by then. */
function statementsOf(before: Snapshot, after: Snapshot): Backends['statements'] {
  const value = (from: Snapshot, name: string, labels: string): number | undefined =>
    from.samples.find((sample) => sample.name === name && sample.labels === labels)?.value;
  const risen = (name: string, { labels }: Sample): number | undefined => {
    const [first, last] = [value(before, name, labels), value(after, name, labels)];
    return first === undefined || last === undefined ? undefined : last - first;
  };
  return after.samples
    .filter(({ name }) => name === statementSeconds)
    .flatMap((sample) => {
      const seconds = risen(statementSeconds, sample);
      const calls = risen(statementCalls, sample);
      if (seconds === undefined || calls === undefined || calls <= 0) return [];
      return [{ statement: statementIn(sample.labels), calls, totalMs: seconds * 1000 }];
    })
    .sort((one, other) => other.totalMs - one.totalMs);
}

/** The value of the one label, without the escapes of the exposition format. */
function statementIn(labels: string): string {
  const value = /^statement="((?:[^"\\]|\\.)*)"/.exec(labels)?.[1] ?? '';
  return value.replace(/\\(.)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped));
}
