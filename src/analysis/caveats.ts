import { formatDuration, formatNumber, formatValue, plural } from '../numbers.ts';
import type { Caveat, Measurement, RolloutTimes, ServiceResources, Telemetry } from '../result.ts';
import type { Trust } from '../scenarios/scenario.ts';
import type { System } from '../scenarios/system.ts';
import { doubts } from './doubts.ts';
import { generatorLimit, type GeneratorContext } from './generator-limit.ts';
import { happeningCaveats, hasEnd } from './happenings.ts';
import { refusalText } from './refusals.ts';
import { aliasesOf, censoredPercentiles, thinPercentiles } from './percentiles.ts';
import { measuredSlices } from './timeline.ts';

/** What caveats need to know of the trial besides what was recorded. */
export interface CaveatContext extends GeneratorContext {
  /** What was under test: a server of the user's own may tell nothing. */
  readonly system: System['kind'];
  /** Whether its replicas are meant to come and go. */
  readonly changes: boolean;
  /** When a new version was rolled out; undefined where none was. */
  readonly rollout: RolloutTimes | undefined;
}

/** Above it a service is said to have been at its CPU limit. */
const throttledShare = 0.05;

const { timed, latencies, server, totals, outcome } = doubts;

/** A percentile of every second is as good as the second with the fewest answers; the last one may be short. */
function isWorstSecondThin(measurement: Measurement, samples: number): boolean {
  const whole = measuredSlices(measurement).filter(({ second }) => (second + 1) * 1000 <= measurement.durationMs);
  return whole.length === 0 || whole.some(({ requests }) => thinPercentiles(requests, samples).includes('p99'));
}

function sampleCaveats(measurement: Measurement, { samples }: Trust): Caveat[] {
  const { requests } = measurement;
  const percentiles = thinPercentiles(requests, samples);
  const thin = [...percentiles, ...(isWorstSecondThin(measurement, samples) ? ['worst_second_p99'] : [])];
  if (thin.length === 0) return [];
  const text = `${formatNumber(requests)} answers are too few for ${thin.join(', ')}`;
  return [{ kind: 'too-few-samples', text, doubts: [...thin, ...aliasesOf(percentiles)] }];
}

/** What got to no server says nothing of it, and all that would have come of it is missing. */
function refusalCaveats(measurement: Measurement): Caveat[] {
  const text = refusalText(measurement);
  return text === undefined ? [] : [{ kind: 'generator-refused', text, doubts: [...outcome] }];
}

/** Open load goes on whatever the answers do, so that requests may be given up: none of them is among the latencies. */
function absenceCaveats({ open, unfinished }: Measurement): Caveat[] {
  if (!open || open.offered === 0) return [];
  const { offered, dropped } = open;
  const share = (count: number, all: number): string =>
    `${formatNumber(count)} of ${plural(all, 'request')} ${count === 1 ? 'was' : 'were'}`;
  const caveats: Caveat[] = [];
  if (dropped > 0) {
    const text = `${share(dropped, offered)} dropped at the limit of requests in flight: the latencies leave them out`;
    caveats.push({ kind: 'dropped', text, doubts: [...latencies, 'errors', 'error_rate'] });
  }
  const missing = unfinished + open.unsent;
  const expected = offered - dropped;
  const censored = expected === 0 ? [] : censoredPercentiles(missing / expected);
  if (censored.length > 0) {
    const text = `${share(missing, expected)} without an answer when the waiting was over: ${censored.join(', ')} may be higher`;
    // Far fewer can change the mean and the worst second than the median: they go with p99. One can change the maximum.
    const others = censored.includes('p99') ? ['mean', 'worst_second_p99', 'max'] : ['max'];
    caveats.push({ kind: 'unfinished', text, doubts: [...censored, ...aliasesOf(censored), ...others] });
  }
  return caveats;
}

function replicaCaveats({ lost, silent, left = [] }: Telemetry): Caveat[] {
  const them =
    left.length === 1 ? 'what it counted after its last sample' : 'what they counted after their last samples';
  const gone = `${plural(left.length, 'replica')} left during the measured time: ${them} is missing`;
  return [
    ...lost.map(({ replica, problem }): Caveat => ({
      kind: 'restarted',
      text: `${replica}: ${problem}`,
      doubts: [...timed, ...server],
    })),
    ...silent.map(({ replica, problem }): Caveat => ({
      kind: 'replica-silent',
      text: `${replica} did not tell its metrics: ${problem}`,
      doubts: [...server],
    })),
    ...(left.length === 0 ? [] : [{ kind: 'replicas-left' as const, text: gone, doubts: [...totals] }]),
  ];
}

/** What the second half of a roll-out does to requests, nobody saw; and it may be quicker without them. */
function rolloutCaveats({ durationMs }: Measurement, { rollout }: CaveatContext): Caveat[] {
  if (!rollout || rollout.endedMs <= durationMs) return [];
  const late = formatDuration(rollout.endedMs - durationMs);
  const text = `the roll-out went on for ${late} after the measured time: only a part of it was under load`;
  return [{ kind: 'rollout-unfinished', text, doubts: [...outcome] }];
}

/** A target of the user's own need not tell anything: its metrics are missing then, and nothing is in doubt. */
function strangerCaveats(telemetry: Telemetry, { anatomy }: Measurement, { system }: CaveatContext): Caveat[] {
  if (system !== 'url' || telemetry.replicas.length > 0 || anatomy.length > 0) return [];
  const text = 'the target tells nothing of itself: only the client’s side was measured';
  return [{ kind: 'no-telemetry', text, doubts: [] }];
}

function resourceCaveats(resources: readonly ServiceResources[], telemetry: Telemetry): Caveat[] {
  return resources.flatMap(({ service, throttledRatio, restarts, outOfMemory, ended }): Caveat[] => {
    const troubles: Caveat[] = [];
    // One that left as it was meant to did not die of it.
    const end = telemetry.left?.includes(service) === true ? undefined : ended;
    if (!hasEnd(telemetry, service) && (restarts > 0 || outOfMemory || end !== undefined)) {
      const what = restarts > 0 ? `restarted ${plural(restarts, 'time')}` : 'died';
      const died = outOfMemory ? 'it was at its memory limit' : end;
      const why = died === undefined ? '' : `: ${died}`;
      troubles.push({ kind: 'restarted', text: `${service} ${what}${why}`, doubts: [...timed, ...server] });
    }
    if (throttledRatio > throttledShare) {
      const text = `${service} was at its CPU limit ${formatValue(throttledRatio, 'ratio')} of the time`;
      // The limit is part of the topology: what it does to the times is the result, not a flaw of the measurement.
      troubles.push({ kind: 'throttled', text, doubts: [] });
    }
    return troubles;
  });
}

/** The reasons to trust a trial's numbers less, each with the metrics that it casts doubt on. */
export function caveatsOf(
  measurement: Measurement,
  telemetry: Telemetry,
  resources: readonly ServiceResources[],
  context: CaveatContext,
): Caveat[] {
  const limit = generatorLimit(measurement, context);
  return [
    ...(limit === undefined ? [] : [{ kind: 'generator-saturated' as const, text: limit, doubts: [...timed] }]),
    ...refusalCaveats(measurement),
    ...sampleCaveats(measurement, context.trust),
    ...absenceCaveats(measurement),
    ...replicaCaveats(telemetry),
    ...strangerCaveats(telemetry, measurement, context),
    ...happeningCaveats(telemetry, context.changes),
    ...resourceCaveats(resources, telemetry),
    ...rolloutCaveats(measurement, context),
  ];
}
