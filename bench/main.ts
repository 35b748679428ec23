// npm run bench: every figure of docs/benchmarks.md. Each section is taken side by side in one run.
// --write puts what was taken into that page; --only NAME takes one section: cached-read, replicas, overhead, docker,
// kubernetes, client, telemetry, accuracy or report. memory, gate and advice take long, and are taken only when they are named: --minutes N and
// --cycles N and --finding KIND make them shorter.
// The exit code is 1 where figures that have goals miss them, and 2 where the page would lose what it has.
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describeMachine } from '../src/machine.ts';
import { formatBytes } from '../src/numbers.ts';
import { packageFolder } from '../src/package.ts';
import { benchAccuracy } from './accuracy.ts';
import { benchAdvice } from './advice.ts';
import { benchCachedRead } from './cached-read.ts';
import { benchClient } from './client.ts';
import { benchDocker } from './docker.ts';
import { benchGate } from './gate.ts';
import { benchKubernetes } from './kubernetes.ts';
import { benchOverhead, benchReplicas } from './lab.ts';
import { benchMemory } from './memory.ts';
import { benchReport } from './report.ts';
import { benchTelemetry } from './telemetry.ts';

const option = (name: string): string | undefined =>
  process.argv.includes(name) ? process.argv[process.argv.indexOf(name) + 1] : undefined;

const benches = {
  'cached-read': benchCachedRead,
  replicas: benchReplicas,
  overhead: benchOverhead,
  docker: benchDocker,
  kubernetes: benchKubernetes,
  client: benchClient,
  telemetry: benchTelemetry,
  accuracy: benchAccuracy,
  report: benchReport,
  memory: () => benchMemory(Number(option('--minutes') ?? 10)),
  advice: () => benchAdvice(option('--finding')),
  gate: () => {
    const has = (flag: string): boolean => process.argv.includes(flag);
    const isBusy = has('--busy');
    return benchGate(Number(option('--cycles') ?? (isBusy ? 20 : 60)), has('--fresh'), isBusy);
  },
};
const onlyWhenNamed = ['memory', 'gate', 'advice'];

const page = path.join(packageFolder, 'docs', 'benchmarks.md');
const { cpu, cores, memoryBytes, os, node } = describeMachine();
const head = `# Benchmarks

\`npm run bench -- --write\` wrote this page, each section in one run, on ${cpu}, ${cores} cores,
${formatBytes(memoryBytes)}, ${os}, Node ${node}. Machines are shared and noisy: the ratios are the message.`;

if (option('--finding') !== undefined && process.argv.includes('--write')) {
  process.stderr.write(
    '--finding takes one row of its section, and --write would put it in place of all of them: leave one out.\n',
  );
  process.exit(2);
}

const only = option('--only');
// A page is its head and a section a heading.
const before = await readFile(page, 'utf8').catch(() => '');
const sections = before.split(/^(?=## )/m).slice(1);
for (const [name, bench] of Object.entries(benches)) {
  if (only === undefined ? onlyWhenNamed.includes(name) : name !== only) continue;
  const taken = await bench();
  // It has said why; what was taken of it before stays.
  if (taken === undefined) continue;
  if (typeof taken !== 'string' && !taken.passed) process.exitCode = 1;
  const section = `${typeof taken === 'string' ? taken : taken.section}\n`;
  process.stderr.write(`${section}\n`);
  const heading = section.slice(0, section.indexOf('\n'));
  const place = sections.findIndex((old) => old.startsWith(`${heading}\n`));
  if (place === -1) sections.push(section);
  else sections[place] = section;
}
if (process.argv.includes('--write')) {
  await writeFile(page, `${[head, ...sections.map((section) => section.trimEnd())].join('\n\n')}\n`);
}
