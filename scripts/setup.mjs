// Sets up a fresh clone: packages, build, and the programs that the local platform needs. Says one line for each thing that
// it does, and takes no time when there is nothing to do. Plain Node, because nothing is installed yet when it runs.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, linkSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const inRoot = (file) => path.join(root, file);
const stampFile = inRoot('node_modules/.scale-lab-setup.json');
const lockFile = inRoot('.cache/setup.lock');
const cannot = 4; // as in src/errors.ts: the lab itself could not do it

class SetupError extends Error {}

const say = (line) => process.stderr.write(`${line}\n`);
const read = (file) => (existsSync(file) ? readFileSync(file, 'utf8') : undefined);
const readJson = (file) => JSON.parse(read(file) ?? '{}');
const hash = (text) => createHash('sha256').update(text).digest('hex');

// What there is to do. Each step says whether it is done, and does it.
const steps = [
  { isDone: packagesAreInstalled, do: installPackages },
  { isDone: buildIsCurrent, do: build },
  { isDone: () => missingPrograms().length === 0, do: installPrograms },
];

async function setUp() {
  checkNode();
  if (steps.every((step) => step.isDone())) {
    if (!process.argv.includes('--quiet-if-done')) say('Everything is set up.');
    return;
  }
  await takeLock();
  try {
    // Again, one by one: another set-up may have done some of it while this one waited.
    for (const step of steps) if (!step.isDone()) await step.do();
  } finally {
    rmSync(lockFile, { force: true });
  }
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  throw new SetupError(`scale-lab needs Node.js 20.19 or later; this is ${process.versions.node}.`);
}

// --- packages

function packagesStamp() {
  return `${hash(read(inRoot('package-lock.json')) ?? '')} node ${process.versions.node.split('.')[0]}`;
}

function packagesAreInstalled() {
  const installed = readJson(inRoot('node_modules/.package-lock.json')).packages;
  if (installed === undefined) return false;
  if (readJson(stampFile).packages === packagesStamp()) return true;
  if (!matchesLock(installed)) return false;
  writeStamp({ packages: packagesStamp() });
  return true;
}

/** Whether npm's own record of what it installed, by hand perhaps, is what the lock file asks for. */
function matchesLock(installed) {
  const fits = ({ os, cpu }) => (os ?? []).includes(process.platform) && (cpu ?? []).includes(process.arch);
  return Object.entries(readJson(inRoot('package-lock.json')).packages ?? {}).every(([name, wanted]) => {
    if (name === '' || installed[name]?.integrity === wanted.integrity) return true;
    return installed[name] === undefined && wanted.optional === true && (wanted.libc !== undefined || !fits(wanted));
  });
}

function installPackages() {
  say('Installing packages (npm ci)');
  npm(['ci', '--no-audit', '--no-fund', '--loglevel=error']);
  writeStamp({ packages: packagesStamp() });
}

// --- build

const outputs = ['dist/cli/main.js', 'dist/target-app.mjs', 'dist/load-worker.mjs', 'dist/agent.mjs'];

function buildStamp() {
  const configuration = readdirSync(root).filter((name) => /^tsconfig.*\.json$/.test(name));
  const sources = filesBelow('src').filter((file) => !file.endsWith('.test.ts'));
  const files = [...sources, ...configuration, 'scripts/bundle.mjs', 'package.json', 'package-lock.json'].sort();
  const contents = files.map((file) => `${file} ${hash(readFileSync(inRoot(file)))}`);
  // A build made by hand from other sources shows in the outputs' times.
  const times = outputs.map((file) => (existsSync(inRoot(file)) ? statSync(inRoot(file)).mtimeMs : 0));
  return hash([...contents, ...times].join('\n'));
}

function filesBelow(folder) {
  return readdirSync(inRoot(folder), { withFileTypes: true }).flatMap((entry) => {
    const file = `${folder}/${entry.name}`;
    return entry.isDirectory() ? filesBelow(file) : [file];
  });
}

function buildIsCurrent() {
  return outputs.every((file) => existsSync(inRoot(file))) && readJson(stampFile).build === buildStamp();
}

function build() {
  say('Building');
  npm(['run', 'build', '--silent']);
  writeStamp({ build: buildStamp() });
}

function writeStamp(change) {
  const next = `${stampFile}.${process.pid}`;
  writeFileSync(next, `${JSON.stringify({ ...readJson(stampFile), ...change })}\n`);
  renameSync(next, stampFile);
}

// --- programs

/** The same as in src/platforms/common/executable.ts. */
function missingPrograms() {
  const folders = [...(process.env.PATH ?? '').split(path.delimiter).filter(path.isAbsolute)];
  folders.push('/usr/sbin', '/usr/local/sbin', '/opt/homebrew/bin', '/opt/homebrew/sbin');
  const packages = [
    { program: 'redis-server', debian: 'redis-server', homebrew: 'redis', port: 6379 },
    { program: 'nginx', debian: 'nginx-light', homebrew: 'nginx', port: 80 },
  ];
  return packages.filter(({ program }) => !folders.some((folder) => isExecutable(path.join(folder, program))));
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

// The packages start their servers and have them start with the machine; the lab needs the programs only.
const aptScript = `
policy=/usr/sbin/policy-rc.d
trap 'exit 1' HUP INT TERM
if [ ! -e "$policy" ]; then
  trap 'rm -f "$policy"' EXIT
  printf '#!/bin/sh\\nexit 101\\n' > "$policy" && chmod 755 "$policy"
fi
export DEBIAN_FRONTEND=noninteractive
install() { apt-get install -q -y --no-install-recommends -o DPkg::Lock::Timeout=120 "$@"; }
install "$@" || { apt-get update -q && install "$@"; } || exit 1
if [ -d /run/systemd/system ]; then
  for package; do systemctl disable "$(echo "$package" | sed s/-light//)" || true; done
fi
`;

async function installPrograms() {
  const missing = missingPrograms();
  const names = missing.map(({ program }) => program).join(' and ');
  const debian = missing.map((program) => program.debian);
  const homebrew = missing.map((program) => program.homebrew);
  const message = `${names} ${missing.length === 1 ? 'is' : 'are'} missing. Install with: apt-get install ${debian.join(' ')} (Debian, Ubuntu), brew install ${homebrew.join(' ')} (macOS).`;

  if (process.platform === 'darwin' && spawnSync('brew', ['--version']).status === 0) {
    say(`Installing ${names} (brew install ${homebrew.join(' ')})`);
    execute('brew', ['install', '--quiet', ...homebrew], message);
  } else if (process.platform === 'linux' && spawnSync('apt-get', ['--version']).status === 0) {
    const become = rootCommand();
    if (become === undefined) throw new SetupError(message);
    say(`Installing ${names} (apt-get install ${debian.join(' ')})`);
    const busyBefore = await Promise.all(missing.map(({ port }) => isListening(port)));
    const [command, ...args] = [...become, 'sh', '-c', aptScript, 'sh', ...debian];
    execute(command, args, message, become.includes('-n') || become.length === 0 ? 'ignore' : 'inherit');
    for (const [index, { program, port }] of missing.entries()) {
      if (busyBefore[index] || !(await isListening(port))) continue;
      say(`Stopping ${program}, which its package started`);
      const [stop, ...stopArgs] = [...become, 'service', program, 'stop'];
      execute(stop, stopArgs, `${program} was started by its package and listens on port ${port}; stop it.`);
    }
  } else {
    throw new SetupError(message);
  }
  if (missingPrograms().length > 0) throw new SetupError(message);
}

/** How to become root: not at all, by sudo without a question, or by sudo with one where there is somebody to answer. */
function rootCommand() {
  if (process.getuid() === 0) return [];
  if (spawnSync('sudo', ['-n', 'true']).status === 0) return ['sudo', '-n'];
  const sudoExists = spawnSync('sudo', ['--version']).status === 0;
  return sudoExists && process.stdin.isTTY && process.stderr.isTTY ? ['sudo'] : undefined;
}

function isListening(port) {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', timeout: 1000 });
    const done = (answer) => () => {
      socket.destroy();
      resolve(answer);
    };
    socket.on('connect', done(true)).on('error', done(false)).on('timeout', done(false));
  });
}

// --- running things

function npm(args) {
  const cli = process.env.npm_execpath;
  const [command, first] = cli?.endsWith('.js') ? [process.execPath, [cli]] : ['npm', []];
  execute(command, [...first, ...args], `npm ${args[0] === 'run' ? 'run build' : 'ci'} failed.`);
}

/** Runs something quietly; what it printed is shown when it fails. */
function execute(command, args, problem, stdin = 'ignore') {
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

// --- one set-up at a time

/** Who holds the lock: a process id alone may be somebody else's by now. */
function identity(pid) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (error.code !== 'EPERM') return undefined;
  }
  const stat = read(`/proc/${pid}/stat`);
  return `${pid} ${stat === undefined ? '' : stat.slice(stat.lastIndexOf(')')).split(' ')[20]}`;
}

async function takeLock() {
  mkdirSync(path.dirname(lockFile), { recursive: true });
  const own = `${lockFile}.${process.pid}`;
  writeFileSync(own, identity(process.pid));
  try {
    let told = false;
    for (;;) {
      try {
        linkSync(own, lockFile); // atomic, and never without its content
        return;
      } catch (error) {
        if (error.code !== 'EEXIST') throw error;
      }
      const holder = read(lockFile);
      if (holder === undefined) continue;
      if (identity(Number.parseInt(holder, 10)) !== holder) breakLock(holder, `${own}.stale`);
      if (!told) say(`Waiting for another set-up (process ${holder.split(' ')[0]})`);
      told = true;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  } finally {
    rmSync(own, { force: true });
  }
}

/** Takes away the lock of a process that is gone, unless somebody was faster and the lock is already a new one. */
function breakLock(holder, aside) {
  try {
    renameSync(lockFile, aside);
    if (read(aside) !== holder) linkSync(aside, lockFile);
  } catch {
    // Somebody was faster.
  }
  rmSync(aside, { force: true });
}

try {
  await setUp();
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  say(error.message);
  process.exitCode = cannot;
}
