import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { median } from '../src/analysis/summary.ts';
import { packageFolder } from '../src/machine/package.ts';
import { formatBytes, plural } from '../src/model/numbers.ts';
import { cell, shortened, type JudgedSection } from './judged.ts';
import { bundle, startServer } from './programs.ts';
import { table } from './statistics.ts';

const ratePerSecond = 5000;
const wantedMinutes = 10;
const goals = { growth: 0.1, recordBytes: 1_000_000 };
/** A figure is the median over so many samples, one a second, as garbage comes and goes. */
const window = 10;
const firstSample = 60;

/** What the lab and its load worker hold while a long trial runs, and what they write of it. */
export async function benchMemory(minutes = wantedMinutes): Promise<JudgedSection> {
  await using server = await startServer(await bundle('known-server'), {});
  const { samples, recordBytes } = await watchRun(scenarioFile(server.url, minutes));
  const programs = (['lab', 'worker'] as const).map((program) => {
    const bytes = samples.map((sample) => sample[program]);
    const early = median(bytes.slice(firstSample - window, firstSample));
    const late = median(bytes.slice(-window));
    const growth = late / early - 1;
    // NaN, as of a run that is too short, is no pass.
    return { program, early, late, growth, passed: growth <= goals.growth };
  });
  const isSmall = recordBytes < goals.recordBytes;
  const section = [
    '## Memory over a long trial',
    `\`scale-lab run\` with ${ratePerSecond.toLocaleString('en-US')} requests a second for ${plural(minutes, 'minute')}: the resident memory of its processes after one
minute and at the end, each the median of ${window} s. Goals: at the end no more than ${goals.growth * 100}% above, and \`run.json\` below
${goals.recordBytes / 1e6} MB.`,
    ...shortened(minutes, wantedMinutes, 'minute'),
    table(
      ['what', 'after 1 minute', 'at the end', 'growth'],
      programs.map(({ program, early, late, growth, passed }) => {
        const name = program === 'lab' ? 'the lab' : 'its load worker';
        return [name, formatBytes(early), formatBytes(late), cell(growth * 100, passed, '%')];
      }),
    ),
    `\`run.json\`: ${cell(recordBytes / 1e6, isSmall, ' MB')}.`,
  ].join('\n\n');
  return { section, passed: isSmall && programs.every(({ passed }) => passed) };
}

const scenarioFile = (url: string, minutes: number): string => `version: 1
scenarios:
  long:
    question: Does the memory of the lab stay the same?
    target: { url: ${url} }
    workload: [GET /nothing]
    load: { rate: ${ratePerSecond}/s, warmup: 2s, duration: ${minutes}m }
`;

interface Sample {
  readonly lab: number;
  readonly worker: number;
}

/** Runs the lab, and looks at it each second from the start of its worker to the end of it. */
async function watchRun(scenarios: string): Promise<{ samples: readonly Sample[]; recordBytes: number }> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'scale-lab-bench-'));
  try {
    const file = path.join(folder, 'scenarios.yaml');
    const results = path.join(folder, 'results');
    await writeFile(file, scenarios);
    const program = path.join(packageFolder, 'dist', 'cli', 'main.js');
    const lab = spawn(process.execPath, [program, 'run', 'long', '--file', file, '--out', results], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const ended = once(lab, 'exit');
    const samples: Sample[] = [];
    while (lab.exitCode === null && lab.signalCode === null) {
      const sample = await sampleOf(lab.pid);
      if (sample !== undefined) samples.push(sample);
      await pause(1000);
    }
    await ended;
    const [id] = await readdir(results);
    if (id === undefined) throw new Error('scale-lab run left no result');
    return { samples, recordBytes: (await stat(path.join(results, id, 'run.json'))).size };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The resident memory of the lab and of the load worker that it started; undefined where it has none now. */
async function sampleOf(pid: number | undefined): Promise<Sample | undefined> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid=,rss=,args=']);
  const processes = stdout.split('\n').map((line) => {
    const [own, parent, kib] = line.trim().split(/\s+/, 3).map(Number);
    return { own, parent, bytes: (kib ?? NaN) * 1024, line };
  });
  const lab = processes.find(({ own }) => own === pid);
  const worker = processes.find(({ parent, line }) => parent === pid && line.includes('load-worker.mjs'));
  return lab && worker && { lab: lab.bytes, worker: worker.bytes };
}
