import { Argument, Command } from 'commander';
import { exitCodes } from '../../model/errors.ts';
import type { CommandFactory } from '../command.ts';

const examples = `
Examples:
  scale-lab schema > scenarios.schema.json
    # and as the first line of scenarios.yaml, for an editor:
    # yaml-language-server: $schema=scenarios.schema.json
  scale-lab schema run`;

/** Names only: the schemas themselves are loaded when one is asked for. */
const names = ['scenarios', 'run', 'event'] as const;

/** `scale-lab schema`: the formats of the lab's files, for editors and programs. */
export const schemaCommand: CommandFactory = (io, finish) =>
  new Command('schema')
    .description('print the JSON Schema of scenario files, of run.json or of the events of --json')
    .addArgument(new Argument('[format]', 'which one').choices(names).default('scenarios'))
    .addHelpText('after', examples)
    .action(async (name: (typeof names)[number]) => {
      const { schemaText } = await import('../../verbs/schemas.ts');
      io.out.write(schemaText(name));
      finish(exitCodes.passed);
    });
