import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { packageFolder } from '../machine/package.ts';
import { messageOf, UsageError } from '../model/errors.ts';
import { jsonOf } from '../model/foreign-text.ts';

/** A file that a project starts with. */
export interface StartingFile {
  /** Where it goes; absolute. */
  readonly file: string;
  readonly text: string;
  /** Whether the text is all of a file that is not there yet; otherwise it is added to one that may be. */
  readonly isWhole: boolean;
}

/** Where a run keeps its results unless it is told otherwise. */
const ignored = 'results/';

/**
 * What `scale-lab init` writes: the example of a gate on pull requests, for the server in a folder. GitHub reads workflows at the
 * root of a repository only; there the server may lie further down. Its `start` script is how it is started.
 * @throws {UsageError} where the folder has a package.json that is none
 */
export async function startingFiles(folder: string): Promise<readonly StartingFile[]> {
  const root = repositoryOf(folder);
  const below = path.relative(root, folder).split(path.sep).join('/');
  const { start, build } = await scriptsOf(folder);
  const whole = async (name: string, file: string, changes: readonly Change[]): Promise<StartingFile> => {
    const example = path.join(packageFolder, 'examples', 'github-actions', name);
    return { file, text: changed(await readFile(example, 'utf8'), changes), isWhole: true };
  };
  const slug = below.replaceAll(/[^A-Za-z0-9]+/g, '-');
  const workflow = below === '' ? 'scale-lab.yml' : `scale-lab-${slug}.yml`;
  const ofFolder: readonly Change[] =
    below === ''
      ? []
      : [
          ['.github/workflows/scale-lab.yml', `.github/workflows/${workflow}`],
          ['name: scale-lab\n', `name: ${scalar(`scale-lab ${below}`)}\n`],
          ['BASE: base', `BASE: ${scalar(`base/${below}`)}`],
          ['HEAD: head', `HEAD: ${scalar(`head/${below}`)}`],
        ];
  const isIgnored = await ignores(path.join(folder, '.gitignore'));
  return [
    await whole('scenarios.yaml', path.join(folder, 'scenarios.yaml'), [
      ['command: node server.js', `command: ${scalar(start)}`],
    ]),
    await whole('scale-lab.yml', path.join(root, '.github', 'workflows', workflow), [
      ...ofFolder,
      ['BUILD: npm ci', `BUILD: ${build ? 'npm ci && npm run build' : 'npm ci'}`],
      ['START: node server.js', `START: ${scalar(start)}`],
    ]),
    ...(isIgnored ? [] : [{ file: path.join(folder, '.gitignore'), text: `${ignored}\n`, isWhole: false }]),
  ];
}

/** What stands in an example, and what takes its place. */
type Change = readonly [from: string, to: string];

function changed(text: string, changes: readonly Change[]): string {
  return changes.reduce((result, [from, to]) => {
    if (!result.includes(from)) throw new Error(`the example has no "${from}" any more`);
    return result.replace(from, () => to);
  }, text);
}

/** A text as YAML has it: as it is where that is plain, else in quotes. */
function scalar(text: string): string {
  return /^[A-Za-z][\w./ =-]*$/.test(text) ? text : jsonOf(text);
}

/** The root of the git repository that a folder is in; the folder itself where there is none. */
function repositoryOf(folder: string): string {
  for (let candidate = folder; ; candidate = path.dirname(candidate)) {
    if (existsSync(path.join(candidate, '.git'))) return candidate;
    if (path.dirname(candidate) === candidate) return folder;
  }
}

const manifestSchema = z.object({ scripts: z.record(z.string(), z.string()).optional() });

/** How the server of a package is started, and whether it has to be built before. */
async function scriptsOf(folder: string): Promise<{ readonly start: string; readonly build: boolean }> {
  const file = path.join(folder, 'package.json');
  if (!existsSync(file)) return { start: 'node server.js', build: false };
  let scripts: Readonly<Record<string, string>>;
  try {
    ({ scripts = {} } = manifestSchema.parse(JSON.parse(await readFile(file, 'utf8'))));
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${messageOf(error)}.`, { cause: error });
  }
  const { start = 'node server.js', build } = scripts;
  // What only npm finds, or what runs before it, takes npm.
  const isPlain = /^node [\w./ =-]+$/.test(start) && scripts.prestart === undefined;
  return { start: isPlain ? start : 'npm start', build: build !== undefined };
}

async function ignores(file: string): Promise<boolean> {
  const text = existsSync(file) ? await readFile(file, 'utf8') : '';
  return text.split(/\r?\n/).some((line) => /^\/?results\/?$/.test(line.trim()));
}
