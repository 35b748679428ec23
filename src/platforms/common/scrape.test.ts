import { expect, test } from 'vitest';
import type { Answer } from './answer.ts';
import { scrapeBackends, scrapeCopy } from './scrape.ts';

const { signal } = new AbortController();
const ofUsed = '/metrics/backends';
const app = async (url: string): Promise<Answer> => {
  const { pathname } = new URL(url);
  return Promise.resolve(
    pathname.startsWith('/metrics') ? { status: 200, body: pathname } : { status: 404, body: 'no' },
  );
};

test('a replica is asked for its own metrics, and for those of database and cache', async () => {
  expect(await scrapeCopy('app-1', 'http://app-1', { path: '/metrics' }, signal, app)).toEqual({
    replica: 'app-1',
    text: '/metrics',
  });
  expect(await scrapeBackends('http://app-1', ofUsed, signal, app)).toEqual({
    replica: 'backends',
    text: '/metrics/backends',
  });
});

test('what keeps it from answering is told', async () => {
  expect(await scrapeBackends(undefined, ofUsed, signal, app)).toEqual({
    replica: 'backends',
    problem: 'no replica runs that could ask them',
    ended: true,
  });
  const old = async (): Promise<Answer> => Promise.resolve({ status: 404, body: '' });
  expect(await scrapeBackends('http://app-1', ofUsed, signal, old)).toEqual({
    replica: 'backends',
    problem: '/metrics/backends answered with status 404',
  });
  const deaf = async (): Promise<Answer> => Promise.reject(new Error('refused'));
  expect(await scrapeCopy('app-1', 'http://app-1', { path: '/metrics' }, signal, deaf)).toEqual({
    replica: 'app-1',
    problem: 'refused',
  });
});
