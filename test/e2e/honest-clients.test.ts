import { execFile } from 'node:child_process';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { packageFolder } from '../../src/machine/package.ts';
import { scaleLab, type Ended } from './cli.ts';
import { Workbench } from './workbench.ts';

let bench: Workbench;
const servers: Server[] = [];
beforeEach(async () => {
  bench = await Workbench.create();
});
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  expect(await bench.leftovers()).toEqual([]);
  await bench[Symbol.asyncDispose]();
});

async function serve(listener: RequestListener): Promise<number> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === 'string') throw new Error('A TCP port was expected.');
  return address.port;
}

async function runLab(scenario: string): Promise<Ended> {
  await bench.write('scenarios.yaml', `version: 1\nscenarios:\n  s:\n    question: Is it counted right?\n${scenario}`);
  return scaleLab(['run', 's'], { cwd: bench.folder, env: bench.env });
}

describe('both drivers and open load', () => {
  it('take a 304 that states a length for an answer', async () => {
    const port = await serve((_request, response) => response.writeHead(304, { 'content-length': 400 }).end());
    const { code, err } = await runLab(`
    target: { url: 'http://127.0.0.1:${port}' }
    workload: [GET /]
    load: { connections: 2, warmup: 0s, duration: 1s }
    variants: { autocannon: { load: { driver: autocannon } }, lab: {}, open: { load: { rate: 20/s } } }
    trust: { utilisation: 100%, lag: 1m, schedule-lag: 1m, shortfall: 100% }
    expect: [error_rate < 50%, responses(status=304) > 0]
`);
    expect(err).not.toContain('error:');
    expect(code).toBe(0);
    for (const { variant, measurement } of (await bench.onlyRun()).trials) {
      expect([variant, measurement.errors]).toEqual([variant, {}]);
      expect(measurement.statuses).toEqual({ 304: measurement.requests });
    }
  });
});

describe('an error', () => {
  it('has its kind by name, and its first example', async () => {
    const port = await serve((_request, response) => response.end('ok'));
    const { code, out } = await runLab(`
    target: { url: 'https://127.0.0.1:${port}' }
    workload: [GET /ok]
    load: { connections: 2, warmup: 0s, duration: 500ms }
    expect: [error_rate == 0]
`);
    const words = out.replaceAll(/\s+/g, ' ');
    expect(words).toMatch(/errors: [\d,]+ tls/);
    expect(words).toMatch(/first tls: GET \/ok: .*wrong version number/);
    expect(words).not.toMatch(/\d other\b/);
    expect(code).toBe(1);
  });
});

describe.runIf(process.platform === 'linux')('a generator that may open 256 files', () => {
  it('says so before the load, and blames no server', async () => {
    let asked = 0;
    const port = await serve((_request, response) => {
      asked++;
      response.end('ok');
    });
    await bench.write(
      'scenarios.yaml',
      `version: 1
scenarios:
  s:
    question: Do 300 connections work?
    target: { url: 'http://127.0.0.1:${port}' }
    workload: [GET /ok]
    load: { connections: 300, warmup: 0s, duration: 1s }
    expect: [error_rate == 0]
`,
    );
    const program = path.join(packageFolder, 'dist', 'cli', 'main.js');
    const script = 'ulimit -n 256; exec "$0" "$@"';
    const { code, err } = await new Promise<{ code: unknown; err: string }>((resolve) => {
      const options = { cwd: bench.folder, env: bench.env };
      execFile('sh', ['-c', script, process.execPath, program, 'run', 's'], options, (error, _out, err) =>
        resolve({ code: error?.code, err }),
      );
    });
    expect(code).toBe(4);
    expect(err).toMatch(/The generator may open 256 files, and 300 connections take 3\d\d\./);
    expect(err).toContain('Raise ulimit -n');
    // Once, before all load, to see whether it is there.
    expect(asked).toBe(1);
  });
});
