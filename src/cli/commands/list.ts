import { Command } from 'commander';
import { exitCodes } from '../../model/errors.ts';
import type { CommandFactory } from '../command.ts';

const examples = `
Examples:
  scale-lab list
  scale-lab list --file my-scenarios.yaml`;

/** `scale-lab list`: what there is to run. */
export const listCommand: CommandFactory = (io, finish) =>
  new Command('list')
    .description('list the scenarios and suites that can be run')
    .option('--file <file>', 'the scenario file (default: ./scenarios.yaml, else the shipped one)')
    .addHelpText('after', examples)
    .action(async (options: { file?: string }) => {
      const { loadScenarioFile } = await import('../scenario-file.ts');
      const { told } = await import('../../model/foreign-text.ts');
      const file = told(await loadScenarioFile(io, options.file));
      const blocks = file.scenarios.map(({ name, question, variants, replicas }) =>
        [
          name,
          `  ${question}`,
          `  variants: ${variants.map((variant) => variant.name).join(', ')}`,
          `  replicas: ${replicas.join(', ')}`,
        ].join('\n'),
      );
      const suites = file.suites.map(({ name, scenarios }) => {
        const members = [...new Set(scenarios.map((scenario) => scenario.name))];
        return `${name} (suite)\n  ${members.join(', ')}`;
      });
      io.out.write(`${[...blocks, ...suites].join('\n\n')}\n`);
      finish(exitCodes.passed);
    });
