import { Argument, Command } from 'commander';
import { exitCodes, LabError } from '../../model/errors.ts';
import type { CommandFactory } from '../command.ts';

const examples = `
Examples:
  source <(scale-lab completion zsh)
  scale-lab completion bash >> ~/.bashrc     # needs the package bash-completion
  scale-lab completion fish > ~/.config/fish/completions/scale-lab.fish`;

const shells = ['bash', 'zsh', 'fish', 'powershell'] as const;

/** `scale-lab completion`: what lets a shell complete commands, options, scenarios, variants and runs. */
export const completionCommand: CommandFactory = (io, finish) =>
  new Command('completion')
    .description('print a script with which a shell completes what is typed')
    .addArgument(new Argument('<shell>', 'which one').choices(shells))
    .addHelpText('after', examples)
    .action(async (shell: (typeof shells)[number]) => {
      if (shell === 'bash') {
        const { bashCompletion } = await import('../bash-completion.ts');
        io.out.write(bashCompletion);
      } else {
        const { default: tab } = await import('@bomb.sh/tab');
        tab.setup('scale-lab', 'scale-lab', shell);
      }
      finish(exitCodes.passed);
    });

/** `scale-lab complete -- words…`: what that script asks; nobody types it. */
export const completeCommand: CommandFactory = (io, finish) =>
  new Command('complete')
    .description('say what may come next')
    .argument('[words...]', 'what has been typed so far')
    .allowUnknownOption()
    .action(async (words: readonly string[], _: unknown, command: Command) => {
      const { complete } = await import('../completion.ts');
      if (command.parent === null) throw new LabError('There is nothing to complete.');
      await complete(io, command.parent, words);
      finish(exitCodes.passed);
    });
