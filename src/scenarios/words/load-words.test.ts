import { expect, it } from 'vitest';
import { only, scenario, workload } from '../testing/files.ts';
import { describeLoad } from './load-words.ts';

it.each([
  ['{ connections: 50 }', "50 connections for 10 s after 2 s of warm-up, the lab's own driver"],
  ['{ driver: autocannon }', '50 connections for 10 s after 2 s of warm-up'],
  ['{ connections: 1, warmup: 0s, driver: lab }', "1 connection for 10 s, the lab's own driver"],
  ['{ think: 100ms, timeout: 1s }', '50 connections, 100 ms of thinking, for 10 s after 2 s of warm-up, time-out 1 s'],
  ['{ burst: 200, times: 3 }', '3 bursts of 200 requests, one every 2 s'],
  ['{ rate: 500/s, duration: 20s }', '500/s, evenly spaced, for 20 s after 2 s of warm-up, at most 100 connections'],
  [
    '{ rate: 150/min, arrivals: poisson, warmup: 0s, keep-alive: false, in-flight: 2000, drain: 1s }',
    '2.5/s, Poisson arrivals, for 10 s, at most 100 connections, each for one request, at most 2,000 in flight, late answers awaited for 1 s',
  ],
  [
    '{ rate: 100/s, stages: [{ ramp: 1000/s, for: 10s }, { step: 500/s, for: 5s }, { ramp: 0/s, for: 2s }] }',
    'from 100/s to 1,000/s over 10 s, then 500/s for 5 s, then to 0/s over 2 s, evenly spaced, for 17 s after 2 s of warm-up, at most 100 connections',
  ],
  [
    '{ rate: 0/s, stages: [{ ramp: 9/s, for: 1s }, { spike: 99/s, for: 1s }, { ramp: 5/s, for: 1s }] }',
    'from 0/s to 9/s over 1 s, then 99/s for 1 s, then from 9/s to 5/s over 1 s, evenly spaced, for 3 s after 2 s of silence, at most 100 connections',
  ],
])('%s', (load, words) => expect(describeLoad(only(scenario(workload, `load: ${load}`)).load)).toBe(words));
