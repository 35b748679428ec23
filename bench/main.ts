// npm run bench: every figure of docs/benchmarks.md. Each section is taken side by side in one run.
// --write puts what was taken into that page; --only NAME takes one section: cached-read, replicas, overhead, docker,
// kubernetes, client, telemetry, accuracy or report. memory, gate, advice and pull-requests take long, and are taken only when they
// are named: --minutes N, --cycles N, --finding KIND, --times N and a second --only, with the name of a pull request, make them
// shorter; with pacing, stalls or queue it is that part of accuracy.
// The exit code is 1 where figures that have goals miss them, and 2 where the command line is wrong, or the page would lose what it has.
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describeError } from '../src/cli/describe-error.ts';
import { packageFolder } from '../src/machine/package.ts';
import { LabError } from '../src/model/errors.ts';
import { formatBytes } from '../src/model/numbers.ts';
import { describeMachine } from '../src/record/this-machine.ts';
import { benchAccuracy } from './accuracy.ts';
import { benchAdvice } from './advice.ts';
import { benchCachedRead } from './cached-read.ts';
import { benchClient } from './client.ts';
import { benchDocker } from './docker.ts';
import { benchGate } from './gate.ts';
import type { JudgedSection } from './judged.ts';
import { benchKubernetes } from './kubernetes.ts';
import { benchOverhead, benchReplicas } from './lab.ts';
import { benchMemory } from './memory.ts';
import { named, readOptions, type BenchOptions } from './options.ts';
import { benchPullRequests } from './pull-requests.ts';
import { benchReport } from './report.ts';
import { benchTelemetry } from './telemetry.ts';

/** Takes a section of the page. Undefined is one that could not be taken, and has said why. */
type Bench = (options: BenchOptions) => Promise<string | JudgedSection | undefined>;

const benches: Readonly<Record<string, Bench>> = {
  'cached-read': benchCachedRead,
  replicas: benchReplicas,
  overhead: benchOverhead,
  docker: benchDocker,
  kubernetes: benchKubernetes,
  client: benchClient,
  telemetry: benchTelemetry,
  accuracy: async ({ only: [, part] }) => benchAccuracy(part),
  report: benchReport,
  memory: async ({ minutes }) => benchMemory(minutes),
  advice: async ({ finding }) => benchAdvice(finding),
  gate: async ({ cycles, busy }) => benchGate(cycles, busy),
  'pull-requests': async ({ times, only: [, name], busy }) => benchPullRequests(times, name, busy),
};
const onlyWhenNamed = ['memory', 'gate', 'advice', 'pull-requests'];

const page = path.join(packageFolder, 'docs', 'benchmarks.md');
const { cpu, cores, memoryBytes, os, node } = describeMachine();
const head = `# Benchmarks

\`npm run bench -- --write\` wrote this page, each section in one run unless it says otherwise, on ${cpu}, ${cores} cores,
${formatBytes(memoryBytes)}, ${os}, Node ${node}. Machines are shared and noisy: the ratios are the message.`;

async function takeSections(options: BenchOptions): Promise<void> {
  const [only] = options.only;
  // A page is its head and a section a heading.
  const before = await readFile(page, 'utf8').catch(() => '');
  const sections = before.split(/^(?=## )/m).slice(1);
  for (const [name, bench] of named(Object.entries(benches), ([name]) => name, 'section', only)) {
    if (only === undefined && onlyWhenNamed.includes(name)) continue;
    const taken = await bench(options);
    // What was taken of it before stays.
    if (taken === undefined) continue;
    if (typeof taken !== 'string' && !taken.passed) process.exitCode = 1;
    const section = `${typeof taken === 'string' ? taken : taken.section}\n`;
    process.stderr.write(`${section}\n`);
    const heading = section.slice(0, section.indexOf('\n'));
    const place = sections.findIndex((old) => old.startsWith(`${heading}\n`));
    if (place === -1) sections.push(section);
    else sections[place] = section;
  }
  if (options.write) {
    await writeFile(page, `${[head, ...sections.map((section) => section.trimEnd())].join('\n\n')}\n`);
  }
}

try {
  await takeSections(readOptions(process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof LabError)) throw error;
  const { text, exitCode } = describeError(error, false);
  process.stderr.write(text);
  process.exitCode = exitCode;
}
