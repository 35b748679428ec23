import { existsSync } from 'node:fs';
import path from 'node:path';
import { packageFolder } from '../package.ts';
import { readScenarioFile } from '../scenarios/parse.ts';
import type { ScenarioFile } from '../scenarios/scenario.ts';
import type { Io } from './io.ts';

/**
 * Reads the file that was named, else `./scenarios.yaml`, else the shipped one.
 * @throws {UsageError} with every problem of the file
 */
export async function loadScenarioFile(io: Io, named: string | undefined): Promise<ScenarioFile> {
  const own = path.join(io.folder, 'scenarios.yaml');
  const file =
    named !== undefined
      ? path.resolve(io.folder, named)
      : existsSync(own)
        ? own
        : path.join(packageFolder, 'scenarios.yaml');
  return readScenarioFile(file);
}
