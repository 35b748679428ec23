import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { packageFolder } from '../src/machine/package.ts';

const read = (file: string): string => readFileSync(path.join(packageFolder, file), 'utf8');

describe.each(['.github/workflows/checks.yml', 'examples/github-actions/scale-lab.yml'])('the workflow %s', (file) => {
  it('names each action by its commit, and says which version that is', () => {
    const used = read(file).match(/uses:.*/g) ?? [];
    expect(used.length).toBeGreaterThan(1);
    for (const line of used) expect(line).toMatch(/^uses: actions\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  it('reads the repository, and may write nothing of it', () => {
    const { permissions } = z.object({ permissions: z.record(z.string(), z.string()) }).parse(parse(read(file)));
    expect(permissions.contents).toBe('read');
    expect(Object.entries(permissions).filter(([, right]) => right !== 'read')).toEqual(
      file.startsWith('examples') ? [['pull-requests', 'write']] : [],
    );
    expect(read(file)).toContain('persist-credentials: false');
  });
});

it('SECURITY.md names code and tests that there are', () => {
  const named = [...read('SECURITY.md').matchAll(/(?<=`|\()((?:src|test|docs)\/[\w./-]+)/g)].map(
    ([, file = '']) => file,
  );
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter((file) => !existsSync(path.join(packageFolder, file)))).toEqual([]);
});
