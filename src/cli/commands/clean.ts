import { Command } from 'commander';
import { exitCodes } from '../../errors.ts';
import type { CommandFactory } from '../command.ts';
import { tellRemoved } from '../removed.ts';

const examples = `
What belongs to a run that is still alive is left alone, and so is what \`up --detach\` left.

Examples:
  scale-lab clean`;

/** `scale-lab clean`: removes what runs that were killed have left. */
export const cleanCommand: CommandFactory = (io, finish) =>
  new Command('clean')
    .description('remove what runs that were killed have left')
    .addHelpText('after', examples)
    .action(async () => {
      await tellRemoved(io, async (platform) => platform.clean(io.signal, { images: true }));
      finish(exitCodes.passed);
    });
