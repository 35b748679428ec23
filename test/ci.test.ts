import { spawnSync } from 'node:child_process';
import { chmod, cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { packageFolder } from '../src/machine/package.ts';

/** A folder with a checkout of `.ci` in it, the testbed beside that, and the only programs that there are. */
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'ci-'));
  await chmod(folder, 0o755);
  await cp(path.join(packageFolder, '.ci'), path.join(folder, 'checkout', '.ci'), { recursive: true });
  await mkdir(path.join(folder, 'bin'));
  for (const program of ['bash', 'cat', 'dirname', 'env', 'grep', 'sleep']) {
    const found = spawnSync('sh', ['-c', `command -v ${program}`], { encoding: 'utf8' }).stdout.trim();
    await symlink(found, path.join(folder, 'bin', program));
  }
});
afterEach(async () => rm(folder, { recursive: true }));

async function program(name: string, script: string): Promise<void> {
  const file = path.join(folder, name);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, `#!/usr/bin/env bash\n${script}\n`, { mode: 0o755 });
}

/** Runs a script in the checkout to its end; as another user than root where that is wanted. */
function bash(args: readonly string[], user: { readonly uid?: number } = {}): { code: number | null; said: string } {
  const env = { PATH: path.join(folder, 'bin') };
  const shell = path.join(folder, 'bin', 'bash');
  const { status, stdout, stderr } = spawnSync(shell, ['--norc', ...args], {
    cwd: path.join(folder, 'checkout'),
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    ...user,
  });
  return { code: status, said: stdout + stderr };
}

const sourced = (command: string): readonly string[] => [
  '-c',
  `set -euo pipefail; source .ci/testbed.sh; ${command}; echo went on`,
];

describe('the testbed of CI', () => {
  it('is told of by variables', async () => {
    await program('shared/testbed/docker-up', 'true');
    await program('shared/testbed/images-up', 'echo loading; echo NODE_IMAGE=node:1; echo REDIS_IMAGE=redis:2');
    await program('shared/testbed/kafka-up', 'echo KAFKA_HOME=/k');
    await program('shared/testbed/minikube-up', 'echo MINIKUBE=/m; echo MINIKUBE_HOME=/h');
    const told = 'echo "$SCALE_LAB_NODE_IMAGE $SCALE_LAB_REDIS_IMAGE $KAFKA_HOME $MINIKUBE $MINIKUBE_HOME"';
    expect(bash(sourced(`testbed_up; ${told}`))).toEqual({ code: 0, said: 'node:1 redis:2 /k /m /h\nwent on\n' });
  });

  it.each(['docker-up', 'images-up', 'kafka-up', 'kubernetes-up', 'minikube-up'])(
    'ends CI where %s fails',
    async (failing) => {
      await program('shared/testbed/docker-up', 'true');
      await program('shared/testbed/images-up', 'echo NODE_IMAGE=node:1');
      await program(
        `shared/testbed/${failing}`,
        'echo NODE_IMAGE=node:1; echo KAFKA_HOME=/h; echo KUBECONFIG=/k; echo MINIKUBE=/m; exit 7',
      );
      const { code, said } = bash(sourced('testbed_up'));
      expect(code, said).toBe(7);
      expect(said).not.toContain('went on');
    },
  );
});

describe('the programs of CI', () => {
  it('are installed with sudo where the user is not root', async () => {
    await program('bin/apt-get', 'true');
    await program('bin/sudo', 'echo "sudo $*" >&2');
    await program('bin/google-chrome', 'true');
    const nobody = process.getuid?.() === 0 ? { uid: 65534 } : {};
    const { code, said } = bash(sourced('programs_up'), nobody);
    expect(code, said).toBe(0);
    const asked = said.split('\n').filter((line) => line.startsWith('sudo '));
    expect(asked).toEqual([
      'sudo -n env apt-get update -qq',
      expect.stringMatching(
        /^sudo -n env DEBIAN_FRONTEND=noninteractive apt-get install .*zsh fish rabbitmq-server pgbouncer/,
      ),
    ]);
    // Another browser of its family is there.
    expect(said).not.toContain('chromium');
  });
});

it('CI tells of types that are wrong also where lint fails', async () => {
  await program('bin/node', 'true');
  for (const there of ['chromium', 'zsh', 'fish', 'rabbitmq-server', 'pgbouncer', 'apt-get'])
    await program(`bin/${there}`, 'true');
  const npm =
    'case $* in *typecheck) sleep 1; echo wrong types; exit 2;; *lint) echo unclean; exit 1;; *) echo tests;; esac';
  await program('bin/npm', npm);
  await program('bin/sudo', 'true');
  const { code, said } = bash(['.ci/run']);
  expect(said).toContain('unclean');
  expect(said).toContain('wrong types');
  expect(said).not.toContain('tests');
  expect(code).toBe(2);
});
