import { Command } from 'commander';
import { exitCodes, LabError, messageOf, UsageError } from '../../model/errors.ts';
import type { CommandFactory } from '../command.ts';
import type { Io } from '../io.ts';
import type { StartingFile } from '../starting-files.ts';

const next = `
Next:
  1. In scenarios.yaml say how your server is started, and what it is asked.
  2. scale-lab validate && scale-lab run
  3. In the workflow say how it is built and started.
`;

const examples = `
How the server is started is the start script of package.json, where there is
one. The workflow goes to the root of the git repository: GitHub reads it there
only.

Examples:
  scale-lab init
  scale-lab init services/api
  scale-lab init --print`;

interface InitOptions {
  readonly force?: boolean;
  readonly print?: boolean;
}

/** Writes all of the files or, where one of them is there and is not to be replaced, none. */
async function writeAll(io: Io, files: readonly StartingFile[], isForced: boolean): Promise<void> {
  const path = await import('node:path');
  const { existsSync } = await import('node:fs');
  const { readFile, writeFile } = await import('node:fs/promises');
  const { makeFolder, writeTo } = await import('../../machine/folder.ts');
  const shown = ({ file }: StartingFile): string => path.relative(io.folder, file);
  const there = files.filter(({ file, isWhole }) => isWhole && existsSync(file)).map(shown);
  if (there.length > 0 && !isForced) {
    throw new UsageError(`${there.join(' and ')} ${there.length === 1 ? 'is' : 'are'} there already.`, {
      hint: 'Nothing was written. --force replaces what is there, --print shows what would be written.',
    });
  }
  for (const each of files) {
    const { file, text, isWhole } = each;
    try {
      await makeFolder(path.dirname(file));
      if (isWhole && !isForced) {
        // Not over a file that has come meanwhile.
        await writeFile(file, text, { flag: 'wx' });
      } else if (isWhole) {
        await writeTo(file, text);
      } else {
        const before = existsSync(file) ? await readFile(file, 'utf8') : '';
        await writeTo(file, `${before}${before === '' || before.endsWith('\n') ? '' : '\n'}${text}`);
      }
    } catch (error) {
      throw new LabError(`${shown(each)} cannot be written: ${messageOf(error)}.`, { cause: error });
    }
    io.out.write(isWhole ? `wrote ${shown(each)}\n` : `added ${text.trimEnd()} to ${shown(each)}\n`);
  }
}

/** `scale-lab init`: the files that a project starts with. */
export const initCommand: CommandFactory = (io, finish) =>
  new Command('init')
    .description('write a scenario file to start from, and a workflow that gates pull requests')
    .argument('[folder]', 'the folder of the server', '.')
    .option('--force', 'replace files that are there already')
    .option('--print', 'print the files and write nothing')
    .addHelpText('after', examples)
    .action(async (folder: string, { force = false, print = false }: InitOptions) => {
      const path = await import('node:path');
      const { startingFiles } = await import('../starting-files.ts');
      const files = await startingFiles(path.resolve(io.folder, folder));
      if (print) {
        const printed = files.map(({ file, text }) => `# --- ${path.relative(io.folder, file)}\n${text}`);
        io.out.write(printed.join('\n'));
      } else {
        await writeAll(io, files, force);
        io.out.write(next);
      }
      finish(exitCodes.passed);
    });
