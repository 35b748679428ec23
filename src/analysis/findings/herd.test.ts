import { describe, expect, it } from 'vitest';
import { found, trialOf } from '../../../test/fakes/evidence.ts';

const metrics = { recomputes: 750, recomputes_per_expiry: 75, cache_hit_rate: 0.99 };
const cached = (cache: string, content: Record<string, unknown> = {}) => trialOf({ app: { cache }, ...content });
const keyed = (todo: Record<string, unknown>) => cached('aside', { workload: ['GET /todos/{todo}'], keys: { todo } });

describe('herd', () => {
  it('counts recomputes of a key that everyone wants', () => {
    expect(found({ metrics, trial: cached('aside') })).toEqual([
      'herd: The cache recomputed 75 times per expiry. A promise that all requests share makes it once (cache: single-flight).',
    ]);
    const twice = { ...metrics, recomputes: 20, recomputes_per_expiry: 2 };
    expect(found({ metrics: twice, trial: cached('aside') })).toEqual([]);
  });

  it('asks for a lock where there are several processes', () => {
    expect(found({ metrics, trial: cached('aside', { replicas: 4 }) })[0]).toMatch(
      /A lock that all processes share makes it once \(cache: lock\)\.$/,
    );
  });

  it('does not advise what is there already', () => {
    const four = { recomputes: 40, recomputes_per_expiry: 4, cache_hit_rate: 0.99 };
    const advice = (cache: string, content = {}) => found({ metrics: four, trial: cached(cache, content) });
    const said = 'herd: The cache recomputed 4 times per expiry.';
    expect(advice('single-flight', { replicas: 2, app: { cache: 'single-flight', workers: 2 } })).toEqual([
      `${said} Each process makes it once for itself: a lock makes it once for all (cache: lock).`,
    ]);
    expect(advice('lock')[0]).toMatch(/lock-timeout/);
    expect(advice('xfetch')[0]).toMatch(/stale-while-revalidate/);
  });

  it('does not take many keys, each computed once, for a herd', () => {
    expect(found({ metrics, trial: keyed({ uniform: 50 }) })).toEqual([]);
    expect(found({ metrics, trial: keyed({ zipf: 1, of: 10 }) })).toEqual([
      'herd: The cache recomputed each value 7.5 times per expiry. A promise that all requests share makes it once (cache: single-flight).',
    ]);
    // In a sixth of the time to live, 600 keys that are read for the first time look like 3,600 an expiry.
    const filling = { recomputes: 600, recomputes_per_expiry: 3600, cache_hit_rate: 0.9 };
    expect(found({ metrics: filling, trial: keyed({ zipf: 1.1, of: 1000 }) })).toEqual([]);
  });

  it('is none without a cache', () => {
    expect(found({ metrics: { ...metrics, cache_hit_rate: 0 } })).toEqual([]);
  });
});
