import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { calibrationsSchema, type Calibrations } from '../analysis/comparison/calibration.ts';
import { makeFolder, writeWhole } from '../machine/folder.ts';
import { LabError, messageOf } from '../model/errors.ts';

/** Where calibrations are kept: beside the runs that they are for. */
export function calibrationFile(results: string): string {
  return path.join(results, 'calibration.json');
}

/**
 * Reads what calibrations have found; nothing where there is no file.
 * @throws {LabError} where the file is not what calibrations write
 */
export async function readCalibrations(results: string): Promise<Calibrations> {
  const file = calibrationFile(results);
  try {
    return calibrationsSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return { version: 1, entries: [] };
    const hint = 'Remove it, and run scale-lab calibrate again.';
    throw new LabError(`The calibration in ${file} cannot be read.`, { hint, cause: error });
  }
}

/**
 * Writes them whole or not at all.
 * @throws {LabError} where they cannot be written
 */
export async function writeCalibrations(results: string, calibrations: Calibrations): Promise<void> {
  const file = calibrationFile(results);
  try {
    await makeFolder(results);
    await writeWhole(file, `${JSON.stringify(calibrations, null, 1)}\n`);
  } catch (error) {
    throw new LabError(`The calibration cannot be written to ${file}: ${messageOf(error)}.`, { cause: error });
  }
}
