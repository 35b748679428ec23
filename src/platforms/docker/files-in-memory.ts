import { type File, plainText } from '../../services/service.ts';

/** The folder in memory that the files of a copy are in. */
export const filesFolder = '/run/scale-lab';

/** Files as a container is given them: a remote Engine sees no file of this machine. */
export interface FilesToWrite {
  /** For `sh`, before the program is started: empty where there are no files. */
  readonly script: string;
  /** The variables that it takes the texts from. They are gone when it has ended. */
  readonly environment: Readonly<Record<string, string>>;
  /** The folders in memory that it writes to. */
  readonly folders: readonly string[];
}

/** How files of a service are written in its container. */
export function toWrite(files: readonly File[]): FilesToWrite {
  const named = files.map(({ name, text }, index) => ({
    variable: `SCALE_LAB_FILE_${index + 1}`,
    path: `${filesFolder}/${name}`,
    text: plainText(text),
    isSecret: typeof text !== 'string',
  }));
  return {
    script: named.map(writes).join(''),
    environment: Object.fromEntries(named.map(({ variable, text }) => [variable, text])),
    folders: files.length === 0 ? [] : [filesFolder],
  };
}

function writes(file: { readonly variable: string; readonly path: string; readonly isSecret: boolean }): string {
  const { variable, path, isSecret } = file;
  return `(${isSecret ? 'umask 077; ' : ''}printf '%s' "$${variable}" > '${path}') || exit
unset ${variable}
`;
}
