import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { diskFullHint } from '../../../machine/log-tail.ts';
import { LabError, messageOf } from '../../../model/errors.ts';
import { refusal } from '../../engine/refusal.ts';
import { savedImages } from '../../engine/saved-images.ts';
import { nameAlso } from './archive-names.ts';
import type { ImageSource } from './loader-contract.ts';

/**
 * Has images of an Engine in one archive, as `docker save` writes it: what several of them are built on is in it once. It is there
 * for as long as the work takes.
 * @param names of each image: the one that the Engine knows, and one that it is to have besides
 * @throws {LabError} where the Engine does not give them, or they cannot be put down
 */
export async function withArchive<Result>(
  { engine, folder }: ImageSource,
  names: ReadonlyMap<string, string | undefined>,
  signal: AbortSignal,
  work: (archive: string) => Promise<Result>,
): Promise<Result> {
  // It is called as its folder is, of which there is one: a node puts it beside those of others.
  const archive = path.join(folder, `${path.basename(folder)}.tar`);
  try {
    await mkdir(folder, { mode: 0o700 }).catch((error: unknown) => {
      throw folderProblem(folder, error);
    });
    await save(engine, names, archive, signal);
    return await work(archive);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function save(
  engine: ImageSource['engine'],
  names: ReadonlyMap<string, string | undefined>,
  archive: string,
  signal: AbortSignal,
): Promise<void> {
  try {
    const saved = await savedImages(engine, [...names.keys()], signal);
    await pipeline(saved, nameAlso(names), createWriteStream(archive, { mode: 0o600 }), { signal });
  } catch (error) {
    signal.throwIfAborted();
    const isOfFile = error instanceof Error && 'path' in error && error.path === archive;
    throw isOfFile ? folderProblem(archive, error) : refusal('The images cannot be saved', error);
  }
}

function folderProblem(place: string, cause: unknown): LabError {
  const isFull = cause instanceof Error && 'code' in cause && cause.code === 'ENOSPC';
  const hint = isFull ? diskFullHint(place) : 'Set TMPDIR to a folder that exists and that you may write to.';
  return new LabError(`Images cannot be put into ${place}: ${messageOf(cause)}.`, { hint, cause });
}
