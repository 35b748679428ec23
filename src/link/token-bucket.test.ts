import { expect, it } from 'vitest';
import { TokenBucket } from './token-bucket.ts';

it('serves who comes first, at its rate', () => {
  const bucket = new TokenBucket(1000); // a byte each millisecond
  expect([bucket.take(10, 0), bucket.take(50, 0), bucket.take(5, 20)]).toEqual([0, 50, 55]);
});

it('saves up no more in a rest than it holds', () => {
  const bucket = new TokenBucket(1000);
  bucket.take(10, 0);
  expect([bucket.take(10, 5000), bucket.take(10, 5000)]).toEqual([5000, 5010]);
});

it.each([
  [1_000_000, 10_000],
  [1000, 10],
  [1, 1],
])('at %d bytes a second, hands on %d at once', (bytesPerSecond, sliceBytes) => {
  expect(new TokenBucket(bytesPerSecond).sliceBytes).toBe(sliceBytes);
});
