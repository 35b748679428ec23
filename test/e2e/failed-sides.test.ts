import { execFile } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { scaleLab } from './cli.ts';
import { Workbench } from './workbench.ts';

let bench: Workbench;
beforeEach(async () => {
  bench = await Workbench.create();
});
afterEach(async () => {
  expect(await bench.leftovers()).toEqual([]);
  await bench[Symbol.asyncDispose]();
});

const well = `require('node:http').createServer((request, response) => response.end('ok')).listen(process.env.PORT);`;
const broken = `console.error('no such table: prices'); process.exit(3);`;
/** Answers for a while, and dies of it. */
const mortal = `let left = 20;
require('node:http').createServer((request, response) => {
  response.end('ok');
  if (--left === 0) { console.error('out of patience'); process.exit(5); }
}).listen(process.env.PORT);`;

const short = ['--duration', '500ms', '--warmup', '100ms', '--budget', '60s'] as const;
const formats = ['markdown', 'comment', 'junit', 'github', 'html', 'json'] as const;
const reports = formats.flatMap((name) => ['--save', `${name}=${name}`]);

async function lab(command: string, a: string, b: string, ...more: readonly string[]) {
  await bench.write('a.js', a);
  await bench.write('b.js', b);
  const sides = ['--a-command', 'node a.js', '--b-command', 'node b.js'];
  return scaleLab([command, ...sides, ...short, ...reports, ...more], { cwd: bench.folder, env: bench.env });
}

/** Without what each format has escaped, and without line breaks. */
async function told(name: string): Promise<string> {
  const text = await readFile(path.join(bench.folder, name), 'utf8');
  return text.replaceAll('\\', '').replaceAll('%0A', ' ').replaceAll(/\s+/g, ' ');
}

async function logIn(name: string): Promise<string> {
  const { id } = await bench.onlyRun();
  return readFile(path.join(bench.folder, 'results', id, 'logs', name), 'utf8');
}

describe('a side of a gate', { timeout: 120_000 }, () => {
  it('B, that does not start has failed it, and every report says which it is, and why', async () => {
    await promisify(execFile)('git', ['init', '--quiet'], { cwd: bench.folder });
    const author = ['-c', 'user.name=A', '-c', 'user.email=a@example.com'];
    const commit = [...author, 'commit', '--quiet', '--allow-empty', '--message', 'one'];
    await promisify(execFile)('git', commit, { cwd: bench.folder });
    const { code, out, err } = await lab('gate', well, broken);
    expect(code, err).toBe(1);
    const { stdout } = await promisify(execFile)('git', ['rev-parse', '--short=10', 'HEAD'], { cwd: bench.folder });
    const why = `B did not start: target-1 exited with code 3. B is the command node b.js, revision ${stdout.trim()}`;
    expect(out.replaceAll(/\s+/g, ' ')).toContain(why);
    for (const name of formats) {
      expect(await told(name), name).toContain(why);
      expect(await told(name), name).toContain('no such table: prices');
    }
    expect(await told('junit')).toMatch(/<failure/);
    expect(await told('github')).toMatch(/::error title=mine|::error title=compare/);
    const { status, verdicts, failures } = await bench.onlyRun();
    expect(status).toBe('complete');
    expect(verdicts.map(({ expectation, outcome }) => [expectation, outcome])).toEqual([['B starts', 'failed']]);
    expect(failures).toMatchObject([{ side: 'B', system: 'command node b.js', files: ['logs/b-target-1.log'] }]);
    expect(await logIn('b-target-1.log')).toBe('no such table: prices\n');
  });

  it('A, that does not start is no measure for the other', async () => {
    const { code, out, err } = await lab('gate', broken, well);
    expect(code, err).toBe(3);
    expect(out.replaceAll(/\s+/g, ' ')).toContain(
      'the base is broken, so there is nothing to judge by: A did not start',
    );
    const { verdicts } = await bench.onlyRun();
    expect(verdicts.map(({ expectation, outcome }) => [expectation, outcome])).toEqual([['A starts', 'inconclusive']]);
  });

  it('that does not start, like the other one, is an error, and both are told of', async () => {
    const { code, err } = await lab('gate', broken, broken.replace('3', '4'), '--allow-inconclusive');
    expect(code, err).toBe(4);
    expect(err).toContain('Neither A nor B ran');
    for (const name of formats) {
      expect(await told(name), name).toContain('A did not start: target-1 exited with code 3');
      expect(await told(name), name).toContain('B did not start: target-1 exited with code 4');
    }
    const { status, verdicts, failures } = await bench.onlyRun();
    expect({ status, verdicts }).toEqual({ status: 'broken off', verdicts: [] });
    expect(failures?.flatMap(({ files }) => files).sort()).toEqual(['logs/a-target-1.log', 'logs/b-target-1.log']);
  });

  it('B, that dies under load has failed it', async () => {
    const { code, out, err } = await lab('gate', well, mortal);
    expect(code, err).toBe(1);
    expect(out.replaceAll(/\s+/g, ' ')).toMatch(/B died in round 1: target-1 exited with code 5/);
    expect(await logIn('b-target-1.log')).toBe('out of patience\n');
  });
});

describe('a side of a comparison', { timeout: 120_000 }, () => {
  it('that does not start ends it, and its record says so in every report', async () => {
    const { code, err } = await lab('compare', well, broken);
    expect(code, err).toBe(4);
    expect(err).toContain('B did not start: target-1 exited with code 3');
    for (const name of formats)
      expect(await told(name), name).toContain('B did not start: target-1 exited with code 3');
    expect((await bench.onlyRun()).status).toBe('broken off');
  });
});

describe('the log of a server that fails', { timeout: 120_000 }, () => {
  it('is read from its end, however long it is, and kept no longer than 1 MiB', async () => {
    const loud = `const line = 'x'.repeat(1023) + '\\n';
for (let mebibyte = 0; mebibyte < 600; mebibyte++) require('node:fs').writeSync(1, line.repeat(1024));
console.error('the last word'); process.exit(1);`;
    const { code, err } = await lab('gate', well, loud);
    expect(code, err).toBe(1);
    const { id, failures } = await bench.onlyRun();
    expect(failures?.[0]?.log.at(-1)).toBe('the last word');
    const { size } = await stat(path.join(bench.folder, 'results', id, 'logs', 'b-target-1.log'));
    expect(size).toBeLessThanOrEqual(2 ** 20);
    expect(size).toBeGreaterThan(2 ** 19);
  });

  it('is kept without the values of variables', async () => {
    await bench.write(
      'scenarios.yaml',
      `version: 1
scenarios:
  mine:
    question: Does it start?
    target: { command: node server.js, env: { TOKEN: '\${SECRET_TOKEN}' } }
    workload: [GET /]`,
    );
    await bench.write('server.js', `console.error('refused ' + process.env.TOKEN); process.exit(1);`);
    const env = { ...bench.env, SECRET_TOKEN: 'k3y-of-all-doors' };
    const { code, err } = await scaleLab(['run', 'mine'], { cwd: bench.folder, env });
    expect(code, err).toBe(4);
    expect(err).toContain('refused ${SECRET_TOKEN}');
    expect(await logIn('target-1.log')).toBe('refused ${SECRET_TOKEN}\n');
    expect(JSON.stringify(await bench.onlyRun())).not.toContain('k3y-of-all-doors');
  });
});
