// npm run bench: every figure of docs/benchmarks.md, side by side in one run. With --write it writes that page.
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describeMachine } from '../src/machine.ts';
import { formatBytes } from '../src/numbers.ts';
import { packageFolder } from '../src/package.ts';
import { benchCachedRead } from './cached-read.ts';
import { benchDocker } from './docker.ts';
import { benchOverhead, benchReplicas } from './lab.ts';

const { cpu, cores, memoryBytes, os, node } = describeMachine();
const head = `# Benchmarks

\`npm run bench -- --write\` wrote this page, all of it in one run, on ${cpu}, ${cores} cores,
${formatBytes(memoryBytes)}, ${os}, Node ${node}. Machines are shared and noisy: the ratios are the message.`;

const sections = [head];
for (const bench of [benchCachedRead, benchReplicas, benchOverhead, benchDocker]) {
  const section = await bench();
  sections.push(section);
  process.stderr.write(`${section}\n\n`);
}
if (process.argv.includes('--write')) {
  await writeFile(path.join(packageFolder, 'docs', 'benchmarks.md'), `${sections.join('\n\n')}\n`);
}
