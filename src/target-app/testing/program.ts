import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';
import * as z from 'zod/mini';

/** The program as one file, as it is deployed. */
export interface Bundle {
  readonly file: string;
  [Symbol.dispose](): void;
}

/** A line of the program's log. */
export type LogLine = z.infer<typeof LogLine>;
const LogLine = z.looseObject({ msg: z.string(), port: z.optional(z.int()), worker: z.optional(z.int()) });

/** The program, running. */
export interface Program {
  readonly process: ChildProcess;
  /** Resolves with the nth line whose message contains `text`, counted from the start; fails if the program ends first. */
  line(text: string, nth?: number): Promise<LogLine>;
  /** Resolves with the exit code, and everything that was written. */
  readonly ended: Promise<{ code: number | null; output: string; errors: string }>;
}

/** Bundles the program into a temporary folder, in the way of scripts/bundle.mjs. */
export async function bundle(): Promise<Bundle> {
  const folder = mkdtempSync(join(tmpdir(), 'target-app-bundle-'));
  const file = join(folder, 'target-app.mjs');
  await build({
    entryPoints: [fileURLToPath(new URL('../main.ts', import.meta.url))],
    outfile: file,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    banner: {
      js: "import { createRequire as requireHere } from 'node:module'; const require = requireHere(import.meta.url);",
    },
    logLevel: 'error',
  });
  return { file, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Starts the program with nothing in its environment but what is given. */
export function start(file: string, args: readonly string[], environment: Record<string, string>): Program {
  const child = spawn(process.execPath, [file, ...args], { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  const output = createInterface({ input: child.stdout });
  output.on('line', (line) => {
    lines.push(line);
    for (const look of waiting) look();
  });
  const ended = Promise.all([once(child, 'close'), once(output, 'close')]).then(() => ({
    code: child.exitCode,
    output: lines.join('\n'),
    errors,
  }));

  return {
    process: child,
    ended,
    async line(text, nth = 1) {
      const found = new Promise<LogLine>((resolve) => {
        const look = (): void => {
          const line = lines.filter((each) => each.includes(text))[nth - 1];
          if (line === undefined) return;
          waiting.delete(look);
          resolve(LogLine.parse(JSON.parse(line)));
        };
        waiting.add(look);
        look();
      });
      const never = ended.then((end) => {
        throw new Error(`the program ended without a line about ${text}: ${JSON.stringify(end)}`);
      });
      return Promise.race([found, never]);
    },
  };
}
