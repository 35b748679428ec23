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
  ['db;dur=5e-05, app;dur=1.5', { db: 0.00005, app: 1.5 }],
  ['a;dur=.5, b;dur=+2., c;dur=1E2, d;dur=1.5ms', { a: 0.5, b: 2, c: 100, d: 1.5 }],
  ['a;dur, b;dur=, c;dur=-1, d;dur=1e999, e;dur=NaN, f;dur=Infinity', {}],
  [`a;dur=${'9'.repeat(308)}, b;dur=1e300, c;dur=2`, { c: 2 }],
  ['a;dur=1;dur=2, b;desc="x\\",y;dur=3";dur=4, ;dur=5', { a: 1, b: 4 }],
  ['a;desc="never ends;dur=1, b;dur=2', {}],
  [`${'n'.repeat(100)};dur=1`, { ['n'.repeat(60)]: 1 }],
])('reads %s', (text, times) => {
  expect(Object.fromEntries(parseServerTiming(text))).toEqual(times);
});

it('reads names that every object has, and no more parts than an account of a request has', () => {
  expect([...parseServerTiming('constructor;dur=1, __proto__;dur=2')]).toEqual([
    ['constructor', 1],
    ['__proto__', 2],
  ]);
  const many = Array.from({ length: 5000 }, (_, index) => `n${index};dur=1`).join(', ');
  expect(parseServerTiming(many).size).toBe(32);
});

it.each([
  ['sample;desc=8, db;dur=2, total;dur=3', 8],
  ['db;dur=2, total;dur=3', undefined],
  ['sample;desc=all, total;dur=3', undefined],
  ['sample;desc=0, total;dur=3', undefined],
  ['sample;desc=99999999999999999999', undefined],
])('reads how many requests %s speaks for', (text, requests) => {
  expect(standsFor(text)).toBe(requests);
});
