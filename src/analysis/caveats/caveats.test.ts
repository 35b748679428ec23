import { describe, expect, it } from 'vitest';
import { ofApp } from '../../../test/fakes/evidence.ts';
import { anatomy, beside, measurement, openLoad, telemetry } from '../../../test/fakes/records.ts';
import { defaultLoad } from '../../model/load-profile.ts';
import type { Measurement } from '../../model/measurement.ts';
import type { Trust } from '../../model/scenario.ts';
import type { Role } from '../../model/subject.ts';
import type { ServiceResources, Telemetry } from '../../model/telemetry.ts';
import { caveatsOf, type CaveatContext } from './caveats.ts';

const trust: Trust = { utilisation: 0.95, lagMs: 50, scheduleLagMs: 10, shortfall: 0.01, samples: 10 };

interface Trial {
  readonly measurement?: Partial<Measurement>;
  readonly telemetry?: Telemetry;
  readonly resources?: readonly ServiceResources[];
  readonly context?: Partial<CaveatContext>;
}

const caveats = (trial: Trial) =>
  caveatsOf(measurement(trial.measurement), trial.telemetry ?? telemetry(), trial.resources ?? [], {
    load: { ...defaultLoad, connections: 2 },
    trust,
    workers: 1,
    mostWorkers: 50,
    system: 'app',
    changes: false,
    acts: [],
    workload: { requests: [], keys: {} },
    ...trial.context,
  });

const texts = (trial: Trial) => caveats(trial).map(({ text }) => text);

describe('caveatsOf the generator', () => {
  const idle = { cpuRatio: 0.4, eventLoopUtilisation: 0.5, lagP99Us: 900, longestPauseUs: 0, pauseEndedAtMs: 0 };

  it('doubts all that clients and servers tell when its own machine refused requests, and says what to raise', () => {
    const refusals = { 'out-of-files': 1100, 'no-route': 53 };
    const [caveat, ...others] = caveats({ measurement: { refusals, ownLimits: { files: 256 } } });
    expect(others).toEqual([]);
    expect(caveat).toMatchObject({
      kind: 'generator-refused',
      text: '1,153 requests got to no server: the generator may open 256 files: raise ulimit -n; no route leads to the target from where the generator runs',
    });
    expect(caveat?.doubts).toEqual(
      expect.arrayContaining(['rps', 'p50', 'p99', 'errors', 'error_rate', 'requests', 'responses', 'recomputes']),
    );
    expect(caveat?.doubts).not.toContain('offered_rate');
  });

  it('has none for a trial that went well', () => {
    expect(caveats({})).toEqual([]);
    expect(caveats({ measurement: { open: openLoad() } })).toEqual([]);
  });

  it('doubts every time when the generator was the limit, and no count of the client', () => {
    const [caveat] = caveats({ measurement: { generator: { ...idle, cpuRatio: 0.97, eventLoopUtilisation: 0.99 } } });
    expect(caveat?.text).toBe('the generator was the limit: its event loop was busy 99% of the time; use --workers 2');
    expect(caveat?.doubts).toEqual(expect.arrayContaining(['rps', 'p50', 'p99', 'p99.service', 'pool_wait']));
    // What an answer costs is the same however late it is asked for.
    for (const metric of ['error_rate', 'cpu_per_request', 'memory_end']) expect(caveat?.doubts).not.toContain(metric);
  });

  it('says what it sent of what was asked for, and advises twice the workers that there were', () => {
    const open = openLoad({ offered: 100_000, released: 81_200 });
    const busy = { ...idle, cpuRatio: 1.9 };
    const [caveat] = caveats({ measurement: { open, generator: busy }, context: { workers: 2 } });
    expect(caveat?.text).toBe('the generator was the limit: 8,120 of 10,000/s sent; use --workers 4');
    // What was sent, and how late, is known exactly.
    expect(caveat?.doubts).not.toContain('sent_rate');
    expect(caveat?.doubts).not.toContain('schedule_lag');
  });

  it('knows how late open load was from its schedule, other load from its timers', () => {
    const lag = { generator: { ...idle, lagP99Us: 80_000 } };
    const late = openLoad({ scheduleLag: { p50Us: 100, p99Us: 23_000, maxUs: 40_000 } });
    const advice = 'it had 0.40 of a core, as the machine or a limit gave it no more';
    expect(texts({ measurement: lag })).toEqual([
      `the generator was the limit: its timers were 80 ms late at p99; ${advice}`,
    ]);
    expect(texts({ measurement: { ...lag, open: openLoad() } })).toEqual([]);
    expect(texts({ measurement: { open: late } })).toEqual([
      `the generator was the limit: it sent 23 ms late at p99; ${advice}`,
    ]);
  });

  it('keeps to the limits that the scenario sets', () => {
    const strict = { ...trust, utilisation: 0.4, samples: 100 };
    expect(caveats({ context: { trust: strict } }).map(({ kind }) => kind)).toEqual([
      'generator-saturated',
      'too-few-samples',
    ]);
  });
});

describe('caveatsOf the samples', () => {
  it('doubts a percentile with too few answers beyond it, of the service time as well', () => {
    expect(caveats({ measurement: { requests: 9_999 } })).toEqual([
      { kind: 'too-few-samples', text: '9,999 answers are too few for p99.9', doubts: ['p99.9'] },
    ]);
    const [caveat] = caveats({ measurement: { requests: 999, open: openLoad() } });
    expect(caveat?.text).toBe('999 answers are too few for p99, p99.9');
    expect(caveat?.doubts).toEqual(['p99', 'p99.9', 'p99.response', 'p99.service']);
  });

  it('doubts the worst second where a whole second of the measured time had too few answers', () => {
    const slice = { sent: 0, errors: 0, p50Us: 1000, p99Us: 4500, maxUs: 6000 };
    const seconds = (...requests: number[]) => requests.map((count, index) => ({ ...slice, second: index - 1, requests: count })); // prettier-ignore
    const [caveat] = caveats({ measurement: { timeline: seconds(0, 20_000, 999, 20_000), durationMs: 3000 } });
    expect(caveat?.doubts).toEqual(['worst_second_p99']);
    // The last second may be a short one, and neither warm-up nor what came after is measured time.
    expect(caveats({ measurement: { timeline: seconds(1, 20_000, 999, 3), durationMs: 1500 } })).toEqual([]);
  });

  it('doubts the latencies, and no rate, where requests were dropped', () => {
    const [caveat] = caveats({
      measurement: { open: openLoad({ offered: 10_000, released: 10_000, dropped: 1_204 }) },
    });
    expect(caveat?.kind).toBe('dropped');
    expect(caveat?.text).toBe(
      '1,204 of 10,000 requests were dropped at the limit of requests in flight: the latencies leave them out',
    );
    expect(caveat?.doubts).toEqual(
      expect.arrayContaining(['mean', 'p50', 'p99.9', 'max', 'worst_second_p99', 'p99.service']),
    );
    expect(caveat?.doubts).not.toContain('rps');
  });
});

describe('caveatsOf the system under test', () => {
  it('doubts nearly everything where a replica died', () => {
    const lost = telemetry({}, { replicas: [], lost: [{ replica: 'app-2', problem: 'it was killed by SIGKILL' }] });
    const [caveat] = caveats({ telemetry: lost });
    expect(caveat).toMatchObject({ kind: 'restarted', text: 'app-2: it was killed by SIGKILL' });
    expect(caveat?.doubts).toEqual(expect.arrayContaining(['rps', 'p99', 'queries_per_request']));
  });

  it('doubts what the server counted when a replica was silent', () => {
    const silent = telemetry({}, { replicas: [], silent: [{ replica: 'app-2', problem: 'connection refused' }] });
    const [caveat] = caveats({ telemetry: silent });
    expect(caveat?.text).toBe('app-2 did not tell its metrics: connection refused');
    expect(caveat?.doubts).toContain('queries_per_request');
    // What it used is known from its platform, or missing.
    for (const metric of ['rps', 'cpu_per_request', 'memory_end']) expect(caveat?.doubts).not.toContain(metric);
  });

  it('tells of copies of services beside what is tested as of replicas, and doubts no count of a replica for their silence', () => {
    const copy = (number: number, problem: string) => ({ replica: `mailer-${number}`, problem });
    const mailer = beside('mailer', [], {
      lost: [copy(1, 'it was killed by SIGKILL')],
      silent: [copy(2, 'timed out')],
      left: ['mailer-3'],
    });
    const told = caveats({ telemetry: telemetry({}, { beside: [mailer] }) });
    expect(told.map(({ kind, text }) => `${kind}: ${text}`)).toEqual([
      'restarted: mailer-1: it was killed by SIGKILL',
      'replica-silent: mailer-2 did not tell its metrics: timed out',
      'replicas-left: 1 copy of mailer left during the measured time: what it counted after its last sample is missing',
    ]);
    const [dead, silent, left] = told.map(({ doubts }) => doubts);
    expect(dead).toEqual(expect.arrayContaining(['rps', 'p99']));
    expect([silent, left]).toEqual([['calls_per_request'], ['calls_per_request']]);
  });

  it('doubts what answers cost where requests had none that may have used CPU all the same', () => {
    const overdue = { requests: 500, waitedUs: 4e9, shortestUs: 8e6 };
    const [caveat] = caveats({ measurement: { unfinished: 500, waiting: { longestUs: 9e6, overdue, histogram: '' } } });
    expect(caveat).toMatchObject({ kind: 'unfinished' });
    expect(caveat?.doubts).toContain('cpu_per_request');
  });

  it('says of a server of the user’s own that it tells nothing, and doubts nothing', () => {
    const strange: Trial = { telemetry: telemetry({}, { replicas: [] }), context: { system: 'url' } };
    expect(caveats(strange)).toEqual([
      {
        kind: 'no-telemetry',
        text: 'the target tells nothing of itself: only the client’s side was measured',
        doubts: [],
      },
    ]);
    expect(caveats({ ...strange, measurement: { anatomy: [anatomy('p99', { sql: 3, network: 1 })] } })).toEqual([]);
  });

  it('tells of a service that was at its CPU limit, or died', () => {
    const service = { ...ofApp('app-1'), cpuRatio: 0.5, cpuLimit: 0.5, memoryPeakBytes: 1, restarts: 0 };
    const throttled = { ...service, throttledRatio: 0.62, outOfMemory: false };
    const dead = { ...service, throttledRatio: 0, outOfMemory: true, restarts: 1 };
    expect(texts({ resources: [throttled, dead] })).toEqual([
      'app-1 was at its CPU limit 62% of the time',
      'app-1 restarted 1 time: it was at its memory limit',
    ]);
  });

  it('says how many replicas left where they may, and doubts what all of them counted together', () => {
    const [caveat, ...others] = caveats({ telemetry: telemetry({}, { left: ['app-1', 'app-2'] }) });
    expect(others).toEqual([]);
    expect(caveat?.kind).toBe('replicas-left');
    expect(caveat?.text).toBe(
      '2 replicas left during the measured time: what they counted after their last samples is missing',
    );
    expect(caveat?.doubts).toContain('recomputes');
    // Of a ratio both sides are missing, and how many answered at once is known.
    expect(caveat?.doubts).not.toContain('queries_per_request');
    expect(caveat?.doubts).not.toContain('replicas_most');
    expect(texts({ telemetry: telemetry({}, { left: ['app-1'] }) })).toEqual([
      '1 replica left during the measured time: what it counted after its last sample is missing',
    ]);
    expect(caveats({ telemetry: telemetry({}, { left: [] }) })).toEqual([]);
  });

  it('takes no replica for dead that left as it was meant to', () => {
    const gone = {
      ...ofApp('app-1'),
      cpuRatio: 0,
      throttledRatio: 0,
      memoryPeakBytes: 1,
      restarts: 0,
      outOfMemory: false,
    };
    const resources = [{ ...gone, ended: 'it was terminated' }];
    expect(caveats({ telemetry: telemetry({}, { left: ['app-1'] }), resources }).map(({ kind }) => kind)).toEqual([
      'replicas-left',
    ]);
    expect(texts({ telemetry: telemetry({}, { left: [] }), resources })).toEqual(['app-1 died: it was terminated']);
  });

  it('tells of any other act that went on after the measured time, and doubts nothing for it', () => {
    const acts = [{ kind: 'kill', name: 'kill-app', endedMs: 12_500 } as const];
    expect(caveats({ context: { acts } })).toEqual([
      {
        kind: 'act-unfinished',
        text: 'kill-app went on for 2.5 s after the measured time: only a part of it was under load',
        doubts: [],
      },
    ]);
  });

  it('doubts what clients saw of half a roll-out, and not what was offered to it', () => {
    const rollout = { kind: 'roll-out', name: 'roll-out-app', endedMs: 9_999 } as const;
    expect(caveats({ context: { acts: [rollout] } })).toEqual([]);
    const [caveat] = caveats({ context: { acts: [{ ...rollout, endedMs: 12_500 }] } });
    expect(caveat?.kind).toBe('rollout-unfinished');
    expect(caveat?.text).toBe(
      'the roll-out went on for 2.5 s after the measured time: only a part of it was under load',
    );
    expect(caveat?.doubts).toEqual(
      expect.arrayContaining(['errors', 'error_rate', 'unfinished', 'dropped', 'rps', 'p99', 'rollout_time']),
    );
    expect(caveat?.doubts).not.toContain('offered_rate');
  });
});

describe('caveatsOf what the platform tells of', () => {
  const oom = {
    second: 12,
    ...ofApp('app-1'),
    kind: 'out-of-memory',
    text: 'was killed at its memory limit',
    times: 1,
  } as const;
  const told = (...happenings: NonNullable<Telemetry['happenings']>['told']): Partial<Telemetry> => ({
    happenings: { told: happenings },
  });

  it('says when it was and how often, and doubts what a restart puts in doubt', () => {
    const again = { ...oom, second: 14, kind: 'restarted', text: 'was started again', times: 3 } as const;
    const found = caveats({ telemetry: telemetry({}, told(oom, again)) });
    expect(found.map(({ kind, text }) => `${kind}: ${text}`)).toEqual([
      'out-of-memory: app-1 at 12 s: was killed at its memory limit',
      'restarted: app-1 at 14 s: was started again (3 times)',
    ]);
    for (const { doubts } of found) expect(doubts).toEqual(expect.arrayContaining(['rps', 'p99', 'recomputes']));
  });

  it('says nothing that the loss of a replica says already, but why it was', () => {
    const restart = { ...oom, kind: 'restarted', text: 'was started again' } as const;
    const lost = (problem: string) => ({ replicas: [], lost: [{ replica: 'app-1', problem }] });
    const silent = 'it restarted: its counters started anew';
    expect(texts({ telemetry: telemetry({}, { ...told(restart), ...lost(silent) }) })).toEqual([`app-1: ${silent}`]);
    expect(texts({ telemetry: telemetry({}, { ...told(oom), ...lost(silent) }) })).toEqual([
      `app-1: ${silent}`,
      'app-1 at 12 s: was killed at its memory limit',
    ]);
    expect(texts({ telemetry: telemetry({}, { ...told(oom), ...lost('it was killed at its memory limit') }) })).toEqual(
      ['app-1: it was killed at its memory limit'],
    );
  });

  it('does not say again by its resources how a service ended', () => {
    const dead = {
      ...ofApp('app-1'),
      cpuRatio: 1,
      throttledRatio: 0,
      memoryPeakBytes: 1,
      restarts: 1,
      outOfMemory: true,
    };
    expect(
      texts({ telemetry: telemetry({}, told(oom)), resources: [dead, { ...dead, service: 'redis', copy: 'redis' }] }),
    ).toEqual(['app-1 at 12 s: was killed at its memory limit', 'redis restarted 1 time: it was at its memory limit']);
  });

  it('doubts what clients timed where a replica failed its probe, unless replicas come and go', () => {
    const probe = { ...oom, kind: 'probe-failed', text: 'failed its readiness probe' } as const;
    const of = (role: Role, changes: boolean) =>
      caveats({ telemetry: telemetry({}, told({ ...probe, role })), context: { changes } })[0]?.doubts;
    expect(of('tested', false)).toEqual(expect.arrayContaining(['rps', 'p99']));
    expect(of('tested', false)).not.toContain('pool_wait');
    expect(of('tested', true)).toEqual([]);
    expect(of('store', false)).toEqual([]);
  });

  it('says where the platform could not tell, and doubts nothing', () => {
    const problem = { happenings: { told: [], problem: 'the API server is away' } };
    expect(caveats({ telemetry: telemetry({}, problem) })).toEqual([
      {
        kind: 'no-happenings',
        text: 'the platform did not tell whether anything befell the services: the API server is away',
        doubts: [],
      },
    ]);
  });
});
