import { findingsOf } from '../../src/analysis/findings.ts';
import type { TrialView } from '../../src/analysis/trial-view.ts';
import type { ServiceResources, Telemetry } from '../../src/model/telemetry.ts';
import type { Finding } from '../../src/record/run-record.ts';
import { planOf } from '../../src/scenarios/planning/expand.ts';
import { anatomy, measurement, telemetry } from './records.ts';
import { scenarioFile } from './scenario.ts';

/** The trial of a scenario "shop" with one variant "usual", which is as told. */
export function trialOf(content: Record<string, unknown> = {}): TrialView['trial'] {
  const shop = { question: 'Why?', workload: ['GET /todos/1'], variants: { usual: {} }, ...content };
  const [trial] = planOf(scenarioFile({ scenarios: { shop } }), ['shop'], {}, 1).trials;
  if (!trial) throw new Error('nothing was planned');
  return trial;
}

/** All that is known of a trial in which nothing stands out, on a machine of two cores that nobody else uses, changed as told. */
export function evidence(changes: Partial<TrialView> = {}): TrialView {
  return {
    measurement: measurement(),
    telemetry: telemetry(),
    resources: [],
    machine: { cores: 2, cpuRatio: 0 },
    metrics: {},
    trial: trialOf(),
    ...changes,
  };
}

/** What is found, each as "kind: text", what to do next, and its command. */
export function found(changes: Partial<TrialView>): readonly string[] {
  return findingsOf(evidence(changes)).map(told);
}

/** The sentence of one kind; undefined where it was not found. */
export function foundOf(kind: string, changes: Partial<TrialView>): string | undefined {
  return found(changes).find((text) => text.startsWith(`${kind}: `));
}

function told({ kind, text, next, command }: Finding): string {
  return [`${kind}: ${text}`, ...(next === undefined ? [] : [next]), ...(command === undefined ? [] : [command])].join(
    ' ',
  );
}

/** A measurement whose p99 is made of these parts, in ms. */
export const p99 = (partsMs: Record<string, number>) => measurement({ anatomy: [anatomy('p99', partsMs)] });

/** A replica of the app, as usage tells of it. */
export const ofApp = (copy: string) => ({ service: 'app', copy, role: 'tested' }) as const;

/** What a copy used: so many cores. It is a replica of the app where it is called so, and a store where it is not. */
export const service = (name: string, cpuRatio: number, changes: Partial<ServiceResources> = {}): ServiceResources => ({
  ...(/^app-\d+$/.test(name) ? ofApp(name) : ({ service: name, copy: name, role: 'store' } as const)),
  cpuRatio,
  throttledRatio: 0,
  memoryPeakBytes: 1,
  restarts: 0,
  outOfMemory: false,
  ...changes,
});

/** Replicas app-1, app-2 and so on that served so many requests, each of which took so many ms. */
export const served = (...replicas: readonly (readonly [count: number, ms: number])[]): Telemetry['replicas'] =>
  replicas.map(([count, ms], index) => ({
    replica: `app-${index + 1}`,
    counters: {
      http_requests_total: count,
      http_request_duration_seconds_sum: (count * ms) / 1000,
      http_request_duration_seconds_count: count,
    },
    gauges: {},
  }));
