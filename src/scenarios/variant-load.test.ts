import { describe, expect, it } from 'vitest';
import { planOf } from './planning/expand.ts';
import type { Overrides } from './planning/override-checks.ts';
import { parsed, problemsOf, scenario, workload } from './testing/files.ts';
import { describePlan } from './words/describe.ts';

const loads = `
version: 1
scenarios:
  crowd:
    question: How many users are too many?
    workload: [GET /todos]
    load: { connections: 4, duration: 3s, warmup: 1s }
    variants:
      few:
      more: { load: { connections: 16 } }
      longer: { load: { connections: 16, duration: 5s }, app: { workers: 2 } }
  mixed:
    question: Closed, or open?
    workload: [GET /todos]
    load: { driver: lab, connections: 4, duration: 3s }
    variants: { closed: , open: { load: { rate: 50/s } }, herd: { load: { burst: 9 } } }
suites:
  short: [{ scenario: crowd, load: { duration: 2s } }]
`;
const file = parsed(loads);

const loadsOf = (name: string, overrides: Overrides = {}) => {
  const { trials } = planOf(file, [name], overrides, 1);
  return Object.fromEntries(trials.map(({ variant, load }) => [variant, load]));
};

describe("a variant's own load", () => {
  it('is laid over that of its scenario', () => {
    expect(loadsOf('crowd')).toMatchObject({
      few: { connections: 4, durationMs: 3000, warmupMs: 1000 },
      more: { connections: 16, durationMs: 3000, warmupMs: 1000 },
      longer: { connections: 16, durationMs: 5000, warmupMs: 1000 },
    });
  });

  it('may be of another kind', () => {
    expect(loadsOf('mixed')).toMatchObject({
      closed: { kind: 'closed', durationMs: 3000 },
      open: { kind: 'open', stages: [{ fromPerSecond: 50, durationMs: 3000 }] },
      herd: { kind: 'burst', size: 9 },
    });
  });

  it('is shortened by a suite, as that of the scenario is', () => {
    expect(loadsOf('short')).toMatchObject({
      few: { connections: 4, durationMs: 2000 },
      more: { connections: 16, durationMs: 2000 },
      longer: { connections: 16, durationMs: 2000 },
    });
  });

  it('takes the options that fit it', () => {
    expect(loadsOf('mixed', { durationMs: 700, ratePerSecond: 5 })).toMatchObject({
      closed: { durationMs: 700 },
      open: { stages: [{ fromPerSecond: 5, durationMs: 700 }] },
      herd: { size: 9 },
    });
  });

  it('keeps its connections where they are what is compared', () => {
    const refused = () => loadsOf('crowd', { connections: 8 });
    expect(refused).toThrow('Nothing that is selected takes --connections: its variants differ in that');
    expect(loadsOf('crowd', { connections: 8, variants: ['more', 'longer'] })).toMatchObject({
      more: { connections: 8 },
      longer: { connections: 8 },
    });
  });

  it('limits the workers that can share it', () => {
    expect(() => loadsOf('crowd', { workers: 5 })).toThrow('cannot be shared among 5 workers: it has 4 connections');
    expect(() => loadsOf('mixed', { workers: 2 })).toThrow('a burst is one instant of one worker');
  });

  it('is told with the settings of its variant', () => {
    const plan = describePlan(planOf(file, ['crowd'], {}, 1));
    expect(plan).toContain("load      4 connections for 3 s after 1 s of warm-up, the lab's own driver\n");
    expect(plan).toContain('few: defaults\n');
    const words = plan.replaceAll(/\n {10,}/g, ' ');
    expect(words).toContain("more: under 16 connections for 3 s after 1 s of warm-up, the lab's own driver");
    expect(words).toContain(
      "longer: 2 workers, under 16 connections for 5 s after 1 s of warm-up, the lab's own driver",
    );
  });
});

describe('what is wrong with it', () => {
  const ofVariant = (load: string, more = '') => scenario(workload, `variants: { a: { load: ${load}${more} } }`);

  it.each([
    ['{ conections: 4 }', 'did you mean "connections"?'],
    ['{ rate: 5/s, think: 1s }', 'a load with "rate" has no "think"'],
    ['{ stages: [{ ramp: 9/s, for: 1s }] }', 'an open load needs the rate that it begins with'],
  ])('%s: %s', (load, words) => expect(problemsOf(ofVariant(load))).toContain(words));

  it('is told where a roll-out would begin after it', () => {
    const problems = problemsOf(ofVariant('{ duration: 2s }', ', rollout: { at: 5s }'));
    expect(problems).toContain('the roll-out would begin at 5s, and the measured time ends at 2s');
  });

  it('is told once, at the suite whose change does not fit', () => {
    const problems = problemsOf(
      `${loads}  wrong: [{ scenario: mixed, load: { think: 2s } }, { scenario: crowd, load: { duration: 0s } }]\n`,
    );
    expect(problems.match(/error:/g)).toHaveLength(1);
    expect(problems).toContain('the duration must be');
  });
});
