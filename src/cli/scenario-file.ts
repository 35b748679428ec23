import { existsSync } from 'node:fs';
import path from 'node:path';
import { styleText } from 'node:util';
import { UsageError } from '../errors.ts';
import { packageFolder } from '../package.ts';
import { readScenarioFile, ScenarioFileError } from '../scenarios/parse.ts';
import { renderProblems, type Paint, type PaintRole } from '../scenarios/problem.ts';
import type { ScenarioFile } from '../scenarios/scenario.ts';
import type { Io } from './io.ts';

const styles: Readonly<Record<PaintRole, Parameters<typeof styleText>[0]>> = {
  place: 'bold',
  error: 'red',
  source: 'reset',
  underline: 'red',
  hint: 'cyan',
};

const paint: Paint = (role, text) => styleText(styles[role], text);

/** The scenarios that come with the lab. */
export const shippedFile = path.join(packageFolder, 'scenarios.yaml');

/** As a user would name it: relative to the working folder where it is in there. */
function shownAs(file: string, folder: string): string {
  const relative = path.relative(folder, file);
  return relative.startsWith('..') || path.isAbsolute(relative) ? file : relative;
}

/**
 * Reads the file that was named, else `./scenarios.yaml`, else the shipped one.
 * @throws {UsageError} with every problem of the file
 */
export async function loadScenarioFile(io: Io, named: string | undefined): Promise<ScenarioFile> {
  const own = path.join(io.folder, 'scenarios.yaml');
  const unnamed = existsSync(own) ? own : shippedFile;
  const file = named === undefined ? unnamed : path.resolve(io.folder, named);
  try {
    return await readScenarioFile(file, shownAs(file, io.folder), io.environment);
  } catch (error) {
    if (!(error instanceof ScenarioFileError) || !io.err.color) throw error;
    throw new UsageError(error.message, { details: renderProblems(error.problems, paint).split('\n'), cause: error });
  }
}
