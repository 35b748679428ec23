import os from 'node:os';
import { openPlatform as open } from '../platforms/index.ts';
import type { Platform, PlatformName } from '../platforms/platform.ts';
import type { ScenarioFile } from '../scenarios/scenario.ts';
import type { Io } from './io.ts';

/** Opens a platform with what the command may use of this process. */
export async function openPlatform(name: PlatformName, io: Io, images: ScenarioFile['images'] = {}): Promise<Platform> {
  return open(name, { environment: io.environment, temporaryFolder: os.tmpdir(), images });
}
