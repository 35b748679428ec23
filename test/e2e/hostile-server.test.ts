import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { arePlain } from '../../src/model/foreign-text.ts';
import { harms } from '../fakes/hostile.ts';
import { scaleLab } from './cli.ts';
import { Workbench } from './workbench.ts';

let bench: Workbench;

beforeEach(async () => {
  bench = await Workbench.create();
  await bench.write(
    'scenarios.yaml',
    `version: 1
scenarios:
  dies: { question: Q?, workload: [GET /], target: { command: '${process.execPath} dies.js' } }
  says:
    question: Q?
    workload: [GET /]
    load: { connections: 1, warmup: 0s, duration: 2s }
    expect: [error_rate == 0]
    target: { command: '${process.execPath} says.js' }
`,
  );
  await bench.write('dies.js', `process.stderr.write(${JSON.stringify(harms.join('\n'))}); process.exitCode = 1;\n`);
  await bench.write(
    'says.js',
    `require('node:http').createServer((_, answer) => {
  answer.writeHead(500).end(${JSON.stringify(harms.join(' '))});
}).listen(process.env.PORT);\n`,
  );
});
afterEach(async () => {
  expect(await bench.leftovers()).toEqual([]);
  await bench[Symbol.asyncDispose]();
});

/** What the only run has kept beside the logs themselves. */
async function kept(): Promise<readonly string[]> {
  const folder = path.join(bench.folder, 'results', (await bench.onlyRun()).id);
  const files = (await readdir(folder)).filter((name) => /\.(json|md)$/.test(name));
  expect(files).toHaveLength(2);
  return Promise.all(files.map(async (name) => readFile(path.join(folder, name), 'utf8')));
}

describe('a server that means ill with who reads of it', { timeout: 120_000 }, () => {
  it.each(['dies', 'says'])('does it in vain: %s', async (name) => {
    const environment = { ...bench.env, GITHUB_STEP_SUMMARY: path.join(bench.folder, 'summary.md') };
    const args = ['run', name, '--reporter', 'github', '--save', 'junit=j.xml', '--save', 'comment=c.md'];
    const { code, out, err } = await scaleLab(args, { cwd: bench.folder, env: environment });
    expect(code, err).toBe(name === 'dies' ? 4 : 1);
    const files = ['j.xml', 'c.md', 'summary.md'].map(async (file) => readFile(path.join(bench.folder, file), 'utf8'));
    for (const text of [err, ...(await kept()), ...(await Promise.all(files))]) expect(text).toSatisfy(arePlain);
    expect(out).toContain('evil.example');
    expect(out.replaceAll(/^::(?:error|warning|notice) title=[^:,]*::/gm, '')).toSatisfy(arePlain);
  });
});
