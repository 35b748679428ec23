import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { median } from '../src/analysis/summary.ts';
import { packageFolder } from '../src/machine/package.ts';
import { runRecordSchema, type RunRecord } from '../src/record/run-record.ts';
import { openReporter } from '../src/reporters/index.ts';
import { cell, type JudgedSection } from './judged.ts';
import { table } from './statistics.ts';

const goals = { renderMs: 2000, usualBytes: 1_000_000, largeBytes: 5_000_000 };
const large = 200;
const rounds = 4;
const times = 5;

/** A run of the quick start, as `npm start` makes it. */
async function quickStart(): Promise<RunRecord> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'scale-lab-bench-'));
  try {
    const program = path.join(packageFolder, 'dist', 'cli', 'main.js');
    const child = spawn(process.execPath, [program, 'run', '--out', folder], { stdio: 'ignore' });
    await new Promise((resolve) => child.once('close', resolve));
    const [id = ''] = await readdir(folder);
    return runRecordSchema.parse(JSON.parse(await readFile(path.join(folder, id, 'run.json'), 'utf8')));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The same run with so many trials, in as many rows as four rounds of each leave: every row is a line in every chart. */
function repeated(record: RunRecord, count: number): RunRecord {
  const rows = count / rounds;
  const trials = Array.from({ length: count }, (_, index) => {
    const trial = record.trials[(index % rows) % record.trials.length];
    if (!trial) throw new Error('nothing was measured');
    return { ...trial, number: index + 1, replicas: 1 + (index % rows), round: 1 + Math.floor(index / rows) };
  });
  return { ...record, trials };
}

/** How long the HTML report takes, and how large it is: of a usual run, and of one with many trials. */
export async function benchReport(): Promise<JudgedSection> {
  const render = await openReporter('html');
  const usual = await quickStart();
  const rows = [
    { name: `npm start, ${usual.trials.length} trials`, record: usual, most: goals.usualBytes },
    { name: `${large} trials`, record: repeated(usual, large), most: goals.largeBytes },
  ].map(({ name, record, most }) => {
    const taken = Array.from({ length: times }, () => {
      const startMs = performance.now();
      const page = render(record, { columns: 100, color: false });
      return { ms: performance.now() - startMs, bytes: Buffer.byteLength(page) };
    });
    const ms = median(taken.map((one) => one.ms));
    const bytes = Math.max(...taken.map((one) => one.bytes));
    return { name, ms, bytes, isFast: ms < goals.renderMs, isSmall: bytes < most };
  });
  const section = [
    '## The HTML report',
    `The report of a run of the quick start, and of the same trials repeated to ${large}, ${large / rounds} rows of ${rounds} rounds: the median time of ${times}
renderings, and the size of the file. Goals: ${goals.renderMs / 1000} s; ${goals.usualBytes / 1e6} MB for a usual run, ${goals.largeBytes / 1e6} MB for ${large} trials.`,
    table(
      ['run', 'time', 'size'],
      rows.map(({ name, ms, bytes, isFast, isSmall }) => [
        name,
        cell(ms, isFast, ' ms'),
        cell(bytes / 1e6, isSmall, ' MB'),
      ]),
    ),
  ].join('\n\n');
  return { section, passed: rows.every(({ isFast, isSmall }) => isFast && isSmall) };
}
