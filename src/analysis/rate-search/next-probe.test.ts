import { describe, expect, it } from 'vitest';
import { randomBy } from '../testing/random.ts';
import { nextStep, type Found, type Probe, type SearchSettings } from './next-probe.ts';

const settings: SearchSettings = { firstPerSecond: 100, mostPerSecond: 200_000, precision: 0.02 };

/** Runs a search to its end on something that says of each rate what it did. */
function search(
  outcomeOf: (ratePerSecond: number, phase: Probe['phase'], probes: readonly Probe[]) => Probe['outcome'],
  changes: Partial<SearchSettings> = {},
): { found: Found; probes: readonly Probe[] } {
  const probes: Probe[] = [];
  while (probes.length < 200) {
    const step = nextStep({ ...settings, ...changes }, probes);
    if ('found' in step) return { found: step.found, probes };
    const { ratePerSecond, phase } = step.probe;
    probes.push({ ...step.probe, outcome: outcomeOf(ratePerSecond, phase, probes) });
  }
  throw new Error('the search has no end');
}

const upTo =
  (capacity: number) =>
  (ratePerSecond: number): Probe['outcome'] =>
    ratePerSecond <= capacity ? 'kept' : 'broken';

describe('a search for the highest rate', () => {
  it('doubles until the objective breaks, twice, halves what lies between, and confirms', () => {
    const { found, probes } = search(upTo(1000), { precision: 0.2 });
    expect(probes.map(({ phase, ratePerSecond, outcome }) => `${phase} ${ratePerSecond} ${outcome}`)).toEqual([
      'search 100 kept',
      'search 200 kept',
      'search 400 kept',
      'search 800 kept',
      'search 1600 broken',
      'search 1600 broken',
      'bisect 1131 broken',
      'bisect 1131 broken',
      'bisect 951 kept',
      'confirm 951 kept',
    ]);
    expect(found).toEqual({ limit: 'objective', lowPerSecond: 951, highPerSecond: 1131 });
  });

  it('comes to within its precision of any capacity', () => {
    const random = randomBy(15);
    for (let round = 0; round < 500; round++) {
      const capacity = 2 * 10 ** (4.9 * random());
      const { lowPerSecond, highPerSecond = Infinity, limit } = search(upTo(capacity)).found;
      expect(limit).toBe('objective');
      expect(lowPerSecond).toBeLessThanOrEqual(capacity);
      expect(highPerSecond).toBeGreaterThan(capacity);
      // Small rates are told to a tenth.
      expect(highPerSecond - lowPerSecond).toBeLessThanOrEqual(0.021 * lowPerSecond + 0.11);
    }
  });

  it('does not believe a hiccup', () => {
    const { found } = search((rate, _phase, probes) => (rate > 1000 || probes.length === 1 ? 'broken' : 'kept'));
    expect(found.lowPerSecond).toBeGreaterThan(980);
  });

  it('goes down where it began too high', () => {
    const { found } = search(upTo(30), { firstPerSecond: 5000 });
    expect(found.lowPerSecond).toBeGreaterThan(29);
    expect(found.lowPerSecond).toBeLessThanOrEqual(30);
  });

  it('steps back, further each time, from what does not last', () => {
    const { found, probes } = search((rate, phase) => upTo(phase === 'confirm' ? 900 : 1000)(rate));
    const confirmed = probes.filter(({ phase }) => phase === 'confirm').map(({ ratePerSecond }) => ratePerSecond);
    expect(confirmed).toEqual([993, 973, 934, 859]);
    expect(found).toEqual({ limit: 'objective', lowPerSecond: 859, highPerSecond: 934 });
  });

  it('says that the generator was the limit', () => {
    const { found } = search((rate) => (rate <= 5000 ? 'kept' : 'generator'));
    expect(found.limit).toBe('generator');
    expect(found.lowPerSecond).toBeGreaterThan(4900);
  });

  it('says that it was not allowed to go higher', () => {
    const { found } = search(() => 'kept', { mostPerSecond: 1000 });
    expect(found).toEqual({ limit: 'most', lowPerSecond: 1000 });
  });

  it('ends where no rate keeps the objective, or none lasts', () => {
    expect(search(() => 'broken').found).toEqual({ limit: 'nothing', lowPerSecond: 0, highPerSecond: 1 });
    const { found } = search((_rate, phase) => (phase === 'confirm' ? 'broken' : upTo(1000)(_rate)));
    expect(found).toMatchObject({ limit: 'nothing', lowPerSecond: 0 });
  });
});
