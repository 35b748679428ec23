import { describe, expect, it } from 'vitest';
import { telemetry } from '../../test/fakes/records.ts';
import type { ServiceResources, Telemetry } from '../model/telemetry.ts';
import { isEndedBy, withoutIntended } from './intended.ts';

const kill = { kind: 'kill', subjects: ['app-2'], beganMs: 5400 } as const;
const pause = { kind: 'pause', subjects: ['postgres'], beganMs: 5400 } as const;

describe('isEndedBy', () => {
  it('is so of what was killed, stopped or restarted, and of nothing else', () => {
    expect(isEndedBy([kill], 'app-2')).toBe(true);
    expect(isEndedBy([{ ...kill, kind: 'stop' }], 'app-2')).toBe(true);
    expect(isEndedBy([kill], 'app-1')).toBe(false);
    expect(isEndedBy([pause], 'postgres')).toBe(false);
  });
});

type Told = NonNullable<Telemetry['happenings']>['told'][number];

function told(copy: string, kind: Told['kind'], second: number): Told {
  return { copy, kind, second, text: kind, times: 1 };
}

function used(copy: string): ServiceResources {
  const usage = { cpuRatio: 1, throttledRatio: 0, memoryPeakBytes: 1, outOfMemory: false };
  return { service: 'app', copy, ...usage, restarts: 1, ended: 'was killed by SIGKILL' };
}

describe('withoutIntended', () => {
  const lost = ['app-1', 'app-2'].map((replica) => ({ replica, problem: 'it restarted' }));

  it('takes what an act ended for what has left, and leaves every other end as it is', () => {
    const [rest, resources] = withoutIntended([kill], [], telemetry({}, { lost }), [used('app-1'), used('app-2')]);
    expect(rest.lost.map(({ replica }) => replica)).toEqual(['app-1']);
    expect(rest.left).toEqual(['app-2']);
    expect(resources.map(({ copy, restarts, ended }) => [copy, restarts, ended])).toEqual([
      ['app-1', 1, 'was killed by SIGKILL'],
      ['app-2', 0, undefined],
    ]);
  });

  it('leaves the end of a copy that has died by itself after an act had started it again', () => {
    const died = [{ copy: 'app-2' }];
    const [rest, resources] = withoutIntended([kill], died, telemetry({}, { lost }), [used('app-2')]);
    expect(rest.lost).toEqual(lost);
    expect(rest.left).toEqual([]);
    expect(resources).toEqual([used('app-2')]);
  });

  it('does the same of services beside what is tested', () => {
    const stop = { kind: 'stop', subjects: ['mailer-1'], beganMs: 5400 } as const;
    const problem = 'it was stopped';
    const mailer = { service: 'mailer', copies: [], silent: [] };
    const gone = ['mailer-1', 'mailer-2'].map((replica) => ({ replica, problem }));
    const [rest] = withoutIntended([stop], [], telemetry({}, { beside: [{ ...mailer, lost: gone }] }), []);
    expect(rest.beside).toEqual([{ ...mailer, lost: [{ replica: 'mailer-2', problem }], left: ['mailer-1'] }]);
  });

  it('leaves out what befell the copies of an act from the second before its own on, as clocks have it', () => {
    const happened = [
      told('app-2', 'restarted', 5),
      told('app-2', 'restarted', 3),
      told('app-2', 'probe-failed', 4),
      told('app-2', 'out-of-memory', 8),
      told('app-1', 'restarted', 5),
      told('postgres', 'probe-failed', 6),
      // It is not ready as long as what it uses stands still.
      told('app-1', 'probe-failed', 6),
    ];
    const [rest] = withoutIntended([kill, pause], [], telemetry({}, { happenings: { told: happened } }), []);
    expect(rest.happenings?.told.map(({ copy, kind, second }) => `${copy} ${kind} ${second}`)).toEqual([
      'app-2 restarted 3',
      'app-2 out-of-memory 8',
      'app-1 restarted 5',
    ]);
  });

  it('changes nothing where nothing was done', () => {
    const all = [telemetry({}, { lost }), [used('app-1')]] as const;
    expect(withoutIntended([], [], ...all)).toEqual(all);
  });
});
