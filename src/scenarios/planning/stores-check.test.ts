import { describe, expect, it } from 'vitest';
import { catalogue } from '../../services/catalogue.ts';
import { parsed, scenario, workload } from '../testing/files.ts';
import { planOf } from './expand.ts';

const unlimited = { cpu: undefined, memoryBytes: undefined };
const planFor = (...lines: readonly string[]) => planOf(parsed(scenario(workload, ...lines)), ['s'], {}, 1);

describe('checkStores', () => {
  it('refuses a store that is not the same in all trials: there is one for all of them', (context) => {
    const store = catalogue.find((entry) => {
      const use = { kind: 'entry', name: 'x', entry: entry.name, replicas: undefined, limits: unlimited } as const;
      return entry.describe(use, { kind: 'url', url: '' }).role === 'store';
    });
    if (store === undefined) return context.skip('the catalogue has no store');
    const variant = (cpu: number) => `{ services: { x: { service: ${store.name}, limits: { cpu: ${cpu} } } } }`;
    expect(() => planFor(`variants: { a: ${variant(1)}, b: ${variant(1)}, c: }`)).not.toThrow();
    expect(() => planFor(`variants: { a: ${variant(1)}, b: ${variant(2)} }`)).toThrow(
      '"x" is started once for a run, and the variants of "s" do not mean the same by it.',
    );
  });
});
