import { describe, expect, it } from 'vitest';
import { randomBy } from '../../model/random.ts';
import { isLong, type Probe } from './known-rates.ts';
import { nextStep, type Found, type SearchSettings } from './next-probe.ts';

const settings: SearchSettings = {
  firstPerSecond: 100,
  mostPerSecond: 200_000,
  precision: 0.02,
  budgetMs: 3_600_000,
  probeMs: 4_000,
  confirmMs: 11_000,
};

/** Runs a search to its end on something that says of each rate what it did. */
function search(
  outcomeOf: (ratePerSecond: number, phase: Probe['phase'], probes: readonly Probe[]) => Probe['outcome'],
  changes: Partial<SearchSettings> = {},
  noise?: string,
): { found: Found; probes: readonly Probe[] } {
  const probes: Probe[] = [];
  while (probes.length < 200) {
    const step = nextStep({ ...settings, ...changes }, probes);
    if ('found' in step) return { found: step.found, probes };
    const { ratePerSecond, phase } = step.probe;
    const outcome = outcomeOf(ratePerSecond, phase, probes);
    const durationMs = isLong({ phase }) ? settings.confirmMs : settings.probeMs;
    probes.push({
      ...step.probe,
      outcome,
      durationMs,
      ...(noise === undefined || outcome === 'kept' ? {} : { noise }),
    });
  }
  throw new Error('the search has no end');
}

const upTo =
  (capacity: number) =>
  (ratePerSecond: number): Probe['outcome'] =>
    ratePerSecond <= capacity ? 'kept' : 'broken';

describe('a search for the highest rate', () => {
  it('doubles until the objective breaks, twice, halves what lies between, confirms, and looks above it again', () => {
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
      'verify 1131 broken',
      'verify 1131 broken',
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

  it('finds the same where noise breaks rates now and then, or says that it cannot tell', () => {
    const random = randomBy(19);
    const ends = new Map<string, number>();
    for (let round = 0; round < 400; round++) {
      const noise = random() * 0.9;
      const capacity = 50_000;
      // A confirmation is as long as several probes: noise comes into it as often as into all of them.
      const breaks = (phase: Probe['phase']): boolean => random() > (1 - noise) ** (isLong({ phase }) ? 2.5 : 1);
      const { found } = search((rate, phase) => (rate > capacity || breaks(phase) ? 'broken' : 'kept'));
      const isTold = found.limit === 'objective' && found.lowPerSecond > 0;
      const isWrong = isTold && found.lowPerSecond < 0.9 * capacity;
      const end = isWrong ? 'wrong' : isTold ? 'found' : 'not told';
      ends.set(end, (ends.get(end) ?? 0) + 1);
    }
    expect(ends.get('wrong') ?? 0).toBeLessThanOrEqual(8);
    expect(ends.get('found')).toBeGreaterThan(40);
  });

  it('finds the limit of a server that keeps a rate near it or not by chance', () => {
    const random = randomBy(20);
    const ends = Array.from({ length: 100 }, () => {
      const capacity = (): number => 50_000 * (1 + 0.05 * (random() + random() + random() - 1.5));
      return search((rate) => upTo(capacity())(rate)).found;
    });
    const found = ends.filter(({ limit, lowPerSecond }) => limit === 'objective' && lowPerSecond > 0.9 * 50_000);
    expect(found.length).toBeGreaterThanOrEqual(95);
  });

  it('looks at a rate once more where its machine was busy', () => {
    const { probes } = search(upTo(150), {}, 'the generator stood still for 80 ms');
    expect(probes.filter(({ ratePerSecond, phase }) => ratePerSecond === 200 && phase === 'search')).toHaveLength(3);
  });

  it('goes on from a rate that only noise had broken', () => {
    // Its first four probes above 100/s fall into a busy time.
    const { found, probes } = search((rate, _phase, before) => {
      const isBusy = before.filter(({ ratePerSecond }) => ratePerSecond > 100).length < 2;
      return rate > 1000 || (rate > 100 && isBusy) ? 'broken' : 'kept';
    });
    expect(probes.some(({ phase, outcome }) => phase === 'verify' && outcome === 'kept')).toBe(true);
    expect(found).toMatchObject({ limit: 'objective' });
    expect(found.lowPerSecond).toBeGreaterThan(980);
  });

  it('cannot tell what a busy machine breaks at any rate', () => {
    expect(search(() => 'broken', {}, 'the generator stood still for 80 ms').found.limit).toBe('noise');
  });

  it('confirms what it has while there is time, and says that the budget was spent', () => {
    const { found, probes } = search(upTo(50_000), { budgetMs: 30_000 });
    expect(probes.at(-1)).toMatchObject({ phase: 'confirm', outcome: 'kept' });
    expect(found).toEqual({ limit: 'budget', lowPerSecond: probes.at(-1)?.ratePerSecond });
    expect(probes.reduce((sum, { durationMs }) => sum + durationMs, 0)).toBeLessThanOrEqual(30_000);
  });

  it('goes down where it began too high', () => {
    const { found } = search(upTo(30), { firstPerSecond: 5000 });
    expect(found.lowPerSecond).toBeGreaterThan(29);
    expect(found.lowPerSecond).toBeLessThanOrEqual(30);
  });

  it('steps back, further each time, from what does not last, and sees to it that this is no noise', () => {
    const { found, probes } = search((rate, phase) => upTo(phase === 'confirm' ? 900 : 1000)(rate));
    const lasting = probes.filter(({ phase }) => phase === 'confirm' || phase === 'control');
    expect(lasting.map(({ ratePerSecond }) => ratePerSecond)).toEqual([
      993, 973, 934, 859, 934, 430, 934, 430, 934, 430,
    ]);
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
