import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { scaleLab } from './cli.ts';
import { Workbench } from './workbench.ts';

let bench: Workbench;
beforeEach(async () => {
  bench = await Workbench.create();
});
afterEach(async () => bench[Symbol.asyncDispose]());

/**
 * Works for 2 ms of its own CPU time on each answer, which is 20 ms late so that a core is not kept busy, and writes down after every
 * fiftieth what all of them took by its own account.
 */
const server = `import { writeFileSync } from 'node:fs';
import http from 'node:http';
const usedUs = () => { const { user, system } = process.cpuUsage(); return user + system; };
let answers = 0;
http.createServer((request, response) => {
  const untilUs = usedUs() + 2000;
  while (usedUs() < untilUs);
  setTimeout(() => response.end('ok'), 20);
  if (++answers % 50 === 0) writeFileSync('own.json', JSON.stringify({ seconds: usedUs() / 1e6 }));
}).listen(process.env.PORT);`;

const ownSchema = z.object({ seconds: z.number() });

describe('what an answer costs', () => {
  it('is the CPU time of the server of the user’s own, by its own account and by the lab’s', async () => {
    await bench.write('server.mjs', server);
    const claims = [
      // Of a second that was watched in part, its answers are taken to have come evenly.
      'cpu_per_request > 1.8ms',
      'cpu_per_request < 6ms',
      'cpu_per_request(service=target-1) == cpu_per_request',
      'memory_end > 10MiB',
      'memory_end(service=target-1) < 1GiB',
    ];
    await bench.write(
      'scenarios.yaml',
      `version: 1
scenarios:
  s:
    question: What does an answer cost?
    target: { command: node server.mjs }
    workload: [GET /]
    load: { driver: lab, connections: 4, warmup: 500ms, duration: 8s }
    expect: ${JSON.stringify(claims)}
`,
    );
    const { code, out, err } = await scaleLab(['run', 's'], { cwd: bench.folder, env: bench.env });
    const { trials, verdicts } = await bench.onlyRun();
    expect(
      verdicts.map(({ outcome }) => outcome),
      err + out,
    ).toEqual(claims.map(() => 'passed'));
    expect(code).toBe(0);
    const [trial] = trials;
    expect(trial?.resources).toMatchObject([{ service: 'target', copy: 'target-1', role: 'tested' }]);
    const own = ownSchema.parse(JSON.parse(await readFile(path.join(bench.folder, 'own.json'), 'utf8')));
    // It has not written down the last of its answers, fifty at most.
    expect(trial?.resources[0]?.cpu?.seconds).toBeLessThan(own.seconds + 50 * 0.006);
    expect(out).toContain('CPU/req ms');
  });

  it('is told as a problem of the file where nobody watches the server, or there is no such service', async () => {
    await bench.write(
      'scenarios.yaml',
      `version: 1
scenarios:
  s:
    question: What does an answer cost?
    target: { command: node server.mjs }
    workload: [GET /]
    expect: ['cpu_per_request(service=target) < 2ms']
`,
    );
    const { code, err } = await scaleLab(['run', 's'], { cwd: bench.folder, env: bench.env });
    expect(code).toBe(2);
    expect(err).toContain('the service "target" is not known');
    expect(err).toContain('did you mean "target-1"?');
  });
});
