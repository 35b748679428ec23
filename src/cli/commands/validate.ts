import { Command } from 'commander';
import { exitCodes } from '../../model/errors.ts';
import type { CommandFactory } from '../command.ts';

const examples = `
Examples:
  scale-lab validate
  scale-lab validate my-scenarios.yaml`;

/** `scale-lab validate`: every problem of a scenario file, with its place. */
export const validateCommand: CommandFactory = (io, finish) =>
  new Command('validate')
    .description('check a scenario file and show every problem with its place')
    .argument('[file]', 'the scenario file (default: ./scenarios.yaml, else the shipped one)')
    .addHelpText('after', examples)
    .action(async (given: string | undefined) => {
      const { loadScenarioFile } = await import('../scenario-file.ts');
      const { path, scenarios, suites } = await loadScenarioFile(io, given);
      const { plural } = await import('../../model/numbers.ts');
      const contents = [plural(scenarios.length, 'scenario'), plural(suites.length, 'suite'), 'no problems'];
      io.out.write(`${path}: ${contents.join(', ')}\n`);
      finish(exitCodes.passed);
    });
