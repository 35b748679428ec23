import { describe, expect, it } from 'vitest';
import { actKinds } from '../model/acts.ts';
import { actsOn } from '../model/plan.ts';
import { checkActs } from './planning/acts-check.ts';
import { planOf } from './planning/expand.ts';
import { faultsOf } from './testing/faults.ts';
import { only, parsed, scenario, workload } from './testing/files.ts';
import { describePlan } from './words/describe.ts';
import { describeSettings } from './words/words.ts';

describe('an act on a service', () => {
  const mailer = 'services: { mailer: { service: notifier, replicas: 2 }, prices: { command: node prices.js } }';

  it('is read, drawn and told', () => {
    const text = scenario(
      workload,
      mailer,
      'acts:',
      '  - { at: 1s, kill: mailer-2, restart: always }',
      '  - { at: 2s, pause: { mailer: all }, for: 1s }',
      '  - { at: 4s, scale: { mailer: 3 } }',
      '  - { at: 5s, restart: prices }',
    );
    const [variant] = only(text).variants;
    expect(variant && describeSettings(variant)).toMatch(
      /, kills mailer-2 at 1 s, and it starts again, pauses all of mailer at 2 s for 1 s, scales mailer to 3 at 4 s, restarts one of prices at 5 s$/,
    );
    const plan = planOf(parsed(text), ['s'], {}, 1);
    expect(plan.trials.flatMap(({ system }) => actsOn(system))).toMatchObject([
      { kind: 'kill', service: 'mailer', copies: [2] },
      { kind: 'pause', service: 'mailer', copies: [1, 2] },
      { kind: 'scale', service: 'mailer', to: 3 },
      { kind: 'restart', service: 'prices', copies: [1] },
    ]);
    expect(describePlan(plan)).toContain(
      'at 1 s kill mailer-2; at 2 s pause mailer-1 and mailer-2 for 1 s; at 4 s scale mailer to 3; at 5 s restart prices-1',
    );
    expect(() => checkActs(plan, { name: 'kubernetes', acts: actKinds, orchestrates: true })).not.toThrow();
  });

  it('is refused where it cannot be done', () => {
    const faults = (act: string) => faultsOf(mailer, `acts: [${act}]`);
    expect(faults('{ at: 1s, flush: mailer }')).toEqual(['[mailer] mailer holds nothing to flush']);
    expect(faults('{ at: 1s, kill: mailer-3 }')).toEqual([
      '[mailer-3] there is no mailer-3 at 2 replicas | begin with more replicas',
    ]);
    expect(faults('{ at: 1s, scale: { mailer: 11 } }')).toEqual([
      '[{ mailer: 11 }] a service beside what is tested has at most 10 copies',
    ]);
    expect(faults('{ at: 1s, roll-out: mailer }')).toEqual([
      '[mailer] only the reference app rolls out | write roll-out: app',
    ]);
    expect(faults('{ at: 1s, scale: { postgres: 2 } }')).toEqual([
      '[{ postgres: 2 }] there is always one postgres | any number of copies there may be of app, mailer, prices',
    ]);
    expect(faults('{ at: 1s, kill: mailr }')).toEqual([
      '[mailr] the service "mailr" is not known | did you mean "mailer"? There are: app, postgres, mailer, prices',
    ]);
    const fixed = 'services: { prices: { command: a, port: 80 } }';
    expect(faultsOf(fixed, 'acts: [{ at: 1s, scale: { prices: 2 } }]')).toEqual([
      '[{ prices: 2 }] 2 copies of a command cannot all listen on port 80 | leave port out of the service: each finds its own in the variable PORT',
    ]);
  });

  it('is refused for a variant that has no such service, by its name', () => {
    const without = 'variants: { v: , without: { services: { mailer: none } } }';
    expect(faultsOf(mailer, without, 'acts: [{ at: 1s, kill: mailer }]')).toEqual([
      '[mailer] the variant "without" has no mailer that something could be done to | give it acts of its own: acts: []',
    ]);
  });

  it('leaves what is tested as it is, with autoscaling too', () => {
    const scaled = 'variants: { v: { autoscale: { cpu: 50%, max: 4 }, limits: { cpu: 1 } } }';
    expect(faultsOf(mailer, scaled, 'acts: [{ at: 1s, scale: { mailer: 3 } }]')).toEqual(['[] no problem']);
  });
});
