import { existsSync } from 'node:fs';
import path from 'node:path';
import { packageFolder } from '../machine/package.ts';
import type { ScenarioFile } from '../model/scenario.ts';
import { readScenarioFile } from '../scenarios/parse.ts';
import type { Io } from './io.ts';

/** The scenarios that come with the lab. */
export const shippedFile = path.join(packageFolder, 'scenarios.yaml');

/** As a user would name it: relative to the working folder where it is in there. */
function shownAs(file: string, folder: string): string {
  const relative = path.relative(folder, file);
  return relative.startsWith('..') || path.isAbsolute(relative) ? file : relative;
}

/**
 * Reads the file that was named, else `./scenarios.yaml`, else the shipped one.
 * @throws {ScenarioFileError} with every problem of the file
 * @throws {UsageError} where it cannot be read
 */
export async function loadScenarioFile(io: Io, named: string | undefined): Promise<ScenarioFile> {
  const own = path.join(io.folder, 'scenarios.yaml');
  const unnamed = existsSync(own) ? own : shippedFile;
  const file = named === undefined ? unnamed : path.resolve(io.folder, named);
  return readScenarioFile(file, shownAs(file, io.folder), io.environment);
}
