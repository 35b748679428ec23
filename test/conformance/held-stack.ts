import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';
import { packageFolder } from '../../src/machine/package.ts';
import type { PlatformUnderTest } from './platform-under-test.ts';

/** Another process that holds a stack. */
export interface HeldStack extends AsyncDisposable {
  /** Kills it, as the kernel would: without a word. */
  kill(): Promise<void>;
}

/** Starts another process that brings a stack up, and waits until it has. */
export async function holdStack(underTest: PlatformUnderTest, runId: string): Promise<HeldStack> {
  const { name, temporaryFolder, environment } = underTest;
  const program = path.join(packageFolder, '.cache', `hold-stack-${process.pid}-${runId}.mjs`);
  await build({
    entryPoints: [path.join(packageFolder, 'test/conformance/hold-stack.ts')],
    outfile: program,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
  });
  const child = spawn(process.execPath, [program, name, temporaryFolder, runId], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: environment,
  });
  const kill = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  try {
    await saysUp(child);
  } catch (error) {
    await kill();
    throw error;
  } finally {
    await rm(program, { force: true });
  }
  return { kill, [Symbol.asyncDispose]: kill };
}

function saysUp(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.stdout?.once('data', () => resolve());
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the process that was to hold a stack ended with ${String(code)}`)));
  });
}
