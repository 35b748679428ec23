import { existsSync } from 'node:fs';
import path from 'node:path';
import { packageFolder } from '../../machine/package.ts';
import { LabError } from '../../model/errors.ts';
import type { Requirement } from '../platform.ts';

/** The bundled programs that run beside the system under test, as paths. */
export interface Programs {
  readonly app: string;
  readonly worker: string;
  /** Asks for the lab what only the network of containers can reach. */
  readonly agent: string;
  /** Stands between two services, and can be made slow or be cut. */
  readonly link: string;
}

/** Names of the programs, where they are built and in the lab's image, which is where they are started. */
export const inImage = {
  app: 'target-app.mjs',
  worker: 'load-worker.mjs',
  agent: 'agent.mjs',
  link: 'link.mjs',
} as const;

/** Where the build puts them: in the package's `dist/`, whether the lab itself runs from `src` or from there. */
export function findPrograms(folder: string = packageFolder): Programs {
  const built = (name: string): string => path.join(folder, 'dist', name);
  return {
    app: built(inImage.app),
    worker: built(inImage.worker),
    agent: built(inImage.agent),
    link: built(inImage.link),
  };
}

/** Those that have not been built. */
export function missingPrograms(programs: Partial<Programs>): readonly string[] {
  return Object.values(programs).filter((program) => !existsSync(program));
}

/** Whether all of them have been built. */
export function builtPrograms(programs: Programs): Requirement {
  const name = 'target app, load worker, agent and link';
  const missing = missingPrograms(programs);
  if (missing.length === 0) return { name, met: true, found: 'built' };
  return { name, met: false, problem: `not built: ${missing.join(', ')}`, fix: 'Run npm run build.' };
}

/** @throws {LabError} where one of these has not been built */
export function requireBuilt(programs: Partial<Programs>): void {
  const missing = missingPrograms(programs);
  if (missing.length > 0) throw new LabError(`Not built: ${missing.join(', ')}.`, { hint: 'Run npm run build.' });
}
