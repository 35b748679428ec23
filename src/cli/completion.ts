import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { RootCommand, type Command as Completed } from '@bomb.sh/tab';
import type { Argument, Command, Option } from 'commander';
import { metrics } from '../metrics/catalogue.ts';
import { told } from '../model/foreign-text.ts';
import type { ScenarioFile } from '../model/scenario.ts';
import { reporterNames } from '../reporters/reporter.ts';
import type { Io } from './io.ts';
import { loadScenarioFile } from './scenario-file.ts';

/** What can be typed in some place, and what it is. */
type Choices = readonly (readonly [value: string, description: string])[];

/** What depends on where the user is. */
interface CompletionContext {
  readonly scenarios: Choices;
  readonly variants: Choices;
  readonly runs: Choices;
  readonly files: Choices;
}

/** Of a file that is wrong nothing is completed: the command itself says what is wrong. */
async function readScenarios(io: Io): Promise<ScenarioFile | undefined> {
  return loadScenarioFile(io, undefined).catch(() => undefined);
}

async function look(io: Io): Promise<CompletionContext> {
  const names = async (folder: string): Promise<readonly string[]> =>
    readdir(path.resolve(io.folder, folder)).catch(() => []);
  const [file, runs, files] = await Promise.all([readScenarios(io), names('results'), names('.')]);
  const scenarios = file?.scenarios ?? [];
  const variants = scenarios.flatMap((scenario) =>
    scenario.variants.map(({ name }) => [name, `of ${scenario.name}`] as const),
  );
  const newestFirst = [...runs].sort().reverse();
  return {
    scenarios: [
      ...scenarios.map(({ name, question }) => [name, question] as const),
      ...(file?.suites ?? []).map(({ name }) => [name, 'a suite'] as const),
    ],
    variants,
    runs: newestFirst.map((id) => [`results/${id}`, 'a run']),
    files: files.filter((name) => /\.ya?ml$/.test(name)).map((name) => [name, 'a file']),
  };
}

const reports: Choices = reporterNames.map((name) => [`${name}=`, 'a report in a file']);
const tolerances: Choices = metrics.map(({ name, description }) => [`${name}=`, description]);

/** What an option takes, by its name; nothing where it is any number, time or text. */
function choicesOf({ long, argChoices }: Option, at: CompletionContext): Choices {
  if (argChoices) return argChoices.map((choice) => [choice, '']);
  switch (long) {
    case '--variant':
    case '--a':
    case '--b':
      return at.variants;
    case '--file':
      return at.files;
    case '--baseline':
      return at.runs;
    case '--save':
      return reports;
    case '--tolerance':
      return tolerances;
    case undefined:
    default:
      return [];
  }
}

function choicesOfArgument(argument: Argument, at: CompletionContext): Choices {
  if (argument.argChoices) return argument.argChoices.map((choice) => [choice, '']);
  const name = argument.name();
  return [
    ...(name.includes('scenario') ? at.scenarios : []),
    ...(name.includes('run') ? at.runs : []),
    ...(name === 'file' ? at.files : []),
  ];
}

/** What no shell takes for anything but a word. Scripts of before this was heeded are still in people's start-up files. */
const plainWord = /^[\p{L}\p{N}_@%+=:,./-]+$/u;

/** Offers what can be typed as it is: anything that a shell would expand is left out, and a description stays on its line. */
function offer(choices: Choices) {
  return (tell: (value: string, description: string) => void): void => {
    for (const [value, description] of choices) {
      if (plainWord.test(value)) tell(value, told(description).trim());
    }
  };
}

function describe(completed: Completed, command: Command, at: CompletionContext): void {
  const help = command.createHelp();
  for (const option of help.visibleOptions(command)) {
    const name = option.long?.slice(2);
    if (name === undefined) continue;
    if (option.required || option.optional) completed.option(name, option.description, offer(choicesOf(option, at)));
    else completed.option(name, option.description);
  }
  for (const argument of command.registeredArguments) {
    completed.argument(argument.name(), offer(choicesOfArgument(argument, at)), argument.variadic);
  }
}

/** Prints what may come next after those words, a line each, as the scripts of `scale-lab completion` read it. */
export async function complete(io: Io, root: Command, words: readonly string[]): Promise<void> {
  const at = await look(io);
  const tab = new RootCommand();
  for (const command of root.createHelp().visibleCommands(root)) {
    describe(tab.command(command.name(), command.description()), command, at);
  }
  tab.parse([...words]);
}
