import os from 'node:os';
import { UsageError } from '../model/errors.ts';
import type { ScenarioFile } from '../model/scenario.ts';
import { openPlatform as open } from '../platforms/index.ts';
import { clusterPlatforms, type Platform, type PlatformName } from '../platforms/platform.ts';
import { withVariables } from '../platforms/with-variables.ts';
import type { Io } from './io.ts';

/** What a command knows of the platform that it is to open. */
export interface PlatformChoice {
  readonly images?: ScenarioFile['images'];
  /** What `--context` names. */
  readonly context?: string | undefined;
}

/**
 * Opens a platform with what the command may use of this process; it fills in the variables of what it is handed.
 * @throws {UsageError} where a context is named of a platform that has none
 */
export async function openPlatform(name: PlatformName, io: Io, choice: PlatformChoice = {}): Promise<Platform> {
  const { images = {}, context } = choice;
  if (context !== undefined && !isCluster(name)) {
    throw new UsageError(`The platform ${name} has no contexts.`, {
      hint: `Leave out --context, or use --platform ${clusterPlatforms.join(' or ')}.`,
    });
  }
  const { environment } = io;
  const platform = await open(name, { environment, temporaryFolder: os.tmpdir(), images, context });
  return withVariables(platform, environment);
}

function isCluster(name: PlatformName): boolean {
  return clusterPlatforms.some((cluster) => cluster === name);
}
