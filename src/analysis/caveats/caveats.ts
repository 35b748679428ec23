import { measurementOfRequest, type RequestOutcome } from '../../metrics/by-request.ts';
import { measuredSlices } from '../../metrics/timeline.ts';
import type { WorkerLoad } from '../../model/load-profile.ts';
import type { Measurement } from '../../model/measurement.ts';
import { formatDuration, formatNumber, formatValue, plural } from '../../model/numbers.ts';
import type { Trust } from '../../model/scenario.ts';
import type { System } from '../../model/system.ts';
import type { ServiceResources, Telemetry } from '../../model/telemetry.ts';
import type { Workload } from '../../model/workload.ts';
import type { ActRecord, Caveat } from '../../record/run-record.ts';
import { differingCounts } from './differing-counts.ts';
import { doubts } from './doubts.ts';
import { generatorLimit, type GeneratorContext } from './generator-limit.ts';
import { generatorPause } from './generator-pause.ts';
import { happeningCaveats, hasEnd } from './happenings.ts';
import { idleConnections } from './idle-connections.ts';
import { aliasesOf, thinPercentiles } from './percentiles.ts';
import { refusalText } from './refusals.ts';
import { unsteadiness } from './steadiness.ts';
import { sharedWaiting, unansweredCaveats } from './unanswered.ts';

/** What caveats need to know of the trial besides what was recorded. */
export interface CaveatContext extends GeneratorContext {
  readonly load: WorkerLoad;
  readonly workload: Workload;
  /** What was under test: a server of the user's own may tell nothing. */
  readonly system: System['kind'];
  /** Whether its replicas are meant to come and go. */
  readonly changes: boolean;
  /** What was done to services. */
  readonly acts: readonly Pick<ActRecord, 'kind' | 'name' | 'endedMs'>[];
}

/** Above it a service is said to have been at its CPU limit. */
const throttledShare = 0.05;

const { timed, server, told, totals, beside: ofBeside, outcome } = doubts;

/** A percentile of every second is as good as the second with the fewest answers; the last one may be short. */
function isWorstSecondThin(measurement: Measurement, samples: number): boolean {
  const whole = measuredSlices(measurement).filter(({ second }) => (second + 1) * 1000 <= measurement.durationMs);
  return whole.length === 0 || whole.some(({ requests }) => thinPercentiles(requests, samples).includes('p99'));
}

function sampleCaveats(measurement: Measurement, { samples }: Trust): Caveat[] {
  const { requests } = measurement;
  const percentiles = thinPercentiles(requests, samples);
  const bySecond = measurement.timeline.length > 0 && isWorstSecondThin(measurement, samples);
  const thin = [...percentiles, ...(bySecond ? ['worst_second_p99'] : [])];
  if (thin.length === 0) return [];
  const text = `${formatNumber(requests)} answers are too few for ${thin.join(', ')}`;
  return [{ kind: 'too-few-samples', text, doubts: [...thin, ...aliasesOf(percentiles)] }];
}

/** What got to no server says nothing of it, and all that would have come of it is missing. */
function refusalCaveats(measurement: Measurement): Caveat[] {
  const text = refusalText(measurement);
  return text === undefined ? [] : [{ kind: 'generator-refused', text, doubts: [...outcome] }];
}

/** A redirect is not followed: where nobody asked for one, it is seldom what was to be measured. */
function redirectCaveats({ byRequest }: Measurement, { workload }: CaveatContext): Caveat[] {
  const unasked = workload.requests.filter(({ check }) => check.status === undefined);
  return byRequest.flatMap(({ request, statuses }): Caveat[] => {
    const redirects = Object.entries(statuses).filter(([status]) => isRedirect(Number(status)));
    if (redirects.length === 0 || !unasked.some(({ name }) => name === request)) return [];
    const counts = redirects.map(([status, count]) => `${status}: ${count.toLocaleString('en-US')}`).join(', ');
    const text = `${request} was answered with redirects (${counts}): they count as right and are not followed, and no check asks for them`;
    return [{ kind: 'redirects', text, doubts: [] }];
  });
}

/** Whether an answer of that status sends whoever asks elsewhere: 304 says that nothing has changed. */
export function isRedirect(status: number): boolean {
  return status >= 300 && status < 400 && status !== 304;
}

/** Some copies, and the metrics that say too little where not all of them tell, or not to the end. */
interface Telling {
  readonly noun: (count: number) => string;
  readonly told: readonly string[];
  readonly totals: readonly string[];
}

function copyCaveats({ lost, silent, left = [] }: Pick<Telemetry, 'lost' | 'silent' | 'left'>, of: Telling): Caveat[] {
  const them =
    left.length === 1 ? 'what it counted after its last sample' : 'what they counted after their last samples';
  const gone = `${of.noun(left.length)} left during the measured time: ${them} is missing`;
  return [
    ...lost.map(({ replica, problem }): Caveat => ({
      kind: 'restarted',
      text: `${replica}: ${problem}`,
      doubts: [...timed, ...server],
    })),
    ...silent.map(({ replica, problem }): Caveat => ({
      kind: 'replica-silent',
      text: `${replica} did not tell its metrics: ${problem}`,
      doubts: [...of.told],
    })),
    ...(left.length === 0 ? [] : [{ kind: 'replicas-left' as const, text: gone, doubts: [...of.totals] }]),
  ];
}

/** What replicas did not tell, and what services beside them did not. */
function telemetryCaveats({ beside = [], ...replicas }: Telemetry): Caveat[] {
  return [
    ...copyCaveats(replicas, { noun: (count) => plural(count, 'replica'), told, totals }),
    ...beside.flatMap(({ service, ...copies }) => {
      const noun = (count: number): string => `${count} ${count === 1 ? 'copy' : 'copies'} of ${service}`;
      return copyCaveats(copies, { noun, told: ofBeside, totals: ofBeside });
    }),
  ];
}

/** What the second half of a roll-out does to requests, nobody saw; and it may be quicker without them. */
function actCaveats({ durationMs }: Measurement, { acts }: CaveatContext): Caveat[] {
  const late = acts.filter(({ endedMs }) => endedMs > durationMs);
  return late.map(({ kind, name, endedMs }) => {
    const isRollout = kind === 'roll-out';
    const text = `${isRollout ? 'the roll-out' : name} went on for ${formatDuration(endedMs - durationMs)} after the measured time: only a part of it was under load`;
    // Of any other, what clients saw of it says itself that it is not all.
    return isRollout
      ? { kind: 'rollout-unfinished', text, doubts: [...outcome] }
      : { kind: 'act-unfinished', text, doubts: [] };
  });
}

/** A target of the user's own need not tell anything: its metrics are missing then, and nothing is in doubt. */
function strangerCaveats(telemetry: Telemetry, { anatomy }: Measurement, { system }: CaveatContext): Caveat[] {
  if (system !== 'url' || telemetry.replicas.length > 0 || anatomy.length > 0) return [];
  const text = 'the target tells nothing of itself: only the client’s side was measured';
  return [{ kind: 'no-telemetry', text, doubts: [] }];
}

function resourceCaveats(resources: readonly ServiceResources[], telemetry: Telemetry): Caveat[] {
  const { left = [], beside = [] } = telemetry;
  const gone = [...left, ...beside.flatMap((service) => service.left ?? [])];
  return resources.flatMap(({ copy, throttledRatio, restarts, outOfMemory, ended }): Caveat[] => {
    const troubles: Caveat[] = [];
    // One that left as it was meant to did not die of it.
    const end = gone.includes(copy) ? undefined : ended;
    if (!hasEnd(telemetry, copy) && (restarts > 0 || outOfMemory || end !== undefined)) {
      const what = restarts > 0 ? `restarted ${plural(restarts, 'time')}` : 'died';
      const died = outOfMemory ? 'it was at its memory limit' : end;
      const why = died === undefined ? '' : `: ${died}`;
      troubles.push({ kind: 'restarted', text: `${copy} ${what}${why}`, doubts: [...timed, ...server] });
    }
    if (throttledRatio > throttledShare) {
      const text = `${copy} was at its CPU limit ${formatValue(throttledRatio, 'ratio')} of the time`;
      // The limit is part of the topology: what it does to the times is the result, not a flaw of the measurement.
      troubles.push({ kind: 'throttled', text, doubts: [] });
    }
    return troubles;
  });
}

/**
 * The reasons to trust a trial's numbers less, each with the metrics that it casts doubt on.
 * @param outcome the request of the workload whose numbers they are; left out where they are those of all requests
 */
export function caveatsOf(
  measurement: Measurement,
  telemetry: Telemetry,
  resources: readonly ServiceResources[],
  context: CaveatContext,
  outcome?: RequestOutcome,
): Caveat[] {
  const { load, trust } = context;
  const limit = generatorLimit(measurement, context);
  const own = outcome ? measurementOfRequest(measurement, outcome) : measurement;
  const named = (caveats: readonly Caveat[]): readonly Caveat[] =>
    outcome ? caveats.map((caveat) => ({ ...caveat, text: `${outcome.request}: ${caveat.text}` })) : caveats;
  return [
    // A verdict gives the first that doubts its metric: what the server did comes before what the generator did.
    ...named(unansweredCaveats(own, load, trust)),
    ...sharedWaiting(measurement, own, load, trust),
    ...(limit === undefined ? [] : [{ kind: 'generator-saturated' as const, text: limit, doubts: [...timed] }]),
    ...refusalCaveats(measurement),
    ...generatorPause(measurement, load, trust),
    ...idleConnections(measurement, load),
    ...unsteadiness(measurement, load, !context.changes),
    ...named(sampleCaveats(own, trust)),
    ...redirectCaveats(measurement, context),
    ...telemetryCaveats(telemetry),
    ...differingCounts(measurement, telemetry, load),
    ...strangerCaveats(telemetry, measurement, context),
    ...happeningCaveats(telemetry, context.changes),
    ...resourceCaveats(resources, telemetry),
    ...actCaveats(measurement, context),
  ];
}
