import { expect, it } from 'vitest';
import { parseServerTiming, standsFor } from './server-timing.ts';

it.each([
  ['db;dur=2.1, cache;dur=0.3', { db: 2.1, cache: 0.3 }],
  ['total;dur=41', { total: 41 }],
  ['cache;desc="a hit, really; dur=9";dur=0.5,db ; dur = 3', { cache: 0.5, db: 3 }],
  ['db;dur=1, db;dur=2', { db: 3 }],
  ['db;dur="4.5"', { db: 4.5 }],
  ['db;DUR=7', { db: 7 }],
  ['miss, edge;desc=Frankfurt', {}],
  ['db;dur=fast', {}],
  ['', {}],
])('reads %s', (text, times) => {
  expect(Object.fromEntries(parseServerTiming(text))).toEqual(times);
});

it.each([
  ['sample;desc=8, db;dur=2, total;dur=3', 8],
  ['db;dur=2, total;dur=3', undefined],
  ['sample;desc=all, total;dur=3', undefined],
  ['sample;desc=0, total;dur=3', undefined],
])('reads how many requests %s speaks for', (text, requests) => {
  expect(standsFor(text)).toBe(requests);
});
