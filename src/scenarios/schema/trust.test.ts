import { describe, expect, it } from 'vitest';
import { only, problemsOf, scenario, workload } from '../testing/files.ts';

describe('trust', () => {
  it('is laid over the defaults, key by key', () => {
    const text = scenario(workload, 'trust: { utilisation: 80%, schedule-lag: 5ms, samples: 20 }');
    expect(only(text.replace('\n', '\ndefaults: { trust: { lag: 20ms, samples: 5, shortfall: 2% } }\n')).trust).toEqual(
      {
        utilisation: 0.8,
        lagMs: 20,
        scheduleLagMs: 5,
        shortfall: 0.02,
        samples: 20,
      },
    );
  });

  it.each([
    ['{ utilisation: 0.95 }', '6:27 error: the utilisation needs a percent sign'],
    ['{ utilisation: 101% }', '6:27 error: the utilisation must be at most 100%'],
    ['{ lag: 50 }', '6:19 error: the lag needs a unit'],
    ['{ schedule-lag: 0s }', '6:28 error: the schedule lag must be at least 1ms'],
    ['{ shortfall: 1 }', '6:25 error: the shortfall needs a percent sign'],
    ['{ samples: 0 }', '6:23 error: the number of samples must be at least 1'],
    ['{ sample: 1 }', '6:14 error: trust has no key "sample"'],
  ])('%s', (trust, problem) => expect(problemsOf(scenario(workload, `trust: ${trust}`))).toContain(problem));
});
