import { caveatsOf } from './analysis/caveats.ts';
import { trialMetrics } from './analysis/trial-metrics.ts';
import { LabError } from './errors.ts';
import type { EventSink } from './events.ts';
import type { WorkerResult } from './load/job.ts';
import { measurementOf } from './load/measurement.ts';
import type { Deployment, ReplicaMetrics } from './platforms/platform.ts';
import type { ServiceResources, Telemetry, TrialRecord } from './result.ts';
import type { Trial } from './scenarios/plan.ts';
import { telemetryOf } from './telemetry/telemetry.ts';
import { UsageWatch } from './telemetry/usage.ts';

interface Observation {
  readonly result: WorkerResult;
  readonly telemetry: Telemetry;
  readonly resources: readonly ServiceResources[];
}

/** Puts the load on, and reads the replicas' own numbers as the measured time begins and after it has ended. */
async function observe(
  deployment: Deployment,
  trial: Trial,
  emit: EventSink,
  signal: AbortSignal,
): Promise<Observation> {
  const job = { urls: deployment.urls, load: trial.load, workload: trial.workload, seed: trial.seed };
  let before: readonly ReplicaMetrics[] = [];
  await using watch = new UsageWatch(deployment, signal);
  for await (const message of deployment.generate(job, signal)) {
    switch (message.type) {
      case 'measuring':
        before = await deployment.scrape(signal);
        watch.start();
        break;
      case 'second':
        emit({
          type: 'trial-second',
          trial,
          phase: message.phase,
          second: message.second,
          rps: message.requests,
          errors: message.errors,
          p99Ms: message.p99Us / 1000,
        });
        break;
      case 'result': {
        const resources = await watch.stop();
        const after = await deployment.scrape(signal);
        return { result: message.result, telemetry: telemetryOf(before, after), resources };
      }
      case 'failed':
        throw new LabError(`The load generator failed: ${message.message}.`);
    }
  }
  throw new LabError('The load generator ended without a result.');
}

/**
 * Runs one trial on what is deployed.
 * @returns what both sides recorded, with its metrics and the reasons to doubt them
 * @throws {LabError} where the load generator fails; the signal's reason where it is aborted
 */
export async function runTrial(
  deployment: Deployment,
  trial: Trial,
  emit: EventSink,
  signal: AbortSignal,
): Promise<TrialRecord> {
  const { result, telemetry, resources } = await observe(deployment, trial, emit, signal);
  const measurement = measurementOf(result);
  const { cache } = trial.topology.app;
  const { number, scenario, variant, replicas, round } = trial;
  return {
    number,
    scenario,
    variant,
    replicas,
    round,
    measurement,
    telemetry,
    resources: [...resources],
    metrics: trialMetrics(measurement, telemetry, { ttlMs: cache.ttlMs }),
    caveats: caveatsOf(measurement, telemetry, resources),
  };
}
