// The programs that the local platform needs from the machine: redis-server, nginx, rabbitmq-server and pgbouncer.
// Kafka is in no package of Debian's: whoever wants it says where it is, by KAFKA_HOME, and `doctor` says how.
import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import { execute, readStamp, say, SetupError, writeStamp } from './common.mjs';

/**
 * The same as in src/machine/executable.ts, but for what could not be installed before, and only some scenarios need. `units` are what
 * the packages have start with the machine.
 */
export function missingPrograms() {
  const folders = [...(process.env.PATH ?? '').split(path.delimiter).filter(path.isAbsolute)];
  folders.push('/usr/sbin', '/usr/local/sbin', '/opt/homebrew/bin', '/opt/homebrew/sbin');
  const packages = [
    { program: 'redis-server', debian: 'redis-server', homebrew: 'redis', port: 6379, units: ['redis-server'] },
    { program: 'nginx', debian: 'nginx-light', homebrew: 'nginx', port: 80, units: ['nginx'] },
    {
      program: 'rabbitmq-server',
      debian: 'rabbitmq-server',
      homebrew: 'rabbitmq',
      port: 5672,
      units: ['rabbitmq-server', 'epmd.service', 'epmd.socket'],
      onlyFor: 'scenarios with rabbitmq',
    },
    {
      program: 'pgbouncer',
      debian: 'pgbouncer',
      homebrew: 'pgbouncer',
      port: 6432,
      units: ['pgbouncer'],
      onlyFor: 'scenarios with pgbouncer',
    },
  ];
  const { without = [] } = readStamp();
  const wanted = packages.filter(({ program }) => !without.includes(program));
  return wanted.filter(({ program }) => !folders.some((folder) => isExecutable(path.join(folder, program))));
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
units=$1; shift
install "$@" || { apt-get update -q && install "$@"; } || exit 1
if [ -d /run/systemd/system ]; then
  for unit in $units; do systemctl disable "$unit" || true; done
fi
`;

export async function installPrograms() {
  const missing = missingPrograms();
  const needed = missing.filter(isNeeded);
  if (needed.length > 0) await install(needed);
  for (const one of missing.filter((program) => !isNeeded(program))) await installIfPossible(one);
}

function isNeeded({ onlyFor }) {
  return onlyFor === undefined;
}

/** Does without a program that only some scenarios need, and does not try again. */
async function installIfPossible(missing) {
  try {
    await install([missing]);
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    const { program, onlyFor } = missing;
    say(`${error.message} Only ${onlyFor} need it.`);
    writeStamp({ without: [...(readStamp().without ?? []), program] });
  }
}

async function install(missing) {
  const names = missing.map(({ program }) => program).join(' and ');
  const debian = missing.map((program) => program.debian);
  const homebrew = missing.map((program) => program.homebrew);
  const units = missing.flatMap((program) => program.units).join(' ');
  const message = `${names} ${missing.length === 1 ? 'is' : 'are'} missing. Install with: apt-get install ${debian.join(' ')} (Debian, Ubuntu), brew install ${homebrew.join(' ')} (macOS).`;

  if (process.platform === 'darwin' && spawnSync('brew', ['--version']).status === 0) {
    say(`Installing ${names} (brew install ${homebrew.join(' ')})`);
    execute('brew', ['install', '--quiet', ...homebrew], message);
  } else if (process.platform === 'linux' && spawnSync('apt-get', ['--version']).status === 0) {
    const become = rootCommand(missing.some(isNeeded));
    if (become === undefined) throw new SetupError(message);
    say(`Installing ${names} (apt-get install ${debian.join(' ')})`);
    const busyBefore = await Promise.all(missing.map(({ port }) => isListening(port)));
    const [command, ...args] = [...become, 'sh', '-c', aptScript, 'sh', units, ...debian];
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
  const left = missingPrograms().map(({ program }) => program);
  if (missing.some(({ program }) => left.includes(program))) throw new SetupError(message);
}

/** How to become root: not at all, by sudo without a question, or, if it `mayAsk`, with one where there is somebody to answer. */
function rootCommand(mayAsk) {
  if (process.getuid() === 0) return [];
  if (spawnSync('sudo', ['-n', 'true']).status === 0) return ['sudo', '-n'];
  const sudoExists = spawnSync('sudo', ['--version']).status === 0;
  return mayAsk && sudoExists && process.stdin.isTTY && process.stderr.isTTY ? ['sudo'] : undefined;
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
