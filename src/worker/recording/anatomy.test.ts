import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { seededRandom } from '../../model/random.ts';
import { drawnRequest } from '../testing/jobs.ts';
import { anatomyAt, AnatomySampler, mergeAnatomies, partsOf, type TimedAnswer } from './anatomy.ts';

function answer(changes: Partial<TimedAnswer> = {}): TimedAnswer {
  return { sentAtMs: 100, request: drawnRequest(), ...changes };
}

const anatomyBuckets = z.array(
  z.object({ weight: z.int(), latencyUs: z.number(), parts: z.record(z.string(), z.number()) }),
);

const sum = (parts: Readonly<Record<string, number>>): number =>
  Object.values(parts).reduce((total, us) => total + us, 0);

describe('partsOf', () => {
  it('divides a time into waiting, what the server names, the application itself and the network', () => {
    const serverTiming = 'pool;dur=5, db;dur=2, total;dur=8';
    expect(partsOf(110, answer({ dueAtMs: 97, serverTiming }))).toEqual({
      waiting: 3000,
      network: 2000,
      app: 1000,
      pool: 5000,
      db: 2000,
    });
  });

  it('takes the sum of the parts for the total where there is none', () => {
    expect(partsOf(110, answer({ serverTiming: 'db;dur=4' }))).toEqual({ waiting: 0, network: 6000, app: 0, db: 4000 });
  });

  it('never lets the server have taken longer than the answer did', () => {
    const parts = partsOf(101, answer({ serverTiming: 'db;dur=1.2, total;dur=1.5' }));
    expect(parts).toMatchObject({ network: 0 });
    expect(sum(parts)).toBeCloseTo(1000);
  });

  it('has no part that is less than nothing, however the doubles fall', () => {
    const random = seededRandom(4);
    for (let number = 0; number < 20_000; number++) {
      const sentAtMs = random.next() * 1e6;
      const [db, total] = [random.next() * 3, random.next() * 3];
      const parts = partsOf(
        sentAtMs + random.next(),
        answer({ sentAtMs, serverTiming: `db;dur=${db}, total;dur=${total}` }),
      );
      expect(Math.min(...Object.values(parts))).toBeGreaterThanOrEqual(0);
    }
  });

  it('tells a part that is called like one of ours apart', () => {
    expect(partsOf(110, answer({ serverTiming: 'app;dur=4' }))).toMatchObject({ app: 0, 'server app': 4000 });
  });

  it('tells a part that is called like what every object has apart', () => {
    const parts = partsOf(110, answer({ serverTiming: 'constructor;dur=1, __proto__;dur=2' }));
    expect(parts).toMatchObject({ 'server constructor': 1000, 'server __proto__': 2000 });
  });

  it('is made of numbers, whatever the server says', () => {
    const nines = '9'.repeat(308);
    for (const serverTiming of [
      `db;dur=${nines}`,
      `total;dur=${nines}`,
      'a;dur=86400000, b;dur=86400000',
      'db;dur=-5',
    ]) {
      const parts = partsOf(110, answer({ serverTiming }));
      expect(sum(parts)).toBeCloseTo(10_000);
      expect(Math.min(...Object.values(parts))).toBeGreaterThanOrEqual(0);
    }
  });

  it('has nothing to say of a server that says nothing', () => {
    expect(partsOf(110, answer())).toEqual({});
  });
});

describe('AnatomySampler', () => {
  it('gives a result that can be read, whatever a server names its parts', () => {
    const sampler = new AnatomySampler(0);
    sampler.slowFrom(1);
    for (let number = 0; number < 500; number++) {
      const serverTiming = `constructor;dur=1, __proto__;dur=1, n${number};dur=1`;
      sampler.consider(110, answer({ serverTiming }));
    }
    sampler.consider(110, answer({ serverTiming: 'sample;desc=99999999999999999999, db;dur=1' }));
    const { anatomy, slowest } = mergeAnatomies([sampler.finish()]);
    const [bucket] = anatomyBuckets.parse(JSON.parse(JSON.stringify(anatomy)));
    expect(bucket?.weight).toBe(501);
    expect(sum(bucket?.parts ?? {})).toBeCloseTo(bucket?.latencyUs ?? NaN, 0);
    expect(Object.keys(bucket?.parts ?? {}).length).toBeLessThan(70);
    expect(bucket?.parts).toMatchObject({ 'server constructor': 500_000, 'server __proto__': 500_000 });
    expect(Object.values(slowest[0]?.parts ?? {}).every(Number.isFinite)).toBe(true);
  });

  it('samples one in sixteen, and all that are slow', () => {
    const sampler = new AnatomySampler(0);
    for (let number = 0; number < 160; number++) sampler.consider(110, answer({ serverTiming: 'total;dur=1' }));
    expect(sampler.finish().anatomy).toMatchObject([{ samples: 10 }]);
    sampler.slowFrom(50_000);
    for (let number = 0; number < 30; number++) sampler.consider(160, answer({ serverTiming: 'total;dur=1' }));
    expect(sampler.finish().anatomy.at(-1)).toMatchObject({ samples: 30 });
  });

  it('counts a sample that the server took for as many as it speaks for', () => {
    const sampler = new AnatomySampler(0);
    for (let number = 0; number < 3; number++) {
      sampler.consider(110, answer({ serverTiming: 'sample;desc=8, db;dur=4, total;dur=6' }));
    }
    expect(sampler.finish().anatomy).toMatchObject([{ samples: 3, weight: 24, parts: { db: 96_000, app: 48_000 } }]);
  });

  it('keeps the ten slowest, the slowest first, whatever the server says', () => {
    const sampler = new AnatomySampler(50);
    for (let number = 1; number <= 100; number++) sampler.consider(100 + ((number * 37) % 101), answer());
    const { slowest } = sampler.finish();
    expect(slowest.map(({ latencyUs }) => latencyUs / 1000)).toEqual([100, 99, 98, 97, 96, 95, 94, 93, 92, 91]);
    expect(slowest[0]).toMatchObject({ atMs: 150, parts: {} });
  });

  it('adds up over workers', () => {
    const samplers = [new AnatomySampler(0), new AnatomySampler(0)];
    for (const sampler of samplers) sampler.consider(110, answer({ serverTiming: 'db;dur=4, total;dur=6' }));
    const merged = mergeAnatomies(samplers.map((sampler) => sampler.finish()));
    expect(merged.anatomy).toMatchObject([
      // Each was the one in sixteen, and stands for all of them.
      { samples: 2, weight: 32, latencyUs: 320_000, parts: { db: 128_000, app: 64_000 } },
    ]);
    expect(merged.slowest).toHaveLength(2);
  });
});

describe('anatomyAt', () => {
  const sampler = new AnatomySampler(0);
  sampler.slowFrom(1);
  for (let number = 0; number < 40; number++) sampler.consider(110, answer({ serverTiming: 'db;dur=4, total;dur=6' }));
  for (let number = 0; number < 40; number++)
    sampler.consider(500, answer({ serverTiming: 'pool;dur=390, total;dur=396' }));
  const { anatomy } = sampler.finish();

  it('is the mean of the samples of about that latency', () => {
    expect(anatomyAt(10_300, anatomy)).toMatchObject({
      samples: 40,
      latencyUs: 10_000,
      parts: { db: 4000, app: 2000 },
    });
    expect(anatomyAt(380_000, anatomy)).toMatchObject({ samples: 40, parts: { pool: 390_000 } });
  });

  it('is not there where no sample is near', () => {
    expect(anatomyAt(60_000, anatomy)).toBeUndefined();
    expect(anatomyAt(60_000, [])).toBeUndefined();
  });
});
