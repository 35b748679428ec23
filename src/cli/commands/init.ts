import { Command } from 'commander';
import { exitCodes, LabError, messageOf, UsageError } from '../../errors.ts';
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
Examples:
  scale-lab init
  scale-lab init services/api
  scale-lab init --print`;

interface InitOptions {
  readonly force?: boolean;
  readonly print?: boolean;
}

function printed({ path, text }: StartingFile): string {
  return `# --- ${path}\n${text}`;
}

/** Writes all of the files or, where one of them is there and is not to be replaced, none. */
async function writeAll(io: Io, folder: string, files: readonly StartingFile[], isForced: boolean): Promise<void> {
  const path = await import('node:path');
  const { existsSync } = await import('node:fs');
  const { writeFile } = await import('node:fs/promises');
  const { makeFolder } = await import('../../folder.ts');
  const named = files.map((file) => ({ ...file, shown: path.join(folder, file.path) }));
  const there = named.filter(({ shown }) => existsSync(path.resolve(io.folder, shown))).map(({ shown }) => shown);
  if (there.length > 0 && !isForced) {
    throw new UsageError(`${there.join(' and ')} ${there.length === 1 ? 'is' : 'are'} there already.`, {
      hint: 'Nothing was written. --force replaces what is there, --print shows what would be written.',
    });
  }
  for (const { shown, text } of named) {
    const target = path.resolve(io.folder, shown);
    try {
      await makeFolder(path.dirname(target));
      // Not over a file that has come meanwhile.
      await writeFile(target, text, { flag: isForced ? 'w' : 'wx' });
    } catch (error) {
      throw new LabError(`${shown} cannot be written: ${messageOf(error)}.`, { cause: error });
    }
    io.out.write(`wrote ${shown}\n`);
  }
}

/** `scale-lab init`: the files that a project starts with. */
export const initCommand: CommandFactory = (io, finish) =>
  new Command('init')
    .description('write a scenario file to start from, and a workflow that gates pull requests')
    .argument('[folder]', 'where they go', '.')
    .option('--force', 'replace files that are there already')
    .option('--print', 'print the files and write nothing')
    .addHelpText('after', examples)
    .action(async (folder: string, { force = false, print = false }: InitOptions) => {
      const { startingFiles } = await import('../starting-files.ts');
      const files = await startingFiles();
      if (print) {
        io.out.write(files.map(printed).join('\n'));
      } else {
        await writeAll(io, folder, files, force);
        io.out.write(next);
      }
      finish(exitCodes.passed);
    });
