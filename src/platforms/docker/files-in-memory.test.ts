import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { filesFolder, toWrite } from './files-in-memory.ts';

const text = `one "line" with $HOME, \`date\` and 100 %\\n\nanother one's\n`;
const files = [
  { name: 'open.conf', text },
  { name: 'secret.conf', text: { secret: 'a-password' } },
];

/** Runs what a container would, with another folder in place of the one in memory. */
function run(script: string, folder: string, environment: Readonly<Record<string, string>>): string {
  const here = script.replaceAll(filesFolder, folder);
  const options = { env: { PATH: process.env.PATH, ...environment }, encoding: 'utf8', stdio: 'pipe' } as const;
  return execFileSync('sh', ['-c', `umask 022\n${here}exec "$@"`, 'sh', 'env'], options);
}

function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'files-in-memory-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

test('files are written as they are, a secret one for its owner only, and no program after them is told of it', () => {
  const folder = temporaryFolder();
  const { script, environment } = toWrite(files);
  const seen = run(script, folder, environment);
  expect(readFileSync(path.join(folder, 'open.conf'), 'utf8')).toBe(text);
  expect(readFileSync(path.join(folder, 'secret.conf'), 'utf8')).toBe('a-password');
  const modes = ['open.conf', 'secret.conf'].map((name) => statSync(path.join(folder, name)).mode & 0o777);
  expect(modes).toEqual([0o644, 0o600]);
  expect(seen).not.toMatch(/a-password|SCALE_LAB_FILE/);
});

test('texts stand in variables, never in the script: a list of processes shows that', () => {
  const { script, environment } = toWrite(files);
  expect(script).not.toContain('a-password');
  expect(Object.values(environment)).toEqual([text, 'a-password']);
});

test('a program is not started without its files', () => {
  const { script, environment } = toWrite(files);
  expect(() => run(script, path.join(temporaryFolder(), 'nowhere'), environment)).toThrow(/nowhere/);
});

test('where there are no files there is nothing to do', () => {
  expect(toWrite([])).toEqual({ script: '', environment: {}, folders: [] });
});
