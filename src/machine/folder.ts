import { existsSync } from 'node:fs';
import { mkdir, open, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
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
 * Writes a file whole or not at all, so that a reader never sees half of it, nor does who reads it after the machine has lost its
 * power; where that fails, what was there before is there still, and nothing is left of the attempt.
 * @throws the system's own error
 */
export async function writeWhole(file: string, text: string): Promise<void> {
  const draft = `${file}.${process.pid}.part`;
  try {
    await writeFile(draft, text, { flush: true });
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined);
    throw error;
  }
  // Its name as well; some file systems have nothing like that for folders, and keep it in order by themselves.
  const folder = await open(path.dirname(file)).catch(() => undefined);
  await folder?.sync().catch(() => undefined);
  await folder?.close();
}

/**
 * Writes to where a user wants it: whole or not at all where that is a file, or is to be one; through a link to what it leads to. What
 * else has a name, such as a pipe, is written to as it is, and so is all below `/dev`: `/dev/stdout` may lead to a file that is open.
 * @throws the system's own error
 */
export async function writeTo(place: string, text: string): Promise<void> {
  const file = await realpath(place).catch(() => place);
  const isFile = await stat(file).then(
    (status) => status.isFile(),
    () => true,
  );
  await (isFile && !place.startsWith('/dev/') ? writeWhole(file, text) : writeFile(place, text));
}
