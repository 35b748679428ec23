import { describe, expect, it } from 'vitest';
import { parsed, scenario, workload } from '../testing/files.ts';
import { planOf } from './expand.ts';
import { checkHosting } from './hosting-check.ts';

const planFor = (...lines: readonly string[]) => planOf(parsed(scenario(workload, ...lines)), ['s'], {}, 1);

describe('checkHosting', () => {
  it('refuses a service that the platform cannot start', () => {
    const prices = planFor('services: { mailer: notifier, prices: { command: node prices.js } }');
    expect(() => checkHosting(prices, { name: 'local', hosts: ['command'] })).not.toThrow();
    expect(() => checkHosting(prices, { name: 'docker', hosts: ['image'] })).toThrow(
      expect.objectContaining({
        message: 'The service "prices" of the scenario "s" is a command, which the platform docker does not start.',
        hint: 'Use --platform local, or make an image of it.',
      }),
    );
    const image = planFor('services: { prices: { image: prices } }');
    expect(() => checkHosting(image, { name: 'docker', hosts: ['image'] })).not.toThrow();
    expect(() => checkHosting(image, { name: 'local', hosts: ['command'] })).toThrow(
      'The service "prices" of the scenario "s" is an image, which the platform local does not start.',
    );
  });
});
