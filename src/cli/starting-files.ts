import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { packageFolder } from '../package.ts';

/** A file that a project starts with: its place in the folder, and what is in it. */
export interface StartingFile {
  /** With `/`, relative to the folder. */
  readonly path: string;
  readonly text: string;
}

const files = [
  ['scenarios.yaml', 'scenarios.yaml'],
  ['scale-lab.yml', '.github/workflows/scale-lab.yml'],
] as const;

/** What `scale-lab init` writes: the example of a gate on pull requests, for a server of the user's own. */
export async function startingFiles(): Promise<readonly StartingFile[]> {
  const example = path.join(packageFolder, 'examples', 'github-actions');
  return Promise.all(
    files.map(async ([name, place]) => ({ path: place, text: await readFile(path.join(example, name), 'utf8') })),
  );
}
