import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scaleLab } from './cli.ts';
import { Workbench } from './workbench.ts';

const token = 's3cret-t0ken';

/** Answers with what it was sent, says it in its log, and ends like that where it is told to. */
const echo = `
import http from 'node:http';
if (process.env.FAULT) {
  console.error('refused: ' + process.argv[2] + ' ' + process.env.KEY);
  process.exit(3);
}
http.createServer(async (request, response) => {
  let body = '';
  for await (const chunk of request) body += chunk;
  response.setHeader('Server-Timing', 'db;dur=5e-05, constructor;dur=1, __proto__;dur=1, x;dur=' + '9'.repeat(308));
  response.end(JSON.stringify({ headers: request.headers, url: request.url, body, argument: process.argv[2], key: process.env.KEY }));
}).listen(process.env.PORT);
`;

const scenarios = `version: 1
defaults: { load: { connections: '\${CONNECTIONS}', driver: lab, warmup: 0s, duration: 2s } }
scenarios:
  header:
    question: Does each user get an answer?
    target: { command: [node, echo.mjs, '\${API_TOKEN}'], env: { KEY: 'k-\${API_TOKEN}' } }
    workload:
      - request: POST /users/{user}?t=\${API_TOKEN}
        headers: { authorization: 'Bearer \${API_TOKEN}', x-user: '{user}', api_key: 1.50 }
        body: { orderId: 4634343214213523454, token: '\${API_TOKEN}' }
        check: { contains: '"x-user":"{user}"' }
      - request: GET /a
        headers: { authorization: 'Bearer \${API_TOKEN}' }
        check: { contains: '"authorization":"Bearer \${API_TOKEN}"' }
      - request: PUT /b
        body: { orderId: 4634343214213523454, price: 1.50, token: '\${API_TOKEN}' }
        check: { contains: '"{\\"orderId\\":4634343214213523454,\\"price\\":1.50,\\"token\\":\\"\${API_TOKEN}' }
      - request: GET /c
        check: { contains: '"key":"k-\${API_TOKEN}"' }
      - request: GET /d
        check: { contains: '"argument":"\${API_TOKEN}"' }
    keys: { user: { uniform: 10 } }
    expect: [error_rate == 0]
  broken:
    question: Why does it not start?
    target: { command: [node, echo.mjs, '\${API_TOKEN}'], env: { KEY: 'k-\${API_TOKEN}', FAULT: 1 } }
    workload: [GET /]
`;

let bench: Workbench;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  bench = await Workbench.create();
  await bench.write('scenarios.yaml', scenarios);
  await bench.write('echo.mjs', echo);
  env = { ...bench.env, API_TOKEN: token, CONNECTIONS: '3' };
});
afterAll(async () => bench[Symbol.asyncDispose]());

/** Everything that was written below the folder of the results. */
async function results(): Promise<string> {
  const folder = path.join(bench.folder, 'results');
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  return (await Promise.all(files.map(async (file) => readFile(file, 'utf8')))).join('\n');
}

describe('what is written is sent, and a secret is in no report', () => {
  it('with keys and variables filled in, by several workers', async () => {
    const saved = ['html=r.html', 'markdown=r.md', 'junit=r.xml', 'csv=r.csv'].flatMap((to) => ['--save', to]);
    const { code, out, err } = await scaleLab(['run', 'header', '--workers', '2', '--verbose', ...saved], {
      cwd: bench.folder,
      env,
    });
    // What a server that stood still at the end left without an answer cannot be told.
    expect([0, 3], out + err).toContain(code);
    expect(out).toContain('3 connections');
    const files = ['r.html', 'r.md', 'r.xml', 'r.csv'].map(async (name) =>
      readFile(path.join(bench.folder, name), 'utf8'),
    );
    const all = [out, err, await results(), ...(await Promise.all(files))].join('\n');
    expect(all).toContain('POST /users/');
    expect(all).toContain('${API_TOKEN}');
    expect(all).not.toContain('s3cret');
    const measurement = (await bench.onlyRun()).trials[0]?.measurement;
    expect(measurement?.errors).toEqual({});
    expect(measurement?.byRequest.filter(({ requests }) => requests > 0)).toHaveLength(5);
    expect(measurement?.slowest[0]?.parts).toHaveProperty('server constructor');
  });

  it('nor in an error, or the log that explains it', async () => {
    const { code, out, err } = await scaleLab(['run', 'broken'], { cwd: bench.folder, env });
    expect(code).toBe(4);
    expect(err).toContain('refused: ${API_TOKEN} k-${API_TOKEN}');
    expect(out + err).not.toContain('s3cret');
  });

  it('nor in a plan, or an explanation', async () => {
    for (const args of [
      ['run', 'header', '--dry-run'],
      ['explain', 'broken'],
    ]) {
      const { code, out, err } = await scaleLab(args, { cwd: bench.folder, env });
      expect(code, err).toBe(0);
      expect(out).toContain('${API_TOKEN}');
      expect(err).toBe('');
    }
  });

  it('and where it is not set, nothing is started', async () => {
    const { API_TOKEN: _, ...without } = env;
    const { code, err } = await scaleLab(['run', 'header'], { cwd: bench.folder, env: without });
    expect(code).toBe(2);
    expect(err).toContain('scenarios.yaml:6:42 error: the variable API_TOKEN is not set');
  });
});
