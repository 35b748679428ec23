import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { Client } from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { inheritedEnvironment } from '../../machine/environment.ts';
import type { HostedTopology } from '../../model/plan.ts';
import { target } from '../../services/own.ts';
import { postgres } from '../../services/postgres/postgres.ts';
import { redis } from '../../services/redis.ts';
import { nginx } from '../../services/nginx/nginx.ts';
import { type Service, type Variables, copiesOf, plainText } from '../../services/service.ts';
import { findPrograms } from '../common/programs.ts';
import { startService } from '../runner/start.ts';
import { reachedIn } from './copy-description.ts';
import { LocalHost } from './host.ts';
import { RunContext } from './run-context.ts';
import type { RunningCopy } from './running-copy.ts';

const { signal } = new AbortController();
let run: RunContext;
let host: LocalHost;
let steps: string[];

beforeEach(async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'local-host-'));
  await chmod(folder, 0o711);
  steps = [];
  run = new RunContext(folder, inheritedEnvironment(process.env), (text) => void steps.push(text));
  // The user's own environment has a variable more.
  host = new LocalHost(run, { environment: { ...process.env, OF_THE_USER: 'yes' }, programs: findPrograms() });
});

afterEach(async () => {
  await run.stopAll();
  await rm(run.folder, { recursive: true, force: true });
});

async function start(service: Service, running: readonly RunningCopy[] = []): Promise<readonly RunningCopy[]> {
  return startService(host, service, copiesOf(service), running, signal);
}

/** A server of the user's own that is a script of Node.js: it answers every request with its environment. */
function script(before = '', port?: number): HostedTopology {
  const answers = '(_, answer) => answer.end(JSON.stringify(process.env))';
  const program = `${before}; require("node:http").createServer(${answers}).listen(process.env.PORT, "127.0.0.1")`;
  return {
    kind: 'command',
    command: `exec '${process.execPath}' -e '${program}'`,
    folder: run.folder,
    port,
    environment: { TOLD: 'so' },
    readyPath: undefined,
    readyLimitMs: 30_000,
    metricsPath: undefined,
    counters: {},
    balancer: undefined,
    limits: { cpu: undefined, memoryBytes: undefined },
    replicas: 2,
  };
}

function urlIn(variables: Variables | undefined, name = 'DATABASE_URL'): string {
  return plainText(variables?.[name] ?? '');
}

test('a store is prepared, then started, and reached with a password that stays in no file of its', async () => {
  const copies = await start(postgres);
  expect(steps).toEqual(['PostgreSQL is prepared', 'PostgreSQL starts']);
  expect(copies).toMatchObject([{ name: 'postgres', version: expect.stringMatching(/^\d+\.\d+/) as string }]);
  const client = new Client({ connectionString: urlIn(reachedIn(run, 'postgres', copies)) });
  await client.connect();
  const { rows } = await client.query('SHOW shared_preload_libraries');
  await client.end();
  // It counts what each statement takes.
  expect(rows).toEqual([{ shared_preload_libraries: 'pg_stat_statements' }]);
  // Who may connect is there; the file that the password was set from is not.
  expect(await readdir(path.join(run.folder, 'postgres-files'))).toEqual(['pg_hba.conf']);
});

test('a file with a secret is for nobody else to read', async () => {
  const [copy] = await start(redis);
  const file = path.join(run.folder, 'redis-files', 'redis.conf');
  expect(await readFile(file, 'utf8')).toContain(`port ${copy?.port}\nrequirepass `);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect((await stat(path.dirname(file))).mode & 0o777).toBe(0o700);
});

test('a server of the user has all of the user’s environment, and what it is told', async () => {
  const copies = await start(target(script()));
  expect(steps).toEqual(['2 × target starts']);
  expect(copies.map(({ name }) => name)).toEqual(['target-1', 'target-2']);
  for (const { url, port } of copies) {
    const environment: unknown = await (await fetch(url)).json();
    expect(environment).toMatchObject({ OF_THE_USER: 'yes', TOLD: 'so', PORT: String(port) });
  }
});

test('a copy whose port somebody was faster to take gets another one', async () => {
  const isFirst = 'const fs = require("node:fs"); const first = !fs.existsSync("was-here")';
  const fails = 'if (first) { fs.writeFileSync("was-here", process.env.PORT); throw new Error("EADDRINUSE") }';
  const [copy] = await start(target({ ...script(`${isFirst}; ${fails}`), replicas: 1 }));
  const refused = Number(await readFile(path.join(run.folder, 'was-here'), 'utf8'));
  expect(refused).toBeGreaterThan(0);
  expect(copy?.port).not.toBe(refused);
});

test('a port of its own that is taken is told before anything is started', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const started = start(target({ ...script('', port), replicas: 1 }));
  await expect(started).rejects.toThrow(`Port ${port}, which the target is to listen on, is taken.`);
  expect(existsSync(path.join(run.folder, 'target-1.log'))).toBe(false);
  server.close();
});

test('further ports are drawn, each another one, and kept by a copy that is started again', async () => {
  const { program, ...service } = target(script());
  if (program === undefined) throw new Error('it has no program');
  const environment: Service['environment'] = ({ port, ports }) => ({
    PORT: String(port),
    PEER_PORT: String(ports.peer),
    ADMIN_PORT: String(ports.admin),
  });
  const copies = await start({ ...service, environment, program: { ...program, ports: ['peer', 'admin'] } });
  const told = async ({ url }: RunningCopy): Promise<readonly unknown[]> => {
    const variables: unknown = await (await fetch(url)).json();
    const values = new Map<string, unknown>(Object.entries(variables ?? {}));
    return [values.get('PEER_PORT'), values.get('ADMIN_PORT')];
  };
  const drawn = (await Promise.all(copies.map(told))).flat();
  expect(drawn).toEqual(copies.flatMap(({ ports }) => [ports.peer, ports.admin]).map(String));
  expect(new Set([...drawn, ...copies.map(({ port }) => String(port))]).size).toBe(6);

  const [copy] = copies;
  if (copy === undefined) throw new Error('there is no copy');
  await copy.handle.stop();
  expect(await told(await host.startAgain(copy, [], signal))).toEqual(drawn.slice(0, 2));
});

test('several copies of what is used are reached at what stands in front of them', async () => {
  const copies = await start(target(script()));
  expect(urlIn(reachedIn(run, 'target', copies), 'TARGET_URL')).toBe(copies[0]?.url);
  const balancer = await start(nginx(target(script()), undefined), copies);
  expect(urlIn(reachedIn(run, 'target', [...copies, ...balancer]), 'TARGET_URL')).toBe(balancer[0]?.url);
  expect(reachedIn(run, 'mailer', [...copies, ...balancer])).toBeUndefined();
});

test('what is started anew has nothing of what one before it has written', async () => {
  const wasThere = path.join(run.folder, 'target-1', 'remembered');
  await mkdir(path.dirname(wasThere));
  await writeFile(wasThere, 'all of it');
  expect(await start(target(script()))).toHaveLength(2);
  expect(existsSync(wasThere)).toBe(false);
});

test('of a database that was killed no shared memory stays', async (context) => {
  if (process.platform !== 'linux') context.skip('there is no /proc/sysvipc');
  const segments = async (): Promise<readonly string[]> =>
    (await readFile('/proc/sysvipc/shm', 'utf8')).split('\n').map((line) => line.trim().split(/\s+/)[1] ?? '');
  const [copy] = await start(postgres);
  if (copy === undefined) throw new Error('there is no copy');
  const pidFile = await readFile(path.join(run.folder, 'postgres', 'postmaster.pid'), 'utf8');
  const segment = pidFile.split('\n')[6]?.trim().split(/\s+/)[1];
  await copy.handle.kill();
  expect(await segments()).toContain(segment);
  await host.removeRemains([copy]);
  expect(await segments()).not.toContain(segment);
  await host.removeRemains([copy]);
  expect(steps.slice(2)).toEqual([]);
});

test('a copy would be started just so again, unless something of it is another', async () => {
  const [running] = await start(target(script()));
  if (running === undefined) throw new Error('there is no copy');
  const isSame = async (wanted: Service): Promise<boolean> =>
    isDeepStrictEqual(running.described, await host.describe(wanted, running, running, [], signal));
  expect(await isSame(target(script()))).toBe(true);
  expect(await isSame(target({ ...script(), replicas: 1 }))).toBe(true);
  expect(await isSame(target({ ...script(), environment: { TOLD: 'otherwise' } }))).toBe(false);
  expect(await isSame(target(script('0')))).toBe(false);
  expect(await isSame(target({ ...script(), limits: { cpu: 1, memoryBytes: undefined } }))).toBe(false);
  const file = { name: 'settings', text: 'other ones' };
  expect(await isSame({ ...target(script()), files: () => [file] })).toBe(false);
});

test('a store would be started with the same secrets again', async () => {
  const [running] = await start(redis);
  if (running === undefined) throw new Error('there is no copy');
  expect(await host.describe(redis, running, running, [], signal)).toEqual(running.described);
});
