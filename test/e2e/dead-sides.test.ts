import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { deadAddress, serve, type TestServer } from '../../src/worker/testing/servers.ts';
import { scaleLab } from './cli.ts';
import { Workbench } from './workbench.ts';

/** Answers everything with one status; the path says which. */
let server: TestServer;
let bench: Workbench;

beforeAll(async () => {
  server = await serve((_request, response) => response.writeHead(200).end('ok'));
});
beforeEach(async () => {
  bench = await Workbench.create();
});
afterEach(async () => {
  expect(await bench.leftovers()).toEqual([]);
  await bench[Symbol.asyncDispose]();
});
afterAll(async () => server[Symbol.asyncDispose]());

/** A server that answers everything with a status. */
async function answering(status: number): Promise<TestServer> {
  return serve((_request, response) => response.writeHead(status).end('said'));
}

const short = ['--duration', '500ms', '--warmup', '100ms', '--connections', '2'] as const;
const lab = async (...args: readonly string[]) => scaleLab([...args], { cwd: bench.folder, env: bench.env });
const sides = (a: string, b: string): readonly string[] => ['--a-url', a, '--b-url', b];
const read = async (name: string): Promise<string> => readFile(path.join(bench.folder, name), 'utf8');

describe('two sides', { timeout: 120_000 }, () => {
  it.each(['gate', 'compare', 'run'])('at which nothing listens: %s says so at once', async (command) => {
    const [a, b] = [await deadAddress(), await deadAddress()];
    const scenario = `version: 1
scenarios: { mine: { question: Is it there?, workload: [GET /], variants: { a: { target: { url: '${a}' } } } } }`;
    await bench.write('scenarios.yaml', scenario);
    const args = command === 'run' ? ['mine'] : sides(a, b);
    const allowed = command === 'gate' ? ['--allow-inconclusive'] : [];
    const { code, err } = await lab(command, ...args, ...allowed);
    expect(code, err).toBe(4);
    expect(err).toContain(`error: Nothing listens at ${a}.`);
    expect(err).toContain('hint: Start the server first');
    expect((await bench.onlyRun()).trials).toEqual([]);
  });

  it('that answer everything with an error are not judged, and every report says why', async () => {
    await using broken = await answering(500);
    await using missing = await answering(404);
    const reports = ['markdown', 'comment', 'junit', 'github', 'json'].flatMap((name) => ['--save', `${name}=${name}`]);
    const { code, out, err } = await lab(
      ...['gate', ...sides(broken.url, missing.url), ...short, ...reports, '--allow-inconclusive'],
    );
    expect(code, err).toBe(4);
    const why = /neither A nor B gave a right answer: A in 3 rounds: [\d,]+ status-5xx \(500\).*; B in 3 rounds: /;
    // Terminals wrap their lines.
    expect(out.replaceAll(/\s+/g, ' ')).toMatch(why);
    expect(err).toMatch(why);
    for (const name of ['comment', 'junit', 'github', 'json']) expect(await read(name), name).toMatch(why);
    expect((await read('markdown')).replaceAll('\\', '')).toMatch(why);
    expect(await read('junit')).toContain('<error');
    expect(await read('github')).toMatch(/^::warning title=scale-lab::http:.* was answered with status 500/m);
    expect((await bench.onlyRun()).verdicts).toEqual([]);
    expect((await lab('compare', ...sides(broken.url, missing.url), ...short)).code).toBe(4);
  });

  it('of which only B gives no right answer: gate fails it, compare cannot tell', async () => {
    await using broken = await answering(500);
    const reports = ['comment', 'junit', 'github'].flatMap((name) => ['--save', `${name}=${name}`]);
    const { code, out, err } = await lab('gate', ...sides(server.url, broken.url), ...short, ...reports);
    expect(code, err).toBe(1);
    expect(err).toContain(`${broken.url}: GET / was answered with status 500`);
    expect(out).toMatch(/✗ failed/);
    expect(out).not.toContain('✓ passed');
    const why = /B gave no right answer in 3 rounds: [\d,]+ status-5xx/;
    expect(await read('comment')).toMatch(why);
    expect(await read('junit')).toMatch(new RegExp(`<failure[^>]*${why.source}`));
    expect(await read('github')).toMatch(new RegExp(`^::error .*${why.source}`, 'm'));
    const { trials, verdicts, tried } = await bench.onlyRun();
    expect(trials).toHaveLength(6);
    expect(new Set(verdicts.map(({ outcome }) => outcome))).toEqual(new Set(['failed']));
    expect(tried?.map(({ note }) => note === undefined)).toEqual([true, false]);
    expect((await lab('compare', ...sides(server.url, broken.url), ...short)).code).toBe(3);
  });

  it('of which only A gives no right answer: the base is broken, and nothing is told of B', async () => {
    await using broken = await answering(500);
    const { code, out } = await lab('gate', ...sides(broken.url, server.url), ...short);
    expect(code).toBe(3);
    expect(out.replaceAll(/\s+/g, ' ')).toContain(
      'the base is broken, so there is nothing to judge by: A gave no right',
    );
  });
});
