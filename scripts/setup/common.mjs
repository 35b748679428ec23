// What every step of the set-up uses: where things are, what was done before, and how something is run.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.dirname(path.dirname(path.dirname(fileURLToPath(import.meta.url))));
const stampFile = inRoot('node_modules/.scale-lab-setup.json');

/** Something that a user can act on; everything else that is thrown is a bug. */
export class SetupError extends Error {}

export function inRoot(file) {
  return path.join(root, file);
}

export function say(line) {
  process.stderr.write(`${line}\n`);
}

/** The text of a file; undefined where there is none. */
export function read(file) {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

export function readJson(file) {
  return JSON.parse(read(file) ?? '{}');
}

export function hash(text) {
  return createHash('sha256').update(text).digest('hex');
}

/** What the steps noted when they were last done. */
export function readStamp() {
  return readJson(stampFile);
}

export function writeStamp(change) {
  const next = `${stampFile}.${process.pid}`;
  writeFileSync(next, `${JSON.stringify({ ...readStamp(), ...change })}\n`);
  renameSync(next, stampFile);
}

export function npm(args) {
  const cli = process.env.npm_execpath;
  const [command, first] = cli?.endsWith('.js') ? [process.execPath, [cli]] : ['npm', []];
  execute(command, [...first, ...args], `npm ${args[0] === 'run' ? 'run build' : 'ci'} failed.`);
}

/** Runs something quietly; what it printed is shown when it fails. */
export function execute(command, args, problem, stdin = 'ignore') {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd: root,
    stdio: [stdin, 'pipe', 'pipe'],
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  if (status === 0) return;
  const printed = `${error?.message ?? ''}${stdout ?? ''}${stderr ?? ''}`.trimEnd().split('\n').slice(-40);
  throw new SetupError([...printed, problem].join('\n'));
}
