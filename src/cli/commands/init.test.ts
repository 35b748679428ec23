import { access, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { fakeIo } from '../../../test/fakes/io.ts';
import { fakeOutput } from '../../../test/fakes/output.ts';
import { parseScenarioFile } from '../../scenarios/parse.ts';
import { runCommandLine } from '../command-line.ts';

const workflow = '.github/workflows/scale-lab.yml';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'scale-lab-init-'));
});
afterEach(async () => rm(folder, { recursive: true }));

async function lab(...args: readonly string[]) {
  const [out, err] = [fakeOutput(), fakeOutput()];
  const { signal } = new AbortController();
  const code = await runCommandLine(fakeIo({ out, err, folder, args, signal }));
  return { code, out: out.text(), err: err.text() };
}

const read = async (name: string) => readFile(path.join(folder, name), 'utf8');

describe('scale-lab init', () => {
  it('writes a scenario file without problems, with a claim, for a server of the user', async () => {
    expect(await lab('init')).toMatchObject({ code: 0, err: '' });
    const parsed = parseScenarioFile(await read('scenarios.yaml'), 'scenarios.yaml');
    if (!parsed.ok) throw new Error(parsed.problems.map(({ sentence }) => sentence).join('; '));
    const [scenario] = parsed.file.scenarios;
    expect(scenario?.variants.map(({ system }) => system)).toMatchObject([
      { kind: 'command', command: 'node server.js', readyPath: '/' },
    ]);
    expect(scenario?.expectations.map(({ text }) => text)).toEqual(['error_rate == 0', 'p99 < 500ms']);
    expect(await lab('validate')).toMatchObject({ code: 0, out: 'scenarios.yaml: 1 scenario, 1 suite, no problems\n' });
  });

  it('writes a workflow that gates pull requests by the same scenario, with no more rights than it needs', async () => {
    await lab('init');
    const steps = z.array(z.object({ name: z.string().optional(), run: z.string().optional() }));
    const shape = z.object({
      on: z.literal('pull_request'),
      permissions: z.strictObject({ contents: z.literal('read'), 'pull-requests': z.literal('write') }),
      jobs: z.strictObject({ gate: z.object({ steps }) }),
    });
    const { jobs } = shape.parse(parse(await read(workflow)));
    const gate = jobs.gate.steps.find(({ name }) => name === 'Gate')?.run ?? '';
    const line = gate
      .replaceAll('\\\n', ' ')
      .replaceAll('$READY', '/')
      .replaceAll('$BUDGET', '5m')
      .replaceAll('$BASE', 'base')
      .replaceAll('$HEAD', 'head');
    const words = line.match(/"[^"]*"|\S+/g)?.map((word) => word.replaceAll('"', '')) ?? [];
    expect(words.slice(0, 4)).toEqual(['exec', 'head/node_modules/.bin/scale-lab', 'gate', 'my-server']);
    const options = words.slice(3).map((word) => (word === 'head/scenarios.yaml' ? 'scenarios.yaml' : word));
    const { code, out, err } = await lab('gate', ...options, '--dry-run');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain("A         A: command cd 'base' && $START, ready at /\n");
  });

  it('says what it wrote and what to do next, in 80 columns', async () => {
    const { out } = await lab('init', 'services/api');
    const ignored = 'added results/ to services/api/.gitignore';
    expect(out).toContain(`wrote services/api/scenarios.yaml\nwrote services/api/${workflow}\n${ignored}\n\nNext:\n`);
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(await read(`services/api/${workflow}`)).toContain('my-server');
  });

  it('writes the workflow of a server further down where GitHub reads it, with its folder', async () => {
    await mkdir(path.join(folder, '.git'));
    const { out } = await lab('init', 'services/my api');
    const place = '.github/workflows/scale-lab-services-my-api.yml';
    expect(out).toContain(`wrote services/my api/scenarios.yaml\nwrote ${place}\n`);
    const shape = z.object({
      name: z.string(),
      jobs: z.object({ gate: z.object({ env: z.record(z.string(), z.string()) }) }),
    });
    const { name, jobs } = shape.parse(parse(await read(place)));
    expect(name).toBe('scale-lab services/my api');
    expect(jobs.gate.env).toMatchObject({ BASE: 'base/services/my api', HEAD: 'head/services/my api' });
    expect((await lab('init', 'services/other')).code).toBe(0);
  });

  it.each([
    ['what node runs as it is', { start: 'node dist/main.js --quiet' }, 'node dist/main.js --quiet', 'npm ci'],
    ['all else through npm, built before', { start: 'tsx a.ts', build: 'tsc' }, 'npm start', 'npm ci && npm run build'],
    ['nothing', {}, 'node server.js', 'npm ci'],
  ])('takes the start script of package.json: %s', async (_, scripts, start, build) => {
    await writeFile(path.join(folder, 'package.json'), JSON.stringify({ scripts }));
    expect((await lab('init')).code).toBe(0);
    const parsed = parseScenarioFile(await read('scenarios.yaml'), 'scenarios.yaml');
    const [scenario] = parsed.ok ? parsed.file.scenarios : [];
    expect(scenario?.target).toMatchObject({ kind: 'command', command: start });
    expect(await read(workflow)).toContain(`      BUILD: ${build}\n      START: ${start}\n`);
  });

  it.each([
    ['node_modules', 'node_modules\nresults/\n'],
    ['/results\n', '/results\n'],
  ])('has results ignored by git, once: %j', async (before, after) => {
    await writeFile(path.join(folder, '.gitignore'), before);
    await lab('init');
    await lab('init', '--force');
    expect(await read('.gitignore')).toBe(after);
  });

  it('leaves what is there, and then writes nothing at all', async () => {
    await writeFile(path.join(folder, 'scenarios.yaml'), 'mine');
    const { code, out, err } = await lab('init');
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain('scenarios.yaml is there already.');
    expect(err).toContain('--force');
    expect(await read('scenarios.yaml')).toBe('mine');
    await expect(access(path.join(folder, '.github'))).rejects.toThrow('ENOENT');
  });

  it('replaces it with --force, and with --print writes nothing', async () => {
    await writeFile(path.join(folder, 'scenarios.yaml'), 'mine');
    const { code, out } = await lab('init', '--print');
    expect(code).toBe(0);
    expect(await read('scenarios.yaml')).toBe('mine');
    expect((await lab('init', '--force')).code).toBe(0);
    const written = await read('scenarios.yaml');
    expect(written).toContain('my-server');
    expect(out).toContain(written);
  });

  it('says which file cannot be written', async () => {
    await writeFile(path.join(folder, '.github'), 'a file');
    const { code, err } = await lab('init');
    expect(code).toBe(4);
    expect(err).toContain(`${workflow} cannot be written: `);
  });
});
