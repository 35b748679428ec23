import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { clientOf, peerOf, startTarget, type Target } from './testing/peer.ts';

const greetingSchema = z.object({
  msg: z.literal('listening'),
  control: z.int(),
  links: z.record(z.string(), z.int()),
});

let folder: string;
let file: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'link-bundle-'));
  file = path.join(folder, 'link.mjs');
  const entry = fileURLToPath(new URL('main.ts', import.meta.url));
  await build({ entryPoints: [entry], outfile: file, bundle: true, platform: 'node', format: 'esm', target: 'node20' });
});
afterAll(() => rm(folder, { recursive: true }));

function start(...args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [file, ...args], { env: {}, stdio: ['ignore', 'pipe', 'pipe'] });
}

describe('the control port', () => {
  let target: Target;
  let program: ChildProcess;
  let links: Readonly<Record<string, number>>;
  let control: number;

  beforeEach(async () => {
    target = await startTarget();
    program = start(`db=0:127.0.0.1:${target.port}`, `redis=0:127.0.0.1:${target.port}`);
    const { stdout } = program;
    if (stdout === null) throw new Error('its output is not piped');
    const line = await new Promise<string>((resolve) => createInterface({ input: stdout }).once('line', resolve));
    ({ control, links } = greetingSchema.parse(JSON.parse(line)));
  });
  afterEach(async () => {
    const ended = once(program, 'exit');
    if (program.exitCode === null && program.kill('SIGKILL')) await ended;
    await target[Symbol.asyncDispose]();
  });

  const get = async (what: string, init?: RequestInit): Promise<{ status: number; body: unknown }> => {
    const response = await fetch(`http://127.0.0.1:${control}${what}`, init);
    return { status: response.status, body: await response.json() };
  };

  it('tells the state of every link, or of one', async () => {
    const state = { cut: 'none', latencyMs: 0, jitterMs: 0, connections: 0, broken: 0 };
    const counts = { bytesThere: 0, bytesBack: 0, waitingBytes: 0 };
    const all = { db: { ...state, ...counts }, redis: { ...state, ...counts } };
    expect(await get('/state')).toEqual({ status: 200, body: all });
    expect(await get('/state?link=db')).toEqual({ status: 200, body: { db: all.db } });
  });

  it('sets the shape of one link, and takes it back', async () => {
    const shape = { latencyMs: 20, jitterMs: 5, bytesPerSecond: 1e6 };
    const { body } = await get('/set?link=db&latencyMs=20&jitterMs=5&bytesPerSecond=1000000');
    expect(body).toEqual({ db: expect.objectContaining(shape) as unknown });
    expect((await get('/state?link=redis')).body).toMatchObject({ redis: { latencyMs: 0, jitterMs: 0 } });
    const after = await get('/set?link=db');
    expect(after.body).toMatchObject({ db: { latencyMs: 0, jitterMs: 0 } });
    expect(after.body).not.toHaveProperty('db.bytesPerSecond');
  });

  it('heals what is slow as well: it is as if nothing had been done', async () => {
    const { body: before } = await get('/state');
    await get('/set?latencyMs=20&jitterMs=5&bytesPerSecond=1000000');
    await get('/cut?how=silent&link=db');
    expect((await get('/heal')).body).toEqual(before);
  });

  it('cuts and heals', async () => {
    const client = clientOf(links.db ?? Number.NaN);
    const server = peerOf(await target.next());
    expect((await get('/cut?how=silent&link=db')).body).toMatchObject({ db: { cut: 'silent', connections: 1 } });
    client.socket.write('later');
    expect((await get('/heal')).body).toMatchObject({ db: { cut: 'none' }, redis: { cut: 'none' } });
    server.socket.resume();
    expect(await server.text(5)).toBe('later');
    expect((await get('/cut?how=reset')).body).toMatchObject({ db: { cut: 'reset' }, redis: { cut: 'reset' } });
    expect([await client.closed, await server.closed]).toEqual(['ECONNRESET', 'ECONNRESET']);
  });

  it.each([
    ['/cut', 400, 'how: has to be reset or silent'],
    ['/set?latencyMs=-1', 400, 'latencyMs: has to be a number'],
    ['/set?bytesPerSecond=0', 400, 'bytesPerSecond: is 1 at the least'],
    ['/set?latency=20', 400, 'Unrecognized key: "latency"'],
    ['/state?link=kafka', 400, 'link: there is db, redis'],
    ['//', 404, 'there is /set, /cut, /heal, /state'],
  ])('refuses %s with %d', async (what, status, error) => {
    expect(await get(what)).toEqual({ status, body: { error } });
  });

  it('is asked by GET alone', async () => {
    expect((await get('/heal', { method: 'POST' })).status).toBe(405);
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('goes with its program, which %s ends with 0', async (signal) => {
    const client = clientOf(links.db ?? Number.NaN);
    await target.next();
    program.kill(signal);
    expect(await once(program, 'exit')).toEqual([0, null]);
    await client.ended;
  });
});

describe('the program', () => {
  const endOf = async (program: ChildProcess): Promise<{ code: number | null; errors: string }> => {
    let errors = '';
    program.stderr?.setEncoding('utf8').on('data', (text: string) => (errors += text));
    await once(program, 'close');
    return { code: program.exitCode, errors };
  };

  it('says what is wrong with its settings, and ends with 2', async () => {
    const { code, errors } = await endOf(start('redis'));
    expect(code).toBe(2);
    expect(errors).toBe(
      'link: The link was started with settings that make no sense.\n' +
        'LINKS: "redis" has to be NAME=PORT:HOST:PORT, such as redis=16379:10.0.0.7:6379\n',
    );
  });

  it('ends with 4 where it cannot listen', async () => {
    await using target = await startTarget();
    const { code, errors } = await endOf(start(`db=${target.port}:127.0.0.1:1`));
    expect(code).toBe(4);
    expect(errors).toMatch(/^link: listen EADDRINUSE[^\n]*\n$/);
  });
});
