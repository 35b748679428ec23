import { annotationsOf } from '../analysis/annotations.ts';
import { caveatsOf } from '../analysis/caveats/caveats.ts';
import { findingsOf } from '../analysis/findings.ts';
import { aftermathOf, recoveryCaveats } from '../analysis/recovery.ts';
import { LatencyHistogram } from '../histogram/latency-histogram.ts';
import { measurementOf } from '../load/measurement.ts';
import { splitJob } from '../load/share.ts';
import type { RequestOutcome } from '../metrics/by-request.ts';
import { requestMetrics, serviceMetrics, trialMetrics } from '../metrics/trial-metrics.ts';
import { wordsFor } from '../model/act-words.ts';
import { subjectsOf } from '../model/acts.ts';
import { LabError } from '../model/errors.ts';
import { mostWorkersOf, peakMs, type WorkerLoad } from '../model/load-profile.ts';
import type { Measurement } from '../model/measurement.ts';
import { actsOn, losesReplicas, type Trial } from '../model/plan.ts';
import { appIn, autoscaleIn } from '../model/system.ts';
import type { Telemetry } from '../model/telemetry.ts';
import type { Deployment } from '../platforms/platform.ts';
import type { ActRecord, Caveat, TrialRecord } from '../record/run-record.ts';
import { happeningsOf } from '../telemetry/happenings.ts';
import { UsageWatch, type Usage } from '../telemetry/usage.ts';
import { TelemetryWatch } from '../telemetry/watch.ts';
import type { WorkerMessage, WorkerResult, WorkerSlice } from '../worker/protocol.ts';
import { ActSchedule, type DoneAct } from './act-schedule.ts';
import { endedBeside, servicesIn } from './beside.ts';
import { deathCaveats, deathsIn, withoutEnds } from './deaths.ts';
import type { EventSink } from './events.ts';
import { withoutIntended } from './intended.ts';

/** How long services may take to go on with what one that was started again had to do with. */
const findsBackWithinMs = 15_000;

/** A trial as it is sent: of a search, each of its probes is one. */
export type SentTrial = Trial & { readonly load: WorkerLoad };

interface Observation {
  readonly result: WorkerResult;
  /** The seconds of the warm-up. */
  readonly warmup: readonly WorkerSlice[];
  readonly telemetry: Telemetry;
  readonly usage: Usage;
  readonly done: readonly DoneAct[];
}

/** Puts the load on, and reads what the system says of itself from the start of the measured time to its end. */
async function observe(
  deployment: Deployment,
  trial: SentTrial,
  emit: EventSink,
  signal: AbortSignal,
): Promise<Observation> {
  const { load, workload, seed, workers, system } = trial;
  const jobs = splitJob({ urls: deployment.urls, load, workload, seed, share: { index: 0, of: 1 } }, workers);
  const warmup: WorkerSlice[] = [];
  let told: Pick<Observation, 'telemetry' | 'usage'> | undefined;
  const changing = { replicas: losesReplicas(system), beside: endedBeside(system) };
  await using telemetry = new TelemetryWatch(deployment, changing, signal);
  await using usage = new UsageWatch(deployment, signal);
  await using acts = new ActSchedule(deployment, actsOn(system), signal);
  for await (const message of deployment.generate(jobs, acts.loadSignal)) {
    switch (message.type) {
      case 'alive':
      case 'ready':
      case 'clock':
        break;
      case 'measuring':
        acts.start();
        // First, as a replica without CPU takes long to tell of itself.
        usage.start();
        await telemetry.start(trial.telemetry);
        break;
      case 'second':
        if (message.phase === 'warm-up') warmup.push(message);
        emit(secondOf(trial, message));
        break;
      case 'measured':
        told = {
          usage: await usage.stop(signal),
          telemetry: await telemetry.stop(signal, () => acts.isOverFor(findsBackWithinMs)),
        };
        break;
      case 'result': {
        if (told === undefined) throw new Error('the load worker did not say that the measured time was over');
        const { result } = message;
        const happenings = await happeningsOf(deployment, result.startedAtMs, signal);
        const whole = { ...told.telemetry, ...(happenings === undefined ? {} : { happenings }) };
        return { ...told, telemetry: whole, result, warmup, done: await acts.end() };
      }
      case 'failed':
        throw new LabError(`The load generator failed: ${message.message}.`);
    }
  }
  throw new LabError('The load generator ended without a result.');
}

function secondOf(trial: Trial, message: Extract<WorkerMessage, { type: 'second' }>): Parameters<EventSink>[0] {
  const { phase, second, requests, errors, histogram } = message;
  const latencies = LatencyHistogram.decode(histogram);
  const [p50Ms, p99Ms] = [latencies.quantileUs(0.5) / 1000, latencies.quantileUs(0.99) / 1000];
  return { type: 'trial-second', trial, phase, second, rps: requests, errors, p50Ms, p99Ms };
}

/**
 * Runs one trial on what is deployed.
 * @returns what both sides recorded, with its metrics, the reasons to doubt them, and why they are what they are
 * @throws {LabError} where the load generator or an act fails; the signal's reason where it is aborted
 */
export async function runTrial(
  deployment: Deployment,
  trial: SentTrial,
  emit: EventSink,
  signal: AbortSignal,
): Promise<TrialRecord> {
  const { result, warmup, telemetry, usage, done } = await observe(deployment, trial, emit, signal);
  const { machine, resources } = usage;
  const measurement = measurementOf(result, warmup);
  const acts = done.map((each) => actRecord(deployment, each, trial, measurement));
  const deaths = await deathsIn(deployment, signal);
  const fatal = deaths.filter(({ isFatal }) => isFatal);
  const { number, scenario, variant, replicas, round } = trial;
  const context = contextOf(trial, acts);
  const recorded = { measurement, telemetry, resources, ...context };
  const metrics = trialMetrics(recorded);
  const [unintended, used] = withoutIntended(acts, deaths, telemetry, resources);
  // That a platform started it again is worth a mark all the same.
  const marked = { ...unintended, ...(telemetry.happenings && { happenings: telemetry.happenings }) };
  const told = withoutEnds(fatal, unintended, used);
  const caveatsWith = (outcome?: RequestOutcome): Caveat[] => [
    ...deathCaveats(fatal),
    ...caveatsOf(measurement, ...told, context, outcome),
    ...recoveryCaveats(acts),
  ];
  const byRequest = measurement.byRequest.map((outcome) => ({
    request: outcome.request,
    metrics: requestMetrics(recorded, outcome),
    caveats: caveatsWith(outcome).filter(({ doubts }) => doubts.length > 0),
  }));
  return {
    number,
    scenario,
    variant,
    replicas,
    round,
    measurement,
    telemetry,
    resources: [...resources],
    ...(machine === undefined ? {} : { machine }),
    ...(acts.length > 0 && { acts }),
    metrics,
    caveats: caveatsWith(),
    byRequest,
    byService: serviceMetrics(recorded),
    findings: findingsOf({ measurement, telemetry, resources, machine, metrics, trial }),
    annotations: annotationsOf(measurement, marked, context),
  };
}

/** What the analysis needs to know of a trial besides what was recorded. */
function contextOf({ system, load, trust, workers, workload, replicas }: SentTrial, acts: readonly ActRecord[]) {
  return {
    load,
    trust,
    workers,
    replicas,
    beside: servicesIn(system),
    mostWorkers: mostWorkersOf(load),
    workload,
    system: system.kind,
    changes: losesReplicas(system),
    ttlMs: appIn(system)?.cache.ttlMs,
    peakAtMs: autoscaleIn(system) && peakMs(load),
    rollout: acts.find(({ kind }) => kind === 'roll-out'),
    acts,
  };
}

/** What was done, and what clients saw of it. */
function actRecord(
  deployment: Deployment,
  { act, beganMs, endedMs }: DoneAct,
  { system, load }: SentTrial,
  measurement: Measurement,
): ActRecord {
  const { name, kind } = act;
  const { began: text, over } = wordsFor(act, system);
  return {
    name,
    kind,
    subjects: [...(deployment.subjectsOf?.(act) ?? subjectsOf(act, system))],
    beganMs,
    endedMs,
    outcome: endedMs <= measurement.durationMs ? 'done' : 'unfinished',
    text,
    ...(over !== undefined && { over }),
    ...aftermathOf(measurement, { name, beganMs }, load),
  };
}
