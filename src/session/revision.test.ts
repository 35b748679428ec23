import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { scenarioFile } from '../../test/fakes/scenario.ts';
import { isHosted } from '../model/system.ts';
import { revisionOf } from './revision.ts';

const { PATH, HOME } = process.env;
const environment = { PATH, HOME };

/** A folder with a repository of one commit in `base`. */
async function checkout(): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'revision-'));
  onTestFinished(async () => rm(folder, { recursive: true }));
  const base = path.join(folder, 'base');
  await mkdir(base);
  await writeFile(path.join(base, 'server.js'), 'one');
  const git = async (...args: readonly string[]) => promisify(execFile)('git', [...args], { cwd: base });
  await git('init', '--quiet');
  await git('add', '.');
  await git('-c', 'user.name=A', '-c', 'user.email=a@example.com', 'commit', '--quiet', '--message', 'one');
  return folder;
}

async function revision(folder: string, command: string): Promise<string | undefined> {
  const { scenarios } = scenarioFile({
    scenarios: { mine: { question: 'Which?', workload: ['GET /'], target: { command } } },
  });
  const system = scenarios[0]?.variants[0]?.system;
  if (system === undefined || !isHosted(system) || system.kind !== 'command') throw new Error('there is no command');
  return revisionOf({ ...system, folder }, environment, new AbortController().signal);
}

test('the revision of the folder that a command changes to, or is started in', async () => {
  const folder = await checkout();
  for (const command of ['cd base && node server.js', "cd 'base'; node server.js", ' cd "base" && npm start']) {
    expect(await revision(folder, command), command).toMatch(/^[0-9a-f]{10}$/);
  }
  expect(await revision(path.join(folder, 'base'), 'node server.js')).toMatch(/^[0-9a-f]{10}$/);
});

test('that it was changed since', async () => {
  const folder = await checkout();
  await writeFile(path.join(folder, 'base', 'server.js'), 'two');
  expect(await revision(folder, 'cd base && node server.js')).toMatch(/^[0-9a-f]{10}-dirty$/);
});

test('none where there is no repository, or nobody knows the folder', async () => {
  const folder = await checkout();
  expect(await revision(folder, 'node base/server.js')).toBeUndefined();
  expect(await revision(folder, 'cd elsewhere && node server.js')).toBeUndefined();
});
