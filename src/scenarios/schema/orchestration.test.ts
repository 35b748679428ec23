import { describe, expect, it } from 'vitest';
import { UsageError } from '../../model/errors.ts';
import { planOf } from '../planning/expand.ts';
import { checkLimits } from '../planning/limits-check.ts';
import { checkOrchestration } from '../planning/orchestration-check.ts';
import type { Overrides } from '../planning/override-checks.ts';
import { only, parsed, problemsOf, scenario, workload } from '../testing/files.ts';
import { describeSettings } from '../words/words.ts';

const limits = 'limits: { cpu: 0.25 }';
const variants = (settings: string): string => `variants: { v: { ${settings} } }`;

describe('a variant that is scaled or rolled out', () => {
  it('is read with its defaults', () => {
    const { variants: read } = only(
      scenario(
        workload,
        limits,
        'variants:',
        '  scaled: { autoscale: { cpu: 50%, max: 4 } }',
        '  wider: { autoscale: { cpu: 29%, min: 1, max: 64 } }',
        '  rolled: { rollout: { at: 5s } }',
        '  killed: { rollout: { at: 0s, shutdown: abrupt } }',
        '  plain:',
      ),
    );
    expect(read.map(({ system }) => system)).toMatchObject([
      { autoscale: { cpu: 0.5, least: 1, most: 4 }, rollout: undefined, balancer: undefined },
      { autoscale: { cpu: 0.29, least: 1, most: 64 } },
      { autoscale: undefined, rollout: { atMs: 5000, shutdown: 'graceful' } },
      { rollout: { atMs: 0, shutdown: 'abrupt' } },
      { autoscale: undefined, rollout: undefined },
    ]);
    expect(read.map(describeSettings)).toEqual([
      '0.25 CPU, 1 to 4 replicas at 50% CPU',
      '0.25 CPU, 1 to 64 replicas at 29% CPU',
      '0.25 CPU, rolls out at 5 s, graceful',
      '0.25 CPU, rolls out at 0 ms, abrupt',
      '0.25 CPU',
    ]);
  });

  it('may begin with any number of replicas that it keeps, and shortly before the end', () => {
    const text = scenario(
      workload,
      limits,
      'replicas: [2, 4]',
      'variants: { scaled: { autoscale: { cpu: 50%, min: 2, max: 4 } }, rolled: { rollout: { at: 9999ms } } }',
    );
    expect(problemsOf(text)).toBe('no problem');
  });
});

/** Each fault as "[what is underlined] its sentence". */
function faultsOf(...lines: readonly string[]): readonly string[] {
  return problemsOf(scenario(workload, ...lines))
    .split('\n\n')
    .map((problem) => {
      const [head = '', source = '', underline = ''] = problem.split('\n');
      const place = source.slice(underline.indexOf('~'), underline.lastIndexOf('~') + 1);
      return `[${place}] ${head.replace(/^.*? error: /, '')}`;
    });
}

describe('a variant is refused', () => {
  it.each<[string, readonly string[]]>([
    [
      'autoscale: { cpu: 0.5, min: 0, max: 65, mx: 1 }',
      [
        '[0.5] the CPU share needs a percent sign',
        '[0] the lowest number of replicas must be at least 1',
        '[65] the highest number of replicas must be at most 64',
        '[mx] autoscale has no key "mx"',
      ],
    ],
    ['autoscale: {}', ['[{}] the CPU share is missing', '[{}] the highest number of replicas is missing']],
    ['autoscale: { cpu: 0%, max: 2 }', ['[0%] the CPU share must be from 1% to 100%, in whole per cent']],
    ['autoscale: { cpu: 12.5%, max: 2 }', ['[12.5%] the CPU share must be from 1% to 100%, in whole per cent']],
    ['autoscale: { cpu: 101%, max: 2 }', ['[101%] the CPU share must be at most 100%']],
    ['autoscale: { cpu: 50%, min: 3, max: 2 }', ['[2] there would be at least 3 replicas, and at most 2']],
    [
      'autoscale: { cpu: 50%, min: 2, max: 4 }',
      ['[autoscale] autoscale keeps 2 to 4 replicas, and it would begin with 1, 8'],
    ],
    ['rollout: { at: 10s }', ['[rollout] the roll-out would begin at 10s, and the measured time ends at 10s']],
  ])('%s', (settings, faults) => {
    expect(faultsOf(limits, 'replicas: [1, 8, 2]', variants(settings)).toSorted()).toEqual(faults.toSorted());
  });

  it('without what autoscaling leans on, and with what would spoil it, all at once', () => {
    const both = 'autoscale: { cpu: 50%, max: 4 }, rollout: { at: 1s }, balancer: ip-hash, slow-replica: 1ms';
    expect(faultsOf(variants(both))).toEqual([
      '[autoscale] autoscale needs a CPU limit: its cpu is a share of it',
      '[rollout] a variant with autoscale has no "rollout"',
      '[balancer] a variant with autoscale has no "balancer"',
      '[slow-replica] a variant with autoscale has no "slow-replica"',
    ]);
    expect(faultsOf(variants('rollout: { at: 1s }, balancer: ip-hash'))).toEqual([
      '[balancer] a variant with a roll-out has no "balancer"',
    ]);
  });

  it('with bursts, or a target', () => {
    expect(faultsOf('load: { burst: 5 }', variants('rollout: { at: 1s }'))).toEqual([
      '[rollout] a roll-out goes on under load, and between bursts there is none',
    ]);
    const target = 'target: { url: "http://127.0.0.1:8080" }';
    expect(faultsOf(variants(`${target}, autoscale: { cpu: 50%, max: 2 }, rollout: { at: 1s }`))).toEqual([
      '[autoscale] a variant with a target has no "autoscale"',
      '[rollout] a variant with a target has no "rollout"',
    ]);
  });

  it('where an entry of a suite changes what it leans on, and only then', () => {
    const text = scenario(
      workload,
      limits,
      'variants: { scaled: { autoscale: { cpu: 50%, max: 4 } }, rolled: { rollout: { at: 5s } } }',
    );
    const suite = (entry: string): string => `${text}suites: { q: [{ scenario: s, ${entry} }] }\n`;
    expect(
      problemsOf(suite('replicas: 8, load: { duration: 4s }'))
        .split('\n')
        .filter((line) => line.includes('error')),
    ).toEqual([
      'test.yaml:8:40 error: autoscale keeps 1 to 4 replicas, and it would begin with 8',
      'test.yaml:8:49 error: the roll-out would begin at 5s, and the measured time ends at 4s',
    ]);
    expect(problemsOf(suite('replicas: 8, variants: [rolled]'))).toBe('no problem');
    expect(problemsOf(suite('rounds: 2'))).toBe('no problem');
  });
});

const file = parsed(
  scenario(
    workload,
    'variants:',
    '  scaled: { autoscale: { cpu: 50%, max: 4 }, limits: { cpu: 1 } }',
    '  rolled: { rollout: { at: 5s } }',
    '  plain:',
  ),
);
const plan = (overrides: Overrides) => planOf(file, ['s'], overrides, 1);

describe('an option is refused that', () => {
  it.each<[string, Overrides, string, string]>([
    [
      'asks for more replicas than there may be',
      { replicas: [1, 5] },
      'autoscale keeps 1 to 4 replicas, and it would begin with 5',
      'Replicas is how many there are at the start.',
    ],
    [
      'ends the measured time before the roll-out begins',
      { durationMs: 5000 },
      'the roll-out would begin at 5s, and the measured time ends at 5s',
      'Let it begin earlier, or make the load last longer.',
    ],
  ])('%s', (_name, overrides, sentence, hint) => {
    const message = `The scenario "s" cannot run like this: ${sentence}`;
    expect(() => plan(overrides)).toThrow(expect.objectContaining({ message, hint }));
    expect(() => plan(overrides)).toThrow(UsageError);
    expect(plan({ ...overrides, variants: ['plain'] }).trials.length).toBeGreaterThan(0);
  });
});

describe('checkOrchestration', () => {
  const local = { name: 'local', orchestrates: false };

  it('lets pass what the platform can do, and what asks for nothing', () => {
    expect(() => checkOrchestration(plan({}), { name: 'kubernetes', orchestrates: true })).not.toThrow();
    expect(() => checkOrchestration(plan({ variants: ['plain'] }), local)).not.toThrow();
  });

  it('says what the platform cannot do, and which can', () => {
    expect(() => checkOrchestration(plan({ variants: ['scaled'] }), local)).toThrow(
      expect.objectContaining({
        message: 'The scenario "s" scales by itself, and the platform local cannot.',
        hint: 'Use --platform kubernetes or --platform minikube.',
      }),
    );
  });
});

describe('checkLimits', () => {
  it('names the platforms that keep to limits', () => {
    const limited = plan({ variants: ['scaled'] });
    expect(() => checkLimits(limited, { name: 'docker', enforcesLimits: true })).not.toThrow();
    expect(() => checkLimits(limited, { name: 'local', enforcesLimits: false })).toThrow(
      expect.objectContaining({ hint: 'Use --platform docker, kubernetes or minikube.' }),
    );
  });
});
