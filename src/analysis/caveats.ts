import { formatDuration, formatNumber, formatValue, plural } from '../numbers.ts';
import type { Caveat, Measurement, RolloutTimes, ServiceResources, Telemetry } from '../result.ts';
import type { LoadProfile, Trust } from '../scenarios/scenario.ts';
import type { System } from '../scenarios/system.ts';
import { differingCounts } from './counts.ts';
import { doubts } from './doubts.ts';
import { generatorLimit, type GeneratorContext } from './generator-limit.ts';
import { generatorPause } from './generator-pause.ts';
import { idleConnections } from './idle-connections.ts';
import { unsteadiness } from './steadiness.ts';
import { happeningCaveats, hasEnd } from './happenings.ts';
import { aliasesOf, thinPercentiles } from './percentiles.ts';
import { measuredSlices } from './timeline.ts';
import { unansweredCaveats } from './unanswered.ts';

/** What caveats need to know of the trial besides what was recorded. */
export interface CaveatContext extends GeneratorContext {
  readonly load: LoadProfile;
  /** What was under test: a server of the user's own may tell nothing. */
  readonly system: System['kind'];
  /** Whether its replicas are meant to come and go. */
  readonly changes: boolean;
  /** When a new version was rolled out; undefined where none was. */
  readonly rollout: RolloutTimes | undefined;
}

/** Above it a service is said to have been at its CPU limit. */
const throttledShare = 0.05;

const { timed, server, totals, outcome } = doubts;

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
    // A verdict gives the first that doubts its metric: what the server did comes before what the generator did.
    ...unansweredCaveats(measurement, context.load, context.trust),
    ...(limit === undefined ? [] : [{ kind: 'generator-saturated' as const, text: limit, doubts: [...timed] }]),
    ...generatorPause(measurement, context.load, context.trust),
    ...idleConnections(measurement, context.load),
    ...unsteadiness(measurement, context.load, !context.changes),
    ...sampleCaveats(measurement, context.trust),
    ...replicaCaveats(telemetry),
    ...differingCounts(measurement, telemetry, context.load),
    ...strangerCaveats(telemetry, measurement, context),
    ...happeningCaveats(telemetry, context.changes),
    ...resourceCaveats(resources, telemetry),
    ...rolloutCaveats(measurement, context),
  ];
}
