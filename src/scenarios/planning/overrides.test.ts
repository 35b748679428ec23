import { describe, expect, it } from 'vitest';
import { UsageError } from '../../model/errors.ts';
import { type LoadProfile, loadMs } from '../../model/load-profile.ts';
import { expectedTrialMs } from '../../model/plan.ts';
import { parsed } from '../testing/files.ts';
import { describePlan } from '../words/describe.ts';
import { planOf } from './expand.ts';
import type { Overrides } from './override-checks.ts';

const file = parsed(`
version: 1
defaults:
  load: { rate: 100/s, duration: 20s }
scenarios:
  constant: { question: At one rate?, workload: [GET /], variants: { one: , other: { app: { cache: lock } } } }
  staged:
    question: Up and down?
    workload: [GET /]
    load: { rate: 0/s, stages: [{ ramp: 100/s, for: 30s }, { step: 50/s, for: 10s }] }
  closed: { question: In turn?, workload: [GET /], load: { driver: autocannon, connections: 8 } }
  thinking: { question: With a pause?, workload: [GET /], load: { connections: 8, think: 1s } }
  narrow: { question: With little room?, workload: [GET /], load: { in-flight: 3 } }
  herd: { question: At once?, workload: [GET /], load: { burst: 4 } }
  mine: { question: Of my own?, workload: [GET /], target: { url: 'http://127.0.0.1:8080' } }
  mixed:
    question: Of my own, or the reference?
    workload: [GET /]
    variants: { reference: , mine: { target: { url: 'http://127.0.0.1:8080' } } }
`);

const plan = (names: readonly string[], overrides: Overrides) => planOf(file, names, overrides, 1);

function loadOf(name: string, overrides: Overrides): LoadProfile | undefined {
  return plan([name], overrides).scenarios[0]?.load;
}

describe('options change', () => {
  it('open load as they do closed load', () => {
    const options = { connections: 7, durationMs: 4000, warmupMs: 0, ratePerSecond: 2.5 };
    expect(loadOf('constant', options)).toMatchObject({
      kind: 'open',
      connections: 7,
      warmupMs: 0,
      stages: [{ fromPerSecond: 2.5, toPerSecond: 2.5, durationMs: 4000 }],
    });
    expect(loadOf('thinking', { connections: 7 })).toMatchObject({ kind: 'closed', connections: 7, thinkMs: 1000 });
  });

  it('all stages in proportion', () => {
    expect(loadOf('staged', { durationMs: 4000 })).toMatchObject({
      stages: [
        { fromPerSecond: 0, toPerSecond: 100, durationMs: 3000 },
        { fromPerSecond: 50, toPerSecond: 50, durationMs: 1000 },
      ],
    });
  });

  it('only what they fit', () => {
    const { scenarios } = plan(['constant', 'staged', 'closed'], { ratePerSecond: 5 });
    expect(scenarios.map(({ load }) => load)).toEqual([
      loadOf('constant', { ratePerSecond: 5 }),
      loadOf('staged', {}),
      loadOf('closed', {}),
    ]);
    const { trials } = plan(['mixed', 'closed'], { replicas: [2] });
    expect(trials.map(({ scenario, replicas }) => `${scenario} ×${replicas}`)).toEqual([
      'mixed ×1',
      'mixed ×1',
      'closed ×2',
    ]);
    expect(plan(['mixed'], { variants: ['reference'], replicas: [2] }).trials[0]?.replicas).toBe(2);
  });

  it('how many workers share each trial, which the plan tells', () => {
    const { trials } = plan(['constant'], { workers: 4 });
    expect(trials.map(({ workers }) => workers)).toEqual([4, 4]);
    expect(describePlan(plan(['constant'], { workers: 4 }))).toContain('\n  workers   4, which share the load\n');
    expect(describePlan(plan(['constant'], {}))).not.toContain('workers');
  });

  it('whether the system is watched', () => {
    const watched = (overrides: Overrides) =>
      plan(['mixed'], overrides).trials.map(({ telemetry, system }) =>
        system.kind === 'app' ? [telemetry, system.serverTiming] : [telemetry],
      );
    expect(watched({}).flat()).toEqual([true, true, true]);
    expect(watched({ telemetry: false }).flat()).toEqual([false, false, false]);
  });
});

it('a plan tells of targets', () => {
  expect(describePlan(plan(['mine'], {})).split('\n')).toEqual([
    '1 trial, about 25.7 s, seed 1',
    '',
    'mine',
    '  question  Of my own?',
    '  load      100/s, evenly spaced, for 20 s after 2 s of warm-up, at most 100',
    '              connections',
    '  requests  GET /',
    "  data      the target's own",
    '  variants  default: target http://127.0.0.1:8080',
    '',
    '  trial  variant  replicas  round       time',
    '      1  default         1      1     22.7 s',
    '',
  ]);
});

it('a trial of open load takes its warm-up and its stages', () => {
  const [trial] = plan(['staged'], {}).trials;
  if (!trial) expect.fail('there is no trial');
  expect(loadMs(trial.load)).toBe(42_000);
  expect(expectedTrialMs(trial)).toBeGreaterThan(42_000);
});

describe('options are refused', () => {
  it.each<[string, readonly string[], Overrides, string, string?]>([
    [
      'a rate for what has none',
      ['closed', 'herd'],
      { ratePerSecond: 5 },
      'Nothing that is selected takes --rate: none of it is open load at a constant rate',
    ],
    [
      'a rate for stages',
      ['staged'],
      { ratePerSecond: 5 },
      'Nothing that is selected takes --rate: none of it is open load at a constant rate',
    ],
    [
      'replicas of a target',
      ['mine', 'mixed'],
      { replicas: [2] },
      'Nothing that is selected takes --replicas: all of it has targets, which run already',
    ],
    ['too high a rate', ['constant'], { ratePerSecond: 300_000 }, '--rate must be from 0/s to 200000/s, not 300000/s'],
    ['too many workers', ['constant'], { workers: 65 }, '--workers must be from 1 to 64, not 65'],
    [
      'a load without a request',
      ['constant'],
      { ratePerSecond: 1, durationMs: 500 },
      'The scenario "constant" cannot run like this: at 1/s not even one request is due in 500ms',
      'Raise the rate, or make it last longer.',
    ],
    [
      'more workers than connections',
      ['constant', 'closed'],
      { workers: 9 },
      'The load of the scenario "closed" cannot be shared among 9 workers: it has 8 connections',
      'Use --workers 8, or fewer.',
    ],
    [
      'more workers than the option leaves connections',
      ['constant'],
      { workers: 2, connections: 1 },
      'The load of the scenario "constant" cannot be shared among 2 workers: it has 1 connection',
      'Leave --workers out.',
    ],
    [
      'more workers than may be in flight',
      ['narrow'],
      { workers: 4 },
      'The load of the scenario "narrow" cannot be shared among 4 workers: it has 3 requests in flight',
      'Use --workers 3, or fewer.',
    ],
    [
      'workers for bursts',
      ['herd'],
      { workers: 2 },
      'The load of the scenario "herd" cannot be shared among 2 workers: a burst is one instant of one worker',
      'Leave --workers out.',
    ],
  ])('%s', (_name, names, overrides, message, hint) => {
    expect(() => plan(names, overrides)).toThrow(expect.objectContaining({ message, hint }));
    expect(() => plan(names, overrides)).toThrow(UsageError);
  });
});
