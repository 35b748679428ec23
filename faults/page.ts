import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { format, resolveConfig } from 'prettier';
import { packageFolder } from '../src/machine/package.ts';

const page = path.join(packageFolder, 'docs', 'reliability.md');
const marks = /(<!-- faults -->).*(<!-- \/faults -->)/s;

/** Writes the summary of all cases into docs/reliability.md, between its two marks. */
export async function writePage(summary: string): Promise<void> {
  const text = await readFile(page, 'utf8');
  if (!marks.test(text)) throw new Error(`${page} has no marks for the cases.`);
  const written = text.replace(marks, (_, from: string, to: string) => `${from}\n\n${summary}\n${to}`);
  await writeFile(page, await format(written, { ...(await resolveConfig(page)), parser: 'markdown' }));
}
