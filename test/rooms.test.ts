import { spawnSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { packageFolder } from '../src/machine/package.ts';

/** A folder for copies. */
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'rooms-'));
});
afterEach(async () => rm(folder, { recursive: true }));

/** Files of which nothing matters but what they import. */
async function write(files: Readonly<Record<string, readonly string[]>>): Promise<void> {
  for (const [name, imported] of Object.entries(files)) {
    const file = path.join(folder, name);
    const imports = imported.map((other, number) => `import type { It as It${number} } from '${other}';\n`);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, [...imports, 'export interface It {}\n'].join(''));
  }
}

const reportSchema = z.object({
  summary: z.object({
    violations: z.array(z.object({ rule: z.object({ name: z.string() }), from: z.string(), to: z.string() })),
  }),
});

/** What is refused of the files, each with the rule that it breaks. */
async function refused(): Promise<readonly string[]> {
  for (const file of ['rooms.mjs', '.dependency-cruiser.mjs']) {
    await cp(path.join(packageFolder, file), path.join(folder, file));
  }
  const program = path.join(packageFolder, 'node_modules', '.bin', 'depcruise');
  const { stdout } = spawnSync(program, ['src', '--output-type', 'json'], { cwd: folder, encoding: 'utf8' });
  const { violations } = reportSchema.parse(JSON.parse(stdout)).summary;
  return violations.map(({ rule, from, to }) => `${rule.name}: ${from}${from === to ? '' : ` → ${to}`}`).sort();
}

describe('what the linter says of imports', () => {
  it('nothing of those that the rooms allow, nor of those of tests', async () => {
    await write({
      'src/cli/main.ts': ['../verbs/run.ts', '../model/errors.ts'],
      'src/verbs/run.ts': ['../analysis/answer.ts', '../session/trial.ts'],
      'src/session/trial.ts': ['../load/measurement.ts'],
      'src/analysis/answer.ts': ['../record/run-record.ts', '../model/errors.ts'],
      'src/analysis/answer.test.ts': ['../cli/main.ts', '../load/testing/jobs.ts'],
      'src/load/measurement.ts': ['../model/errors.ts'],
      'src/load/testing/jobs.ts': ['../../../test/fakes/records.ts'],
      'src/record/run-record.ts': [],
      'src/model/errors.ts': [],
      'test/fakes/records.ts': ['../../src/record/run-record.ts'],
    });
    expect(await refused()).toEqual([]);
  });

  it('which rule it is that others break', async () => {
    await write({
      'src/cli/main.ts': ['../verbs/run.ts', '../platforms/index.ts', '../target-app/main.ts'],
      'src/verbs/run.ts': ['../analysis/answer.ts', './run.test.ts', '../news/paper.ts', './one.ts'],
      'src/verbs/run.test.ts': [],
      'src/verbs/one.ts': ['./other.ts'],
      'src/verbs/other.ts': ['./one.ts'],
      'src/analysis/answer.ts': ['../cli/io.ts'],
      'src/cli/io.ts': [],
      'src/platforms/index.ts': ['./docker/app.ts', './local/app.ts'],
      'src/platforms/docker/app.ts': ['../local/app.ts', '../../load/testing/jobs.ts'],
      'src/platforms/local/app.ts': ['../../../test/fakes/io.ts'],
      'src/load/testing/jobs.ts': [],
      'src/worker/drivers/clock.ts': [],
      'src/news/paper.ts': ['../model/errors.ts'],
      'src/model/errors.ts': [],
      'src/target-app/main.ts': ['../model/errors.ts'],
      'test/fakes/io.ts': [],
    });
    expect(await refused()).toEqual([
      'analysis: src/analysis/answer.ts → src/cli/io.ts',
      'circle: src/verbs/one.ts → src/verbs/other.ts',
      'cli: src/cli/main.ts → src/target-app/main.ts',
      'docker: src/platforms/docker/app.ts → src/platforms/local/app.ts',
      'for-tests: src/platforms/docker/app.ts → src/load/testing/jobs.ts',
      'for-tests: src/platforms/local/app.ts → test/fakes/io.ts',
      'for-tests: src/verbs/run.ts → src/verbs/run.test.ts',
      'no-room: src/news/paper.ts → src/model/errors.ts',
      'orphan: src/worker/drivers/clock.ts',
      'target-app: src/target-app/main.ts → src/model/errors.ts',
      'verbs: src/verbs/run.ts → src/news/paper.ts',
    ]);
  });
});

describe('docs/architecture.md', () => {
  it('has the table of rooms.mjs; else run `npm run rooms`', async () => {
    const text = await readFile('docs/architecture.md', 'utf8');
    const page = path.join(folder, 'architecture.md');
    await writeFile(page, text);
    expect(spawnSync(process.execPath, ['scripts/rooms.mjs', page], { stdio: 'inherit' }).status).toBe(0);
    expect(await readFile(page, 'utf8')).toBe(text);
  });
});
