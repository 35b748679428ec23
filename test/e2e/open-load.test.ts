import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { serve } from '../../src/worker/testing/servers.ts';
import { engineProblem, hostOfItsOwn, isRequired } from '../conformance/docker-engine.ts';
import { scaleLab } from './cli.ts';
import { Workbench } from './workbench.ts';

let bench: Workbench;
beforeEach(async () => {
  bench = await Workbench.create();
});
afterEach(async () => bench[Symbol.asyncDispose]());

function scenarioOf(target: string, load: string, claim: string): string {
  return `version: 1
scenarios:
  own:
    question: Does a server of the user's own keep up?
    target: { url: '${target}' }
    workload: [GET /]
    load: ${load}
    expect: ['${claim}']
`;
}

describe('scale-lab run with open load on a server of the user’s own', () => {
  it('starts nothing, sends exactly what the rate promises, and says that only one side was measured', async () => {
    await using server = await serve((_request, response) => response.end('ok'));
    const load = '{ rate: 200/s, warmup: 0s, duration: 1500ms }';
    await bench.write('scenarios.yaml', scenarioOf(server.url, load, 'requests == 300'));
    const { code, out, err } = await scaleLab(['run', 'own'], { cwd: bench.folder, env: bench.env });
    expect(code, err + out).toBe(0);
    // And one before the load, to see whether it is there.
    expect(server.received).toBe(301);
    expect(err).not.toContain('PostgreSQL');
    expect(out).toContain('the target tells nothing of itself');
    const { trials, versions } = await bench.onlyRun();
    expect(versions).toEqual({});
    expect(trials[0]?.telemetry).toMatchObject({ replicas: [], lost: [], silent: [] });
    expect(trials[0]?.measurement.open).toMatchObject({ offered: 300, dropped: 0, unsent: 0 });
    expect(await bench.leftovers()).toEqual([]);
  });

  it('shares the load among workers without losing or doubling a request', async () => {
    const paths: string[] = [];
    await using server = await serve(({ url }, response) => {
      paths.push(url ?? '');
      response.end('ok');
    });
    const load = '{ rate: 301/s, arrivals: poisson, warmup: 0s, duration: 1s }';
    const text = scenarioOf(server.url, load, 'errors == 0').replace('[GET /]', "['GET /{key}']");
    await bench.write('scenarios.yaml', `${text}    keys: { key: { uniform: 1000000 } }\n`);
    const sent: string[][] = [];
    for (const workers of ['1', '3']) {
      const args = ['run', 'own', '--seed', '5', '--workers', workers, '--out', `results-${workers}`];
      const { code, err } = await scaleLab(args, { cwd: bench.folder, env: bench.env });
      expect(code, err).toBe(0);
      sent.push(paths.splice(0).sort());
    }
    expect(sent[0]?.length).toBeGreaterThan(200);
    expect(sent[1]).toEqual(sent[0]);
  });

  it('reaches an address that is not of this network only where it is told to', async () => {
    await bench.write('scenarios.yaml', scenarioOf('http://203.0.113.7', '{ rate: 1/s, duration: 1s }', 'errors == 0'));
    const { code, err } = await scaleLab(['run', 'own'], { cwd: bench.folder, env: bench.env });
    expect(code).toBe(2);
    expect(err).toContain('--allow-remote');
  });

  it('accuses the generator of what it could not send, and gives no verdict then', async () => {
    await using server = await serve((_request, response) => response.end('ok'));
    // More than a core can send, whatever the core.
    const load = '{ rate: 200000/s, warmup: 0s, duration: 1s, in-flight: 1000, drain: 2s }';
    await bench.write('scenarios.yaml', scenarioOf(server.url, load, 'p99 < 10s'));
    const { code, out } = await scaleLab(['run', 'own'], { cwd: bench.folder, env: bench.env });
    expect(code, out).toBe(3);
    const { trials, verdicts } = await bench.onlyRun();
    const { sent = 0, open } = trials[0]?.measurement ?? {};
    const { offered = 0, released = 0, dropped = 0, unsent = 0 } = open ?? {};
    // Nothing is lost from the books, and most of it was not sent.
    expect(offered).toBe(200_000);
    expect(sent + dropped + unsent).toBe(offered);
    expect(sent).toBeLessThan(offered / 2);
    const kinds = trials[0]?.caveats.map(({ kind }) => kind) ?? [];
    // The pacer fell behind, or, where the server was starved as well, too many were in flight: what is true of each is said.
    expect(kinds.includes('dropped')).toBe(dropped > 0);
    if (released < 0.9 * offered) {
      expect(kinds).toContain('generator-saturated');
      expect(out.replace(/\s+/g, ' ')).toContain('the generator was the limit: ');
    }
    expect(dropped > 0 || released < 0.9 * offered, out).toBe(true);
    expect(verdicts.map(({ outcome }) => outcome)).toEqual(['inconclusive']);
  });
});

const problem = await engineProblem();

describe.skipIf(problem !== undefined && !isRequired)('a generator with a CPU quota', () => {
  it('ends inconclusive', async () => {
    await bench.write(
      'scenarios.yaml',
      `version: 1
scenarios:
  starved:
    question: What if the generator gets too little of the CPU?
    workload: [GET /todos/1]
    load: { rate: 2000/s, warmup: 1s, duration: 3s }
    app: { cache: aside }
    expect: [p99 < 10s, rps > 1/s]
`,
    );
    const env = { ...bench.env, ...hostOfItsOwn('starved'), TMPDIR: bench.temporary, SCALE_LAB_LOAD_CPU: '0.05' };
    const { code, out, err } = await scaleLab(['run', 'starved', '--platform', 'docker'], { cwd: bench.folder, env });
    expect(code, err + out).toBe(3);
    expect(out).toContain('the generator was the limit');
    const { verdicts } = await bench.onlyRun();
    expect(verdicts.map(({ outcome }) => outcome)).toEqual(['inconclusive', 'inconclusive']);
  });
});
