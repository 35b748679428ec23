import { Command } from 'commander';
import { exitCodes } from '../../model/errors.ts';
import type { CommandFactory } from '../command.ts';

const examples = `
Examples:
  scale-lab explain thundering-herd
  scale-lab run thundering-herd --predict
  scale-lab explain my-scenario --file my-scenarios.yaml`;

/** `scale-lab explain`: a scenario as a lesson. */
export const explainCommand: CommandFactory = (io, finish) =>
  new Command('explain')
    .description('explain a scenario: its question, what is started, what to predict, and where to look')
    .argument('<scenario>', 'the scenario')
    .option('--file <file>', 'the scenario file (default: ./scenarios.yaml, else the shipped one)')
    .addHelpText('after', examples)
    .action(async (name: string, options: { file?: string }) => {
      const { loadScenarioFile, shippedFile } = await import('../scenario-file.ts');
      const { scenarioNamed } = await import('../sides.ts');
      const { explain } = await import('../../lessons/explain.ts');
      const { terminalExplanation } = await import('../../reporters/explanation.ts');
      const { told } = await import('../../model/foreign-text.ts');
      const file = await loadScenarioFile(io, options.file);
      const scenario = scenarioNamed(file, name);
      const isShipped = await isSame(io.folder, file.path, shippedFile);
      io.out.write(terminalExplanation(explain(told(scenario), isShipped), io.out), 'styles');
      finish(exitCodes.passed);
    });

/** Whether both paths are the same file: a copy of the shipped one may have changed. */
async function isSame(folder: string, one: string, other: string): Promise<boolean> {
  const path = await import('node:path');
  const { readFile } = await import('node:fs/promises');
  const [a, b] = await Promise.all([readFile(path.resolve(folder, one)), readFile(other)]);
  return a.equals(b);
}
