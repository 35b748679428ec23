import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

/**
 * Makes a folder and those above it, one by one: Node's recursive mkdir never ends in a place such as /proc.
 * @throws the system's own error where one of them cannot be made
 */
export async function makeFolder(folder: string): Promise<void> {
  if (existsSync(folder)) return;
  await makeFolder(path.dirname(folder));
  await mkdir(folder).catch((error: unknown) => {
    // Another run may have been faster with the folder above.
    if (!existsSync(folder)) throw error;
  });
}

/**
 * Writes a file whole or not at all, so that a reader never sees half of it; where that fails nothing is left of the attempt.
 * @throws the system's own error
 */
export async function writeWhole(file: string, text: string): Promise<void> {
  const draft = `${file}.${process.pid}.part`;
  try {
    await writeFile(draft, text);
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined);
    throw error;
  }
}
