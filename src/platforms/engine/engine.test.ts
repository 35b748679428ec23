import { mkdtempSync, rmSync } from 'node:fs';
import { type Server, createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { TimeLimit } from '../../machine/time-limit.ts';
import { doubtOf, openEngine, problemOf } from './engine.ts';

const { signal } = new AbortController();

/** The environment that names an Engine which gives these answers, by path. */
async function engineThatSays(answers: Readonly<Record<string, unknown>>): Promise<{ DOCKER_HOST: string }> {
  const folder = mkdtempSync(path.join(tmpdir(), 'engine-'));
  const socket = path.join(folder, 'docker.sock');
  const server: Server = createServer(({ url }, response) => {
    const answer = answers[String(url)];
    response.statusCode = answer === undefined ? 404 : 200;
    response.end(JSON.stringify(answer ?? 'not here'));
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  onTestFinished(() => {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return { DOCKER_HOST: `unix://${socket}` };
}

const info = { NCPU: 4, CpuCfsQuota: true, MemoryLimit: false };

test('an Engine that answers, with what it can do', async () => {
  const environment = await engineThatSays({ '/version': { Version: '20.10.24', ApiVersion: '1.41' }, '/info': info });
  const engine = await openEngine(environment, signal);
  expect(engine).toMatchObject({ version: '20.10.24', api: '1.41', cores: 4, limits: { cpu: true, memory: false } });
});

test('one that is older than what was tried is doubted', () => {
  expect(doubtOf({ api: '1.56' })).toBeUndefined();
  expect(doubtOf({ api: '1.57' })).toBeUndefined();
  expect(doubtOf({ api: '1.55' })).toMatch(/^it is older than Docker Engine 29 \(API 1\.56\)/);
});

test('one that is too old', async () => {
  const environment = await engineThatSays({ '/version': { Version: '19.03', ApiVersion: '1.40' }, '/info': info });
  await expect(openEngine(environment, signal)).rejects.toThrow(/is too old: 19\.03 \(API 1\.40\)/);
});

test('something else that speaks HTTP', async () => {
  await expect(openEngine(await engineThatSays({}), signal)).rejects.toThrow(/is not a Docker Engine/);
  const environment = await engineThatSays({ '/version': { hello: 'world' }, '/info': info });
  await expect(openEngine(environment, signal)).rejects.toThrow(/is not a Docker Engine/);
});

test('a signal ends the wait, with its reason', async () => {
  const reason = new Error('enough');
  await expect(openEngine(await engineThatSays({}), AbortSignal.abort(reason))).rejects.toBe(reason);
});

test.each([
  ['ENOENT', /does not exist/, /Install Docker/],
  ['EACCES', /permission denied/, /group docker.*sudo/],
  ['ECONNREFUSED', /is stopped/, /Start it/],
  ['ENOTFOUND', /cannot be reached/, /DOCKER_HOST/],
  ['EPROTO', /is not a Docker Engine/, /DOCKER_HOST/],
])('%s has its own sentence and fix', (code, sentence, fix) => {
  const problem = problemOf('/s', Object.assign(new Error('it failed'), { code }));
  expect(problem.message).toMatch(sentence);
  expect(problem.hint).toMatch(fix);
  expect(problem.exitCode).toBe(4);
});

test('one that hangs', () => {
  expect(problemOf('/s', new TimeLimit(10_000)).message).toContain('gives no answer');
});
