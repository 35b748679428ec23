import { describe, expect, it } from 'vitest';
import type { LoadProfile } from '../model/load-profile.ts';
import { only, parsed, problemsOf, scenario, workload } from './testing/files.ts';

/** The load of a scenario that has that `load:`, in a file whose defaults have that one. */
function loadOf(load: string, defaults = '{}'): LoadProfile {
  return only(scenario(workload, `load: ${load}`).replace('\n', `\ndefaults: { load: ${defaults} }\n`)).load;
}

const closed = { kind: 'closed', driver: 'lab', thinkMs: 0 } as const;
const byAutocannon = { ...closed, driver: 'autocannon' } as const;

describe('closed load', () => {
  it.each<[string, Partial<LoadProfile>]>([
    ['{ connections: 5 }', { ...closed, connections: 5 }],
    ['{ driver: autocannon }', { ...byAutocannon, connections: 50 }],
    ['{ think: 100ms }', { ...closed, thinkMs: 100 }],
    ['{ think: 0s }', closed],
  ])('%s', (load, expected) => expect(loadOf(load)).toMatchObject(expected));

  it('lets the lab drive where connections think, whoever said so', () => {
    expect(loadOf('{ connections: 5 }', '{ think: 1s }')).toMatchObject({ driver: 'lab', thinkMs: 1000 });
    expect(loadOf('{ think: 1s }', '{ driver: autocannon }')).toMatchObject({ driver: 'lab', thinkMs: 1000 });
    expect(loadOf('{ driver: autocannon, think: 0s }', '{ think: 1s }')).toMatchObject(byAutocannon);
  });
});

describe('open load', () => {
  it('has a default for everything but its rate', () => {
    expect(loadOf('{ rate: 500/s }')).toEqual({
      kind: 'open',
      arrivals: 'even',
      warmupMs: 2000,
      stages: [{ fromPerSecond: 500, toPerSecond: 500, durationMs: 10_000 }],
      connections: 100,
      inFlightLimit: 10_000,
      keepAlive: true,
      timeoutMs: 10_000,
      drainMs: 10_000,
    });
  });

  it('reads every key', () => {
    const load =
      '{ rate: 30/min, duration: 20s, warmup: 0s, arrivals: poisson, connections: 7, in-flight: 9, keep-alive: false, timeout: 3s, drain: 1s }';
    expect(loadOf(load)).toEqual({
      kind: 'open',
      arrivals: 'poisson',
      warmupMs: 0,
      stages: [{ fromPerSecond: 0.5, toPerSecond: 0.5, durationMs: 20_000 }],
      connections: 7,
      inFlightLimit: 9,
      keepAlive: false,
      timeoutMs: 3000,
      drainMs: 1000,
    });
  });

  it('ramps from the rate before, steps for good, and comes back from a spike', () => {
    const stages = [
      '{ ramp: 1000/s, for: 10s }',
      '{ step: 500/s, for: 5s }',
      '{ spike: 2000/s, for: 1s }',
      '{ ramp: 0/s, for: 4s }',
    ];
    expect(loadOf(`{ rate: 0/s, stages: [${stages.join(', ')}] }`)).toMatchObject({
      stages: [
        { fromPerSecond: 0, toPerSecond: 1000, durationMs: 10_000 },
        { fromPerSecond: 500, toPerSecond: 500, durationMs: 5000 },
        { fromPerSecond: 2000, toPerSecond: 2000, durationMs: 1000 },
        { fromPerSecond: 500, toPerSecond: 0, durationMs: 4000 },
      ],
    });
  });
});

describe('a load over another', () => {
  const constant = (perSecond: number, durationMs: number) => ({
    kind: 'open',
    stages: [{ fromPerSecond: perSecond, toPerSecond: perSecond, durationMs }],
  });
  const staged = '{ rate: 100/s, stages: [{ ramp: 200/s, for: 3s }, { step: 50/s, for: 1s }] }';

  it.each<[string, string, object]>([
    // Of another kind, only what means the same is kept.
    [
      '{ connections: 7, warmup: 1s, duration: 4s, timeout: 3s }',
      '{ rate: 9/s }',
      { warmupMs: 1000, timeoutMs: 3000, connections: 100, ...constant(9, 4000) },
    ],
    [
      '{ rate: 9/s, connections: 7, warmup: 1s, duration: 4s }',
      '{ think: 1s }',
      { kind: 'closed', connections: 50, warmupMs: 1000, durationMs: 4000 },
    ],
    [staged, '{ driver: autocannon }', { ...byAutocannon, durationMs: 4000 }],
    [
      '{ rate: 9/s, duration: 4s, timeout: 3s }',
      '{ burst: 5 }',
      { kind: 'burst', size: 5, everyMs: 2000, timeoutMs: 3000 },
    ],
    ['{ burst: 5, timeout: 3s }', '{ rate: 9/s }', { warmupMs: 2000, timeoutMs: 3000, ...constant(9, 10_000) }],
    ['{ burst: 5 }', '{ duration: 4s }', { ...closed, durationMs: 4000, connections: 50 }],
    // Of the same kind, key by key.
    [
      '{ rate: 9/s, arrivals: poisson }',
      '{ connections: 7 }',
      { arrivals: 'poisson', connections: 7, ...constant(9, 10_000) },
    ],
    ['{ rate: 9/s }', '{ duration: 4s }', constant(9, 4000)],
    ['{ rate: 9/s, duration: 4s }', '{ rate: 8/s }', constant(8, 4000)],
    [
      '{ rate: 9/s }',
      '{ stages: [{ ramp: 1/s, for: 2s }] }',
      { stages: [{ fromPerSecond: 9, toPerSecond: 1, durationMs: 2000 }] },
    ],
    [staged, '{ rate: 8/s }', constant(8, 4000)],
    [staged, '{ stages: [{ step: 100/s, for: 2s }] }', constant(100, 2000)],
    [
      staged,
      '{ duration: 1s }',
      {
        stages: [
          { fromPerSecond: 100, toPerSecond: 200, durationMs: 750 },
          { fromPerSecond: 50, toPerSecond: 50, durationMs: 250 },
        ],
      },
    ],
    // The waiting at the end follows the time-out until somebody says otherwise.
    ['{ rate: 9/s }', '{ timeout: 3s }', { timeoutMs: 3000, drainMs: 3000 }],
    ['{ rate: 9/s, drain: 1s }', '{ timeout: 3s }', { timeoutMs: 3000, drainMs: 1000 }],
  ])('%s, then %s', (before, load, expected) => expect(loadOf(load, before)).toMatchObject(expected));

  it('in a suite', () => {
    const load = 'load: { rate: 100/s, stages: [{ ramp: 200/s, for: 30s }, { step: 50/s, for: 10s }] }';
    const { suites } = parsed(`${scenario(workload, load)}suites:\n  q: [{ scenario: s, load: { duration: 4s } }]\n`);
    expect(suites[0]?.scenarios[0]?.load).toMatchObject({
      stages: [
        { fromPerSecond: 100, toPerSecond: 200, durationMs: 3000 },
        { fromPerSecond: 50, toPerSecond: 50, durationMs: 1000 },
      ],
    });
  });
});

describe('a load is refused', () => {
  const hintOfKinds =
    'closed load has connections, think, driver, warmup, duration; open load rate, stages, arrivals, connections, in-flight, keep-alive, drain, warmup, duration, find, slo, confirm, precision, most; bursts burst, times, every';

  /** The problems of `load:`, each as its underlined text, its sentence and its hint. */
  function faultsOf(load: string): string[] {
    return problemsOf(scenario(workload, `load: ${load}`))
      .split('\n\n')
      .map((problem) => {
        const [head = '', source = '', underline = '', hint = ''] = problem.split('\n');
        const start = underline.indexOf('~');
        const marked = source.slice(start, underline.lastIndexOf('~') + 1);
        return [`[${marked}] ${head.replace(/^.* error: /, '')}`, hint.replace(/^ +hint: /, '')].join(' | ');
      });
  }

  it.each<[string, string[]]>([
    ['{ rate: 500 }', ['[500] the rate needs a unit | write 500/s']],
    ['{ rate: 500 /s }', ['[500 /s] the rate must be written without a space | write 500/s']],
    ['{ rate: 5/h }', ['[5/h] the rate must be a rate, not "5/h" | write a number and /s or /min, for example 500/s']],
    ['{ rate: 200001/s }', ['[200001/s] the rate must be at most 200000/s | ']],
    ['{ rate: 0/s }', ['[0/s] at 0/s not even one request is due in 10s | raise the rate, or make it last longer']],
    [
      '{ rate: 1/s, duration: 900ms }',
      ['[1/s] at 1/s not even one request is due in 900ms | raise the rate, or make it last longer'],
    ],
    ['{ arrivals: poisson }', ['[arrivals] an open load needs the rate that it begins with | write rate: 500/s']],
    [
      '{ stages: [{ ramp: 1/s, for: 9s }] }',
      ['[stages] an open load needs the rate that it begins with | write rate: 0/s to begin with nothing'],
    ],
    ['{ rate: 1/s, stages: [] }', ['[[]] stages is empty | ']],
    ['{ rate: 1/s, stages: 5 }', ['[5] stages must be a list | ']],
    ['{ rate: 1/s, stages: [5] }', ['[5] a stage must be a map | its keys are: ramp, step, spike, for']],
    [
      '{ rate: 1/s, stages: [{ for: 9s }] }',
      [
        '[{ for: 9s }] a stage must be a ramp, a step or a spike | write { ramp: 1000/s, for: 10s }, or step or spike in place of ramp',
      ],
    ],
    ['{ rate: 1/s, stages: [{ ramp: 1/s }] }', ['[{ ramp: 1/s }] the time of a stage ("for") is missing | ']],
    [
      '{ rate: 1/s, stages: [{ ramp: 9/s, step: 9/s, for: 9s }] }',
      ['[step] a stage with a ramp has no step | write two stages'],
    ],
    [
      '{ rate: 1/s, stages: [{ rmap: 9/s, for: 9s }] }',
      ['[rmap] a stage has no key "rmap" | did you mean "ramp"? There are: ramp, step, spike, for'],
    ],
    [
      '{ rate: 1/s, stages: [{ ramp: 9, for: 9 }] }',
      [
        '[9] the rate of a stage needs a unit | write 9/s',
        '[9] the time of a stage ("for") needs a unit | write 9s for seconds or 9ms for milliseconds',
      ],
    ],
    [
      '{ rate: 1/s, stages: [{ spike: 9/s, for: 9s }] }',
      ['[9/s] the load begins at 1/s, not at 9/s | write rate: 9/s, or begin with { step: 1/s, for: 10s }'],
    ],
    [
      '{ rate: 0/s, stages: [{ ramp: 0/s, for: 9s }] }',
      ['[[{ ramp: 0/s, for: 9s }]] at 0/s not even one request is due in 9s | raise the rate, or make it last longer'],
    ],
    [
      '{ rate: 0/s, stages: [{ ramp: 1/s, for: 1s }] }',
      ['[[{ ramp: 1/s, for: 1s }]] not even one request is due in 1s | raise the rate, or make it last longer'],
    ],
    [
      '{ rate: 1/s, stages: [{ ramp: 9/s, for: 1h }, { ramp: 9/s, for: 1m }] }',
      ['[[{ ramp: 9/s, for: 1h }, { ramp: 9/s, for: 1m }]] the stages take 61m together, and 60m is the most | '],
    ],
    [
      '{ rate: 1/s, duration: 9s, stages: [{ ramp: 9/s, for: 9s }] }',
      ['[duration] a load with stages has no duration | it takes as long as they do: change their "for"'],
    ],
    [
      '{ driver: autocannon, think: 100ms }',
      ['[autocannon] autocannon cannot wait between requests | a think time, here of 100ms, needs driver: lab'],
    ],
    ['{ driver: wrk }', ['[wrk] the driver "wrk" is not known | there are: autocannon, lab']],
    ['{ burst: 5, connections: 5 }', [`[connections] a load with "burst" has no "connections" | ${hintOfKinds}`]],
    [
      '{ burst: 5, rate: 5/s, think: 1s }',
      [
        `[burst] a load with "rate" has no "burst" | ${hintOfKinds}`,
        `[think] a load with "rate" has no "think" | ${hintOfKinds}`,
      ],
    ],
    ['{ think: 1s, drain: 1s }', [`[think] a load with "drain" has no "think" | ${hintOfKinds}`]],
  ])('%s', (load, faults) => expect(faultsOf(load)).toEqual(faults));

  it('at its place in a suite, and over defaults', () => {
    const text = `${scenario(workload, 'load: { driver: autocannon }')}suites:\n  q: [{ scenario: s, load: { drain: 1s } }]\n`;
    expect(problemsOf(text.replace('\n', '\ndefaults: { load: { think: 1s } }\n')).split('\n')).toEqual([
      'test.yaml:7:21 error: autocannon cannot wait between requests',
      '    7 |     load: { driver: autocannon }',
      '      |                     ~~~~~~~~~~',
      '      hint: a think time, here of 1s, needs driver: lab',
    ]);
    expect(problemsOf(text)).toContain('test.yaml:8:30 error: an open load needs the rate that it begins with');
  });

  it('once: what lies over it is not blamed for it', () => {
    const text = `${scenario(workload, 'load: { rate: 500 }')}suites:\n  q: [{ scenario: s, load: { drain: 1s } }]\n`;
    expect(problemsOf(text).match(/error:/g)).toHaveLength(1);
  });
});
