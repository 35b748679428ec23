import { describe, expect, it } from 'vitest';
import { parsed, scenario, workload } from '../testing/files.ts';
import { planOf } from './expand.ts';
import { checkLimits } from './limits-check.ts';

const planFor = (...lines: readonly string[]) => planOf(parsed(scenario(workload, ...lines)), ['s'], {}, 1);

describe('checkLimits', () => {
  it('refuses limits of a service where the platform does not keep to them', () => {
    const plan = planFor('variants: { a: , b: { services: { mailer: { service: notifier, limits: { cpu: 0.5 } } } } }');
    expect(() => checkLimits(plan, { name: 'docker', enforcesLimits: true })).not.toThrow();
    expect(() => checkLimits(plan, { name: 'local', enforcesLimits: false })).toThrow(
      'The scenario "s" limits its service mailer, and the platform local cannot keep to limits.',
    );
  });
});
