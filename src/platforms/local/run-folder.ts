import { chmod, mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { diskFullHint } from '../../machine/log-tail.ts';
import { type Owner, ownerLabel } from '../../machine/owner.ts';
import { LabError, messageOf } from '../../model/errors.ts';

/** Makes the folder of a run. Its name is its label: there is no moment at which it exists without an owner. */
export async function createRunFolder(temporaryFolder: string, owner: Owner): Promise<string> {
  const folder = path.join(temporaryFolder, ownerLabel(owner));
  try {
    await mkdir(folder);
    // Others may pass through but not look around: PostgreSQL may have to run as another user.
    await chmod(folder, 0o711);
    return folder;
  } catch (error) {
    throw folderError(error, folder);
  }
}

/** Removes the folder of a run, also while another process does the same. */
export async function removeRunFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
}

/** An error of the file system in the folder of a run, as something to act on; other errors as they are. */
export function folderError(error: unknown, folder: string): unknown {
  if (!(error instanceof Error) || error instanceof LabError || !('code' in error)) return error;
  switch (error.code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new LabError(`There is no space left for ${folder}.`, { hint: diskFullHint(folder), cause: error });
    case 'ENOENT':
    case 'ENOTDIR':
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new LabError(`The folder ${folder} cannot be used: ${messageOf(error)}.`, {
        hint: 'Set TMPDIR to a folder that exists and that you may write to.',
        cause: error,
      });
    default:
      return error;
  }
}
