import { describe, expect, it } from 'vitest';
import { parsed, scenario, workload } from '../testing/files.ts';
import { planOf } from './expand.ts';
import { leaveOut } from './leave-out.ts';

const variants = 'variants: { plain: , queue: { services: { q: rabbitmq } }, log: { services: { l: kafka } } }';
const claims = 'expect: [error_rate == 0, rps(plain) > 1/s, rps(log) > rps(plain), rps(queue) > 1/s]';
const plan = planOf(parsed(scenario(workload, variants, 'rounds: 2', claims)), ['s'], {}, 1);
const kafka = { entry: 'kafka', problem: 'kafka-server-start.sh (not on PATH)', fix: 'Unpack it.' };
const rabbitmq = { entry: 'rabbitmq', problem: 'rabbitmq-server (not on PATH)', fix: 'Install it.' };

describe('what lacks something', () => {
  it('is left out of the plan, with a sentence, and so are the claims about it', () => {
    const { scenarios, trials, leftOut, lacking } = leaveOut(plan, [kafka]);
    expect(scenarios.map((each) => each.variants.map(({ name }) => name))).toEqual([['plain', 'queue']]);
    expect(trials.map(({ number }) => number)).toEqual([1, 2, 3, 4]);
    expect(new Set(trials.map(({ variant }) => variant))).toEqual(new Set(['plain', 'queue']));
    expect(scenarios[0]?.expectations.map(({ text }) => text)).toEqual([
      'error_rate == 0',
      'rps(plain) > 1/s',
      'rps(queue) > 1/s',
    ]);
    expect(leftOut).toEqual([{ scenario: 's', expectation: 'rps(log) > rps(plain)' }]);
    expect(lacking).toEqual([
      { scenario: 's', text: 'left out: log, for want of kafka-server-start.sh (not on PATH). Unpack it.' },
    ]);
  });

  it('is named with what it lacks', () => {
    expect(leaveOut(plan, [kafka, rabbitmq]).lacking?.map(({ text }) => text)).toEqual([
      'left out: log, for want of kafka-server-start.sh (not on PATH). Unpack it.',
      'left out: queue, for want of rabbitmq-server (not on PATH). Install it.',
    ]);
  });

  it('stays where there would be nothing else, and where nothing is lacking', () => {
    const alone = planOf(parsed(scenario(workload, 'services: { l: kafka }')), ['s'], {}, 1);
    expect(leaveOut(alone, [kafka])).toEqual(alone);
    expect(leaveOut(plan, [])).toEqual(plan);
  });
});
