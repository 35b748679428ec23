// Runs tests by other versions of Node.js, each from the npm package `node`:
//   npm run test:nodes -- [VERSION...] [-- ARGUMENT OF VITEST...]
// Without versions: 22 and 24, beside the one of this machine. Without arguments: a few files that start every program of the lab.
import { spawnSync } from 'node:child_process';
import { mkdirSync, existsSync } from 'node:fs';
import path from 'node:path';

const end = process.argv.indexOf('--', 2);
const named = process.argv.slice(2, end === -1 ? undefined : end);
const versions = named.length > 0 ? named : ['22', '24'];
const few = [
  'src/worker/main.test.ts',
  'src/target-app/main.test.ts',
  'src/histogram',
  'src/platforms/local',
  'test/e2e/failed-sides.test.ts',
];
const selection = end === -1 ? few : process.argv.slice(end + 1);

/** The folder of a version's programs; installed where it is not there yet. */
function folderOf(version) {
  const folder = path.resolve('.cache', `node-${version}`);
  const programs = path.join(folder, 'node_modules', 'node', 'bin');
  if (existsSync(path.join(programs, 'node'))) return programs;
  mkdirSync(folder, { recursive: true });
  const options = ['--no-save', '--no-audit', '--no-fund', '--no-package-lock', '--loglevel=error'];
  run('npm', ['install', '--prefix', folder, ...options, `node@${version}`], process.env);
  return programs;
}

function run(command, args, env) {
  const { status, error } = spawnSync(command, args, { stdio: 'inherit', env });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

for (const version of versions) {
  if (!/^\d+(\.\d+){0,2}$/.test(version)) {
    process.stderr.write(`"${version}" is no version of Node.js: write 22, or 22.12.0\n`);
    process.exit(2);
  }
  const folder = folderOf(version);
  const env = { ...process.env, PATH: [folder, process.env.PATH].join(path.delimiter) };
  const node = path.join(folder, 'node');
  process.stdout.write(`By Node.js ${spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.trim()}:\n`);
  run(node, [path.resolve('node_modules', 'vitest', 'vitest.mjs'), 'run', ...selection], env);
}
