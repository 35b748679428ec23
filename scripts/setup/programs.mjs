// The programs that the local platform needs from the machine: redis-server and nginx.
import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import { execute, say, SetupError } from './common.mjs';

/** The same as in src/machine/executable.ts. */
export function missingPrograms() {
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

export async function installPrograms() {
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
