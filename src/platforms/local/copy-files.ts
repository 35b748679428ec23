import { chmod, chown, mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type File, type Machine, plainText } from '../../services/service.ts';

/** Who files are made for; undefined for the lab's own user. */
type User = Machine['user'];

/** Makes a folder, whatever the umask is; one that is there already stays. */
export async function makeFolder(folder: string, mode: number, user: User): Promise<void> {
  await mkdir(folder, { recursive: true });
  await chmod(folder, mode);
  if (user) await chown(folder, user.uid, user.gid);
}

/** Writes the files of a copy into a folder that nobody else may enter. */
export async function writeFiles(folder: string, files: readonly File[], user: User): Promise<void> {
  if (files.length > 0) await makeFolder(folder, 0o700, user);
  for (const { name, text } of files) {
    const file = path.join(folder, name);
    await writeFile(file, plainText(text), { mode: typeof text === 'string' ? 0o644 : 0o600 });
    if (user) await chown(file, user.uid, user.gid);
  }
}

/** Removes files that are no longer needed. */
export async function removeFiles(folder: string, files: readonly File[]): Promise<void> {
  await Promise.all(files.map(({ name }) => rm(path.join(folder, name), { force: true })));
}
