// npm run bench: every figure of docs/benchmarks.md. Each section is taken side by side in one run.
// --write puts what was taken into that page; --only NAME takes one section: cached-read, replicas, overhead or docker.
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describeMachine } from '../src/machine.ts';
import { formatBytes } from '../src/numbers.ts';
import { packageFolder } from '../src/package.ts';
import { benchCachedRead } from './cached-read.ts';
import { benchDocker } from './docker.ts';
import { benchOverhead, benchReplicas } from './lab.ts';

const benches = {
  'cached-read': benchCachedRead,
  replicas: benchReplicas,
  overhead: benchOverhead,
  docker: benchDocker,
};

const page = path.join(packageFolder, 'docs', 'benchmarks.md');
const { cpu, cores, memoryBytes, os, node } = describeMachine();
const head = `# Benchmarks

\`npm run bench -- --write\` wrote this page, each section in one run, on ${cpu}, ${cores} cores,
${formatBytes(memoryBytes)}, ${os}, Node ${node}. Machines are shared and noisy: the ratios are the message.`;

const only = process.argv.includes('--only') ? process.argv[process.argv.indexOf('--only') + 1] : undefined;
// A page is its head and a section a heading.
const before = await readFile(page, 'utf8').catch(() => '');
const sections = before.split(/^(?=## )/m).slice(1);
for (const [name, bench] of Object.entries(benches)) {
  if (only !== undefined && name !== only) continue;
  const section = `${await bench()}\n`;
  process.stderr.write(`${section}\n`);
  const heading = section.slice(0, section.indexOf('\n'));
  const place = sections.findIndex((old) => old.startsWith(`${heading}\n`));
  if (place === -1) sections.push(section);
  else sections[place] = section;
}
if (process.argv.includes('--write')) {
  await writeFile(page, `${[head, ...sections.map((section) => section.trimEnd())].join('\n\n')}\n`);
}
