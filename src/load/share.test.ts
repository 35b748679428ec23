import { describe, expect, it } from 'vitest';
import { RequestMix } from '../worker/requests/request-mix.ts';
import { closedLoad, loadJob, oneRequest, openLoad } from '../worker/testing/jobs.ts';
import { splitJob } from './share.ts';

const workload = oneRequest({ path: '/{key}' }, { key: { kind: 'uniform', of: 1000 } });

describe('splitJob', () => {
  it('splits connections and limits without losing one', () => {
    const closed = splitJob(loadJob({ urls: [], load: closedLoad({ connections: 10 }) }), 3);
    expect(closed.map(({ load }) => load.kind === 'closed' && load.connections)).toEqual([4, 3, 3]);
    const open = splitJob(loadJob({ urls: [], load: openLoad({ connections: 5, inFlightLimit: 7 }) }), 2);
    expect(open.map(({ load }) => load.kind === 'open' && [load.connections, load.inFlightLimit])).toEqual([
      [3, 4],
      [2, 3],
    ]);
  });

  it('deals connections out over the addresses as one worker would', () => {
    const urls = ['a', 'b', 'c', 'd'].map((name) => `http://${name}`);
    const jobs = splitJob(loadJob({ urls, load: closedLoad({ connections: 5 }) }), 3);
    const reached = jobs.map(({ urls: own, load }) => own.slice(0, load.kind === 'closed' ? load.connections : 0));
    expect(reached).toEqual([['http://a', 'http://b'], ['http://c', 'http://d'], ['http://a']]);
  });

  it('deals the requests of one sequence out', () => {
    const whole = new RequestMix(workload, 5);
    const all = Array.from({ length: 12 }, () => whole.draw().path);
    const jobs = splitJob(loadJob({ urls: [], load: openLoad(), workload, seed: 5 }), 3);
    const mixes = jobs.map(({ seed, share }) => new RequestMix(workload, seed, share));
    const dealt = Array.from({ length: 4 }, () => mixes.map((mix) => mix.draw().path)).flat();
    expect(dealt).toEqual(all);
  });
});
