import { describe, expect, it } from 'vitest';
import { ofApp } from '../../test/fakes/evidence.ts';
import { beside, measurement, telemetry } from '../../test/fakes/records.ts';
import { defaultBurst, defaultLoad } from '../model/load-profile.ts';
import type { Measurement } from '../model/measurement.ts';
import type { ServiceResources } from '../model/telemetry.ts';
import { serviceMetrics, trialMetrics, type RecordedTrial } from './trial-metrics.ts';
import { used as usedMetrics } from './used.ts';

const startedAtMs = Date.UTC(2026, 0, 2, 3, 4, 5);
const slice = { sent: 0, errors: 0, p50Us: 1, p99Us: 1, maxUs: 1 };

/** A second of warm-up with 500 right answers, and four measured ones with 1,000 each. */
const trial = measurement({
  durationMs: 4000,
  requests: 4000,
  timeline: [500, 1000, 1000, 1000, 1000].map((requests, index) => ({ ...slice, second: index - 1, requests })),
});
type Context = Pick<RecordedTrial, 'load' | 'replicas' | 'changes'>;
const context: Context = { load: defaultLoad, replicas: 1, changes: false };

function recorded(of: Measurement, resources: readonly ServiceResources[], asked: Context): RecordedTrial {
  const unknown = { ttlMs: undefined, peakAtMs: undefined, rollout: undefined, acts: [], beside: [] };
  return { measurement: of, telemetry: telemetry(), resources, ...unknown, ...asked };
}

/** What the copies of the target used, by metric. */
function targetCosts(...[of, resources, asked]: Parameters<typeof recorded>): Record<string, number> {
  const names = usedMetrics.map(({ name }) => name);
  const all = Object.entries(trialMetrics(recorded(of, resources, asked)));
  return Object.fromEntries(all.filter(([name]) => names.includes(name)));
}

/** A service that was watched from one moment of the measured time to another, in ms from its start. */
function used(
  copy: string,
  seconds: number,
  [fromMs, untilMs]: readonly [number, number] = [0, 4000],
  changes: Partial<ServiceResources> = {},
): ServiceResources {
  return {
    ...(copy.startsWith('app-') ? ofApp(copy) : ({ service: copy, copy, role: 'store' } as const)),
    cpu: { seconds, fromMs: startedAtMs + fromMs, untilMs: startedAtMs + untilMs },
    cpuRatio: 0,
    throttledRatio: 0,
    memoryPeakBytes: 3000,
    memoryEndBytes: 2000,
    restarts: 0,
    outOfMemory: false,
    ...changes,
  };
}

const cpuOf = (resources: readonly ServiceResources[], changes: Partial<Context> = {}) =>
  targetCosts(trial, resources, { ...context, ...changes }).cpu_per_request;

describe('cpu_per_request', () => {
  it('is what the copies of the target used together for each right answer, and nothing else', () => {
    const resources = [used('app-1', 6), used('app-2', 2), used('postgres', 12), used('nginx', 1)];
    expect(targetCosts(trial, resources, { ...context, replicas: 2 })).toEqual({
      cpu_per_request: 2,
      memory_end: 4000,
    });
  });

  it('is of each service by itself as well', () => {
    expect(serviceMetrics(recorded(trial, [used('app-1', 6), used('postgres', 12)], context))).toEqual([
      { service: 'app-1', metrics: { cpu_per_request: 1.5, memory_end: 2000 } },
      { service: 'postgres', metrics: { cpu_per_request: 3, memory_end: 2000 } },
    ]);
  });

  it.each([
    ['whose watching began late', [1500, 4000], 2500],
    ['that was heard of before it began, and not until its end', [-500, 3500], 250 + 3500],
    ['that was looked at again when all was over', [0, 4400], 4000],
  ] as const)('takes the answers of the time of a service %s', (_, window, answers) => {
    expect(cpuOf([used('app-1', answers / 1000, window)])).toBeCloseTo(1, 12);
  });

  it.each([
    ['by another clock, ahead', [3000, 7000]],
    ['by another clock, behind', [-4000, 0]],
    ['of less than half of it', [2100, 4000]],
  ] as const)('is not known %s', (_, window) => {
    expect(cpuOf([used('app-1', 1, window)])).toBeUndefined();
  });

  it('takes the answers of bursts only where all of them were watched', () => {
    const bursts = { load: defaultBurst };
    expect(cpuOf([used('app-1', 4, [-3000, 4010])], bursts)).toBe(1);
    expect(cpuOf([used('app-1', 4, [100, 4010])], bursts)).toBeUndefined();
    expect(cpuOf([used('app-1', 4, [-500, 3500])], bursts)).toBeUndefined();
  });

  it('is not known where nobody answered rightly, or the clock saw no use at all', () => {
    const unanswered = { ...trial, requests: 0, timeline: [] };
    expect(targetCosts(unanswered, [used('app-1', 1)], context)).toEqual({ memory_end: 2000 });
    expect(targetCosts(trial, [used('app-1', 0)], context)).toEqual({ memory_end: 2000 });
    // One that nobody asks is a part of what all of them use.
    expect(cpuOf([used('app-1', 4), used('app-2', 0)], { replicas: 2 })).toBe(1);
  });
});

describe('what the copies of a target used', () => {
  it.each([
    ['restarted', { restarts: 1 }],
    ['was killed at its memory limit', { outOfMemory: true }],
    ['ended', { ended: 'exited with code 1' }],
  ] as const)('is not known where one %s', (_, changes) => {
    const resources = [used('app-1', 4), used('app-2', 4, [0, 4000], changes)];
    expect(targetCosts(trial, resources, { ...context, replicas: 2 })).toEqual({});
  });

  it('is not known where one told nothing, nor where they come and go', () => {
    expect(targetCosts(trial, [used('app-1', 4)], { ...context, replicas: 2 })).toEqual({});
    expect(targetCosts(trial, [used('app-1', 4)], { ...context, changes: true })).toEqual({});
    expect(targetCosts(trial, [], context)).toEqual({});
  });

  it('is known as far as it was told', () => {
    const { cpu: _, ...uncounted } = used('app-1', 4);
    expect(targetCosts(trial, [uncounted], context)).toEqual({ memory_end: 2000 });
    const { role: __, cpu: ___, memoryEndBytes: ____, ...ofBefore } = used('app-1', 4);
    expect(targetCosts(trial, [ofBefore], context)).toEqual({});
  });
});

describe('of a service beside what is tested', () => {
  const ofMailer = { service: 'mailer', role: 'aside' } as const;
  const copies = [1, 2].map((number) => used(`mailer-${number}`, number, [0, 4000], ofMailer));
  const told = telemetry({ http_requests_total: 4000 }, { beside: [beside('mailer', [3000, 1000])] });
  const metricsBy = (changes: Partial<RecordedTrial>): Record<string, Record<string, number>> => {
    const services = [{ name: 'mailer', copies: 2 }];
    const whole = { ...recorded(trial, copies, context), beside: services, telemetry: told, ...changes };
    return Object.fromEntries(serviceMetrics(whole).map(({ service, metrics }) => [service, metrics]));
  };

  it('all copies together used, and were asked, so much; each used its own', () => {
    expect(metricsBy({})).toEqual({
      'mailer-1': { cpu_per_request: 0.25, memory_end: 2000 },
      'mailer-2': { cpu_per_request: 0.5, memory_end: 2000 },
      mailer: {
        requests: 4000,
        smallest_share: 0.25,
        largest_share: 0.75,
        calls_per_request: 1,
        cpu_per_request: 0.75,
        memory_end: 4000,
      },
    });
  });

  it('is told once where it is there once, under its own name', () => {
    const resources = [used('mailer', 1, [0, 4000], ofMailer)];
    const services = [{ name: 'mailer', copies: 1 }];
    expect(Object.keys(metricsBy({ resources, beside: services }))).toEqual(['mailer']);
  });

  it('is not known by a part of its copies', () => {
    const [first] = copies;
    const lost = [{ replica: 'mailer-2', problem: 'it was killed' }];
    const partly = telemetry({ http_requests_total: 4000 }, { beside: [beside('mailer', [3000], { lost })] });
    expect(metricsBy({ resources: first ? [first] : [], telemetry: partly }).mailer).toEqual({});
  });
});
