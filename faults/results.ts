import { execFile } from 'node:child_process';
import { appendFile, mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { packageFolder } from '../src/machine/package.ts';
import { caseText, commandNames, phases, placeNames, systemNames } from './case.ts';

/** Raised whenever cases are judged by other rules: those of before are not added to those of now. */
const harnessVersion = 2;

const resultSchema = z.object({
  /** Of the lab that was tried. */
  commit: z.string(),
  seed: z.int(),
  number: z.int(),
  platform: z.enum(placeNames),
  command: z.enum(commandNames),
  fault: z.string(),
  system: z.enum(systemNames).default('stores').describe('The first cases had no other'),
  phase: z.enum(phases),
  share: z.number(),
  outcome: z.enum(['held', 'failed', 'too late']),
  code: z.int().optional(),
  tookMs: z.number(),
  said: z.string().optional().describe('The sentence of its first error'),
  failed: z.array(z.object({ check: z.string(), why: z.string() })),
});

/** A case, and what became of it. */
export type Result = z.infer<typeof resultSchema>;

const file = path.join(packageFolder, 'faults', 'cases', `version-${harnessVersion}.jsonl`);

/** Enough to know what it was. */
const mostCharacters = 200;

/** The results that are kept, of all parts, each case once: where it was tried again, what came of it last. */
export async function readResults(): Promise<readonly Result[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const results = new Map<string, Result>();
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const result = resultSchema.parse(JSON.parse(line));
    results.set([result.seed, result.number, caseText(result)].join(' '), result);
  }
  return [...results.values()];
}

/** Keeps a result beside the others, in a line. */
export async function keepResult(result: Result): Promise<void> {
  const failed = result.failed.map(({ check, why }) => ({ check, why: why.slice(0, mostCharacters) }));
  await mkdir(path.dirname(file), { recursive: true });
  await appendFile(file, `${JSON.stringify({ ...result, said: result.said?.slice(0, mostCharacters), failed })}\n`);
}

/** The commit that is checked out, with a `+` where something differs from it. */
export async function commitNow(): Promise<string> {
  const git = async (...args: readonly string[]): Promise<string> =>
    (await promisify(execFile)('git', [...args], { cwd: packageFolder })).stdout.trim();
  const changed = await git('status', '--porcelain', '--untracked-files=no', '--', 'src');
  return `${await git('rev-parse', '--short', 'HEAD')}${changed === '' ? '' : '+'}`;
}
