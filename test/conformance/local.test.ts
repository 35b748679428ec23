import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { parseOwnerLabel } from '../../src/platforms/common/owner.ts';
import { openPlatform } from '../../src/platforms/index.ts';
import { findInhabitants } from '../../src/platforms/local/inhabitants.ts';
import { failure } from './failure.ts';
import { describePlatform } from './platform.ts';
import { topology, total } from './topology.ts';

const temporaryFolder = mkdtempSync(path.join(tmpdir(), 'conformance-'));
chmodSync(temporaryFolder, 0o711);
afterAll(() => rmSync(temporaryFolder, { recursive: true, force: true }));

async function folders(runId: string): Promise<readonly string[]> {
  const names = (await readdir(temporaryFolder)).filter((name) => parseOwnerLabel(name)?.runId === runId);
  return names.map((name) => path.join(temporaryFolder, name));
}

async function traces(runId: string): Promise<readonly string[]> {
  const found = await folders(runId);
  const processes = await Promise.all(found.map((folder) => findInhabitants(folder)));
  // PostgreSQL starts and ends processes of its own as it sees fit.
  const own = processes.flat().filter(({ command }) => !command.startsWith('postgres: '));
  return [...found, ...own.map(({ pid, command }) => `${pid} ${command}`)];
}

describePlatform({ name: 'local', environment: process.env, temporaryFolder, traces });

describe('platform local, beyond what all platforms show', () => {
  const { signal } = new AbortController();
  const open = (environment: NodeJS.ProcessEnv = process.env, folder = temporaryFolder) =>
    openPlatform('local', { environment, temporaryFolder: folder });
  const onStep = (): void => undefined;

  beforeEach(async (context) => {
    const unmet = (await (await open()).requirements(signal)).find(({ met }) => !met);
    if (unmet?.met === false) context.skip(`platform local: ${unmet.name}: ${unmet.problem}`);
  });

  test('a replica that dies is told of, and the others go on', async () => {
    await using stack = await (await open()).up({ runId: 'dying', signal, onStep });
    const deployment = await stack.deploy(topology({ replicas: 2 }), signal);
    const [folder = ''] = await folders('dying');
    const replica = (await findInhabitants(folder)).find(({ command }) => command.includes('target-app.mjs serve'));
    if (replica === undefined) throw new Error('no replica was found');
    process.kill(replica.pid, 'SIGKILL');

    const problems = async (): Promise<readonly string[]> =>
      (await deployment.scrape(signal)).flatMap((metrics) => ('problem' in metrics ? [metrics.problem] : []));
    await expect.poll(problems).toEqual([expect.stringMatching(/^it was killed by SIGKILL$/)]);
    const again = await stack.deploy(topology({ replicas: 2 }), signal);
    expect(total(await again.scrape(signal), 'http_requests_total')).toBe(0);
  });

  test('several processes in each replica', async () => {
    await using stack = await (await open()).up({ runId: 'workers', signal, onStep });
    const deployment = await stack.deploy(topology({ app: { workers: 2 } }), signal);
    expect((await fetch(`${String(deployment.urls[0])}/todos/1`)).status).toBe(200);
    expect(await deployment.scrape(signal)).toHaveLength(1);
  });

  test('a program that is missing is named, with the packages that bring it', async () => {
    const { PATH: _, ...environment } = process.env;
    const platform = await open({ ...environment, PATH: temporaryFolder });
    const error = await failure(platform.up({ runId: 'missing', signal, onStep }));
    expect(error.message).toBe('redis-server is not on PATH.');
    expect(error.hint).toContain('redis-server');
    expect(await traces('missing')).toEqual([]);
    const requirements = await platform.requirements(signal);
    expect(requirements.find(({ name }) => name === 'redis-server')?.met).toBe(false);
  });

  test('a temporary folder that is not there is named', async () => {
    const platform = await open(process.env, path.join(temporaryFolder, 'nowhere'));
    const error = await failure(platform.up({ runId: 'nowhere', signal, onStep }));
    expect(error.message).toContain('nowhere');
    expect(error.hint).toContain('TMPDIR');
  });

  test('cleans up a folder that is only half made, and leaves those of others alone', async () => {
    const folder = path.join(temporaryFolder, 'scale-lab-half-made-999999-1');
    const others = path.join(temporaryFolder, 'scale-lab-notes');
    await Promise.all([mkdir(folder), mkdir(others)]);
    const platform = await open();
    expect(await platform.clean(signal)).toEqual([{ runId: 'half-made', kind: 'folder', description: folder }]);
    expect(await readdir(temporaryFolder)).toContain('scale-lab-notes');
  });
});
