import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { type Environment, inheritedEnvironment } from '../../machine/environment.ts';
import { plainText, type Entry, type Place } from '../../services/service.ts';
import { freePort } from './services.ts';

/** A real broker that a test started; disposing of it leaves nothing behind. */
export interface Broker {
  readonly url: string;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Starts a broker of the catalogue as the lab does; undefined where the machine has none. */
export async function startBroker(entry: Entry, environment: Environment): Promise<Broker | undefined> {
  const limits = { cpu: undefined, memoryBytes: undefined };
  const use = { kind: 'entry', name: 'broker', entry: entry.name, replicas: undefined, limits } as const;
  const service = entry.describe(use, { kind: 'url', url: '' });
  const folder = mkdtempSync(join(tmpdir(), 'target-app-broker-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  const { signal } = new AbortController();
  const machine = { environment, inherited: {}, folder, user: undefined, app: '', link: '' };
  const found = await service.program?.locate(machine, signal).catch(() => undefined);
  if (found === undefined) {
    remove();
    return undefined;
  }
  const port = await freePort();
  const others = await Promise.all(
    (service.program?.ports ?? []).map(async (name) => [name, await freePort()] as const),
  );
  const at: Place = {
    copy: { name: 'broker', number: 1, of: 1 },
    host: '127.0.0.1',
    port,
    ports: Object.fromEntries(others),
    folder,
    data: join(folder, 'data'),
    secret: () => 'secret',
    copiesOf: () => [],
    addressOf: (name) => ({ host: name, port: 0 }),
    reached: () => ({}),
    lingerMs: 0,
  };
  mkdirSync(at.data, { mode: 0o700 });
  for (const { name, text } of service.files(at)) writeFileSync(join(folder, name), plainText(text));
  const told = Object.entries(service.environment(at)).map(([name, text]) => [name, plainText(text)] as const);
  const server = spawn(found.command, found.args(at), {
    env: { ...inheritedEnvironment(environment), ...Object.fromEntries(told) },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ended = once(server, 'exit');
  const stop = async (): Promise<void> => {
    server.kill('SIGTERM');
    await ended;
    remove();
  };
  for await (const line of createInterface({ input: server.stdout }))
    if (service.ready.log?.test(line) === true) {
      server.stdout.resume();
      const [url = ''] = Object.values(service.reachedBy({ ...at, copies: [at] })).map(plainText);
      return { url, [Symbol.asyncDispose]: stop };
    }
  await stop();
  throw new Error(`${service.title} ended before it was ready`);
}
