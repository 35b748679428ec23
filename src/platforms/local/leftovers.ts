import { existsSync } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import path from 'node:path';
import { type IsWanted, type OnSkip, type Owner, parseOwnerLabel } from '../../machine/owner.ts';
import type { Leftover } from '../platform.ts';
import { endOwnProcesses, unendedOf } from './own-processes.ts';
import { removeRunFolder } from './run-folder.ts';

/** Removes the processes and folders of those runs, and only those. */
export async function removeRuns(
  temporaryFolder: string,
  isWanted: IsWanted,
  signal: AbortSignal,
  onSkip: OnSkip = () => undefined,
): Promise<readonly Leftover[]> {
  const names = await readdir(temporaryFolder).catch(() => []);
  const removed: Leftover[] = [];
  for (const name of names) {
    signal.throwIfAborted();
    const owner = parseOwnerLabel(name);
    if (owner === undefined || !(await isWanted(owner, onSkip))) continue;
    removed.push(...(await removeRun(path.join(temporaryFolder, name), owner, onSkip)));
  }
  return removed;
}

async function removeRun(folder: string, { runId }: Owner, onSkip: OnSkip): Promise<readonly Leftover[]> {
  // Anybody may write to /tmp: what another user put there under such a name is none of ours.
  const status = await lstat(folder).catch(() => undefined);
  if (status?.isDirectory() !== true || status.uid !== process.getuid?.()) return [];
  const ending = await endOwnProcesses(folder);
  const leftovers: Leftover[] = ending.ended.map(({ pid, command }) => ({
    runId,
    kind: 'process',
    description: `${pid} ${command}`,
  }));
  const unended = unendedOf(ending);
  if (unended !== undefined) {
    // The folder is what they are found by.
    onSkip(`processes of the run ${runId} ${unended}; its folder ${folder} stays`);
    return leftovers;
  }
  // Fails where another clean-up removes the same folder; between the two of them it will be gone.
  await removeRunFolder(folder).catch(() => undefined);
  return existsSync(folder) ? leftovers : [...leftovers, { runId, kind: 'folder', description: folder }];
}
