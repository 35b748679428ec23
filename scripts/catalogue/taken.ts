import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { writeWhole } from '../../src/machine/folder.ts';
import { packageFolder } from '../../src/machine/package.ts';
import { UsageError } from '../../src/model/errors.ts';
import { platformNames } from '../../src/platforms/platform.ts';
import type { RunRecord } from '../../src/record/run-record.ts';
import { layoutOf } from '../../src/reporters/layout.ts';
import { table, verdictLine } from '../../src/reporters/markdown.ts';

const takenSchema = z.object({
  scenario: z.string(),
  platform: z.enum(platformNames),
  /** Of what ran. */
  commit: z.string(),
  machine: z.string(),
  on: z.iso.date(),
  command: z.string(),
  question: z.string(),
  /** The headline. */
  answer: z.string(),
  /** As Markdown, as are the verdicts. */
  tables: z.array(z.string()),
  verdicts: z.array(z.string()),
});

/** What a run of one scenario on one platform has shown, as far as the catalogue tells it. */
export type Taken = z.infer<typeof takenSchema>;

/** What of the run of one scenario goes into the catalogue, by the layout of all reports. */
export function takenOf(record: RunRecord, { platform, commit }: Pick<Taken, 'platform' | 'commit'>): Taken {
  const { sections, facts } = layoutOf(record);
  const [section] = sections;
  if (!section) throw new Error('nothing was measured');
  return {
    scenario: section.title,
    platform,
    commit,
    machine: facts.find(([name]) => name === 'machine')?.[1] ?? '',
    on: record.startedAt.slice(0, 10),
    command: ['scale-lab run', section.title, ...optionFor(platform), '--seed', record.seed].join(' '),
    question: section.question,
    answer: section.answer,
    tables: [section.timings, section.evidence].map(table).filter((text) => text !== ''),
    verdicts: section.verdicts.map(verdictLine),
  };
}

/** The option without which a run would be on another platform. */
export function optionFor(platform: Taken['platform']): readonly string[] {
  return platform === 'local' ? [] : ['--platform', platform];
}

const file = path.join(packageFolder, 'scripts', 'catalogue', 'taken.jsonl');

/** What is kept of all sittings. */
export async function readTaken(): Promise<readonly Taken[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line) => takenSchema.parse(JSON.parse(line)));
}

/** Keeps these in place of what was kept, a line each. */
export async function writeTaken(taken: readonly Taken[]): Promise<void> {
  await writeWhole(file, taken.map((one) => `${JSON.stringify(one)}\n`).join(''));
}

/** What decides about what a run shows: code without its tests, and what it is built from. */
const whatRuns = ['src', ':!src/**/*.test.ts', 'scenarios.yaml', 'package-lock.json', 'scripts/bundle.mjs'];

/**
 * The commit that last changed what runs: one that keeps results, or mends a page, leaves it as it is.
 * @throws {UsageError} where something of it has changed since, and nobody could say what was measured
 */
export async function commitOfWhatRuns(): Promise<string> {
  const git = async (...args: readonly string[]): Promise<string> =>
    (await promisify(execFile)('git', [...args, '--', ...whatRuns], { cwd: packageFolder })).stdout.trim();
  const changed = await git('status', '--porcelain');
  if (changed !== '') {
    throw new UsageError('What runs differs from its last commit, so that no commit says what was measured.', {
      hint: 'Commit it first, or stash it.',
      details: changed.split('\n').slice(0, 10),
    });
  }
  return git('log', '-1', '--abbrev=12', '--format=%h');
}
