import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { packageFolder } from '../../src/machine/package.ts';
import { Workbench } from './workbench.ts';

const execute = promisify(execFile);
/** What `npm pack` says of the one package that it has packed. */
const packedSchema = z.tuple([z.object({ filename: z.string(), files: z.array(z.object({ path: z.string() })) })]);
const unreachable = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENOTCACHED/;

let bench: Workbench;
beforeEach(async () => {
  bench = await Workbench.create();
});
afterEach(async () => bench[Symbol.asyncDispose]());

describe('the package', () => {
  it('holds what it needs and no more, and works where it is installed', { timeout: 180_000 }, async (context) => {
    const pack = ['pack', '--json', '--ignore-scripts', '--pack-destination', bench.folder];
    const { stdout } = await execute('npm', pack, { cwd: packageFolder });
    const [packed] = packedSchema.parse(JSON.parse(stdout));
    const files = packed.files.map((file) => file.path);
    expect(files).toEqual(
      expect.arrayContaining([
        'scenarios.yaml',
        'dist/cli/main.js',
        'dist/target-app.mjs',
        'dist/load-worker.mjs',
        'dist/link.mjs',
      ]),
    );
    expect(files.filter((file) => /\.test\.|^src\/|^test\/|\/results\//.test(file))).toEqual([]);

    await bench.write('package.json', '{ "private": true }');
    const install = ['install', '--prefer-offline', '--no-audit', '--no-fund', `./${packed.filename}`];
    try {
      await execute('npm', install, { cwd: bench.folder });
    } catch (error) {
      const output = error instanceof Error && 'stderr' in error ? String(error.stderr) : '';
      if (unreachable.test(output)) context.skip('the npm registry cannot be reached, to install the packed package');
      throw error;
    }
    const notices = path.join(bench.folder, 'node_modules', 'scale-lab', 'dist', 'third-party.txt');
    expect(await readFile(notices, 'utf8')).toMatch(
      /^@kubernetes\/client-node [\d.]+ \(Apache-2\.0\)\n\n.*Apache License/ms,
    );
    const command = path.join(bench.folder, 'node_modules', '.bin', 'scale-lab');
    const list = await execute(command, ['list'], { cwd: bench.folder });
    expect(list.stdout).toContain('thundering-herd');
    const init = await execute(command, ['init', 'mine'], { cwd: bench.folder });
    expect(init.stdout).toContain('wrote mine/scenarios.yaml');
    const args = [
      'run',
      'n-plus-one',
      '--variant',
      'join',
      '--duration',
      '500ms',
      '--warmup',
      '0s',
      '--connections',
      '2',
    ];
    const { code, err } = await new Promise<{ code: unknown; err: string }>((resolve) => {
      const options = { cwd: bench.folder, env: bench.env };
      execFile(command, args, options, (error, _out, err) => resolve({ code: error?.code ?? 0, err }));
    });
    expect([0, 1, 3], err).toContain(code);
    expect(err).toContain('results in ');
    expect((await bench.onlyRun()).status).toBe('complete');
    expect(await bench.leftovers()).toEqual([]);
  });
});
