import { execFile, spawn } from 'node:child_process';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { packageFolder } from '../../src/machine/package.ts';
import { runRecordSchema, type RunRecord } from '../../src/record/run-record.ts';
import { Workbench } from './workbench.ts';

const example = path.join(packageFolder, 'examples', 'github-actions');

/** The steps of the workflow that are commands, by name. */
const workflowSchema = z.object({
  jobs: z.object({
    gate: z.object({
      env: z.record(z.string(), z.string()),
      steps: z.array(z.object({ name: z.string().optional(), run: z.string().optional() })),
    }),
  }),
});
const workflow = workflowSchema.parse(parse(await readFile(path.join(example, 'scale-lab.yml'), 'utf8'))).jobs.gate;

function commandOf(step: string): string {
  const command = workflow.steps.find(({ name }) => name === step)?.run;
  if (command === undefined) throw new Error(`the workflow has no step ${step}`);
  return command;
}

/**
 * A server that works so long on each request, by its own CPU time, and answers after 100 ms more in which it does nothing; and
 * more that may be said in its place.
 */
const serverOf = (workMs: number, instead = ''): string => `${instead}
const usedUs = () => { const { user, system } = process.cpuUsage(); return user + system; };
require('node:http').createServer((request, response) => {
  const untilUs = usedUs() + ${workMs * 1000};
  while (usedUs() < untilUs);
  setTimeout(() => { response.end('ok'); }, 100);
}).listen(Number(process.env.PORT));
`;

/** A checkout of a pull request, as the workflow's first step leaves it. */
class PullRequest implements AsyncDisposable {
  readonly bench: Workbench;

  private constructor(bench: Workbench) {
    this.bench = bench;
  }

  static async open(base: string, head: string): Promise<PullRequest> {
    const bench = await Workbench.create();
    const folder = path.join(bench.folder, 'head');
    await mkdir(folder);
    const git = async (...args: readonly string[]) => promisify(execFile)('git', [...args], { cwd: folder });
    await git('init', '--quiet');
    const scenarios = await readFile(path.join(example, 'scenarios.yaml'), 'utf8');
    // A busy machine makes the generator late, and that is not what is tested.
    const trusting = scenarios.replace('    load:', '    trust: { lag: 1m }\n    load:');
    await writeFile(path.join(folder, 'scenarios.yaml'), trusting);
    for (const text of [base, head]) {
      await writeFile(path.join(folder, 'server.js'), text);
      await git('add', '.');
      const author = ['-c', 'user.name=A', '-c', 'user.email=a@example.com'];
      await git(...author, 'commit', '--quiet', '--allow-empty', '--message', 'a commit');
    }
    return new PullRequest(bench);
  }

  /** Runs steps of the workflow one after the other, as its runner does: each by bash, in the folder of the checkout. */
  start(step: string, budget = '60s') {
    const env = { ...this.bench.env, ...workflow.env, BUILD: buildStep, BUDGET: budget, START: 'node server.js' };
    const options = { cwd: this.bench.folder, env } as const;
    const child = spawn('bash', ['-e', '-c', commandOf(step)], options);
    let text = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (part: string) => (text += part));
    const ended = new Promise<{ code: number | null; text: string }>((resolve) =>
      child.once('close', (code) => resolve({ code, text })),
    );
    return { child, text: () => text, ended };
  }

  async gate(budget?: string) {
    for (const step of ['Check out the base', 'Build both']) {
      const { code, text } = await this.start(step).ended;
      expect(code, text).toBe(0);
    }
    return this.start('Gate', budget);
  }

  async read(name: string): Promise<string> {
    return readFile(path.join(this.bench.folder, 'scale-lab', name), 'utf8');
  }

  async run(): Promise<RunRecord> {
    const [id = ''] = await readdir(path.join(this.bench.folder, 'scale-lab', 'results'));
    return runRecordSchema.parse(JSON.parse(await this.read(`results/${id}/run.json`)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.bench[Symbol.asyncDispose]();
  }
}

const program = path.join(packageFolder, 'dist', 'cli', 'main.js');
/** What `npm ci` would do: bring the server its packages, and the lab. */
const buildStep = `mkdir -p node_modules/.bin; cd node_modules/.bin
printf '#!/bin/sh\\nexec node ${program} "$@"\\n' > scale-lab; chmod +x scale-lab`;

describe('the workflow that gates pull requests', { timeout: 360_000 }, () => {
  let request: PullRequest | undefined;
  const open = async (...texts: Parameters<typeof PullRequest.open>) => (request = await PullRequest.open(...texts));
  beforeEach(() => (request = undefined));
  afterEach(async () => {
    expect(await request?.bench.leftovers()).toEqual([]);
    await request?.[Symbol.asyncDispose]();
  });

  it('lets a pull request pass that changes nothing, with its reports', async () => {
    const opened = await open(serverOf(1), `// A comment more.\n${serverOf(1)}`);
    const { code, text } = await (await opened.gate()).ended;
    expect(code, text).toBe(0);
    const { status, verdicts, scenarios } = await opened.run();
    expect(status).toBe('complete');
    expect(verdicts.length).toBeGreaterThanOrEqual(3);
    expect(verdicts.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
    expect(scenarios[0]?.variants.map(({ settings }) => settings)).toEqual([
      "command cd 'base' && node server.js, ready at /",
      "command cd 'head' && node server.js, ready at /",
    ]);
    expect(await opened.read('comment.md')).toMatch(/^<!-- scale-lab -->\n/);
    expect(await opened.read('junit.xml')).toContain('<testsuite ');
    expect((await opened.read('trials.csv')).split('\n').length).toBeGreaterThan(12);
  });

  it('stops one that makes each request four times as much work, once fresh rounds confirm it', async () => {
    const opened = await open(serverOf(1), serverOf(4));
    const { code, text } = await (await opened.gate('4m')).ended;
    expect(code, text).toBe(1);
    expect(text).toMatch(/^::error .*cpu_per_request/m);
    const { verdicts, comparisons = [] } = await opened.run();
    expect(comparisons).toHaveLength(2);
    const failed = verdicts.filter(({ outcome }) => outcome === 'failed').map(({ expectation }) => expectation);
    expect(failed).toContain('cpu_per_request(B) <= 1.10 * cpu_per_request(A)');
    expect(verdicts.find(({ outcome }) => outcome === 'failed')?.reason).toContain('confirm it');
    expect(await opened.read('junit.xml')).toContain('<failure');
  });

  it('stops one that does not start, with what it said', async () => {
    const opened = await open(serverOf(1), serverOf(1, "throw new Error('no such table: prices');"));
    const { code, text } = await (await opened.gate()).ended;
    expect(code, text).toBe(1);
    expect(text).toMatch(/^::error .*B did not start: target-1 exited with code 1.*revision [0-9a-f]{10}/m);
    expect(text).toContain('no such table: prices');
    const { verdicts, failures } = await opened.run();
    expect(verdicts).toMatchObject([{ expectation: 'B starts', outcome: 'failed' }]);
    expect(failures).toMatchObject([{ side: 'B', system: "command cd 'head' && node server.js" }]);
  });

  it('fails one whose answers are all errors', async () => {
    const broken = serverOf(0).replace(
      "response.end('ok')",
      'response.statusCode = request.url === "/" && ++asked > 1 ? 500 : 200; response.end()',
    );
    const opened = await open(serverOf(1), `let asked = 0;\n${broken}`);
    const { code, text } = await (await opened.gate()).ended;
    expect(code, text).toBe(1);
    const failed = (await opened.run()).verdicts.filter(({ outcome }) => outcome === 'failed');
    expect(failed.map(({ expectation }) => expectation)).toContainEqual(expect.stringMatching(/^error_rate\(B\)/));
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('gives no verdict where it is cancelled by %s, and leaves nothing', async (signal, expected) => {
    const opened = await open(serverOf(1), serverOf(1));
    const gate = await opened.gate();
    await expect.poll(gate.text, { timeout: 60_000 }).toContain('round 2');
    gate.child.kill(signal);
    const { code, text } = await gate.ended;
    expect(code, text).toBe(expected);
    const { status, verdicts } = await opened.run();
    expect({ status, verdicts }).toEqual({ status: 'interrupted', verdicts: [] });
    expect(await opened.read('comment.md')).toMatch(/no verdict/i);
  });
});
