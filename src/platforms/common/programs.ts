import { existsSync } from 'node:fs';
import path from 'node:path';
import { packageFolder } from '../../package.ts';

/** The bundled programs that run beside the system under test, as paths. */
export interface Programs {
  readonly app: string;
  readonly worker: string;
}

/** Where the build puts them: in the package's `dist/`, whether the lab itself runs from `src` or from there. */
export function findPrograms(folder: string = packageFolder): Programs {
  return { app: path.join(folder, 'dist/target-app.mjs'), worker: path.join(folder, 'dist/load-worker.mjs') };
}

/** Those that have not been built. */
export function missingPrograms({ app, worker }: Programs): readonly string[] {
  return [app, worker].filter((program) => !existsSync(program));
}
