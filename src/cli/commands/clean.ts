import { Command } from 'commander';
import { exitCodes } from '../../model/errors.ts';
import type { CommandFactory } from '../command.ts';
import { contextOption } from '../options.ts';
import { tellRemoved } from '../removed.ts';

const examples = `
What belongs to a run that is still alive is left alone, and so is what
\`up --detach\` left, or a run in another container, which is told.

Examples:
  scale-lab clean`;

/** `scale-lab clean`: removes what runs that were killed have left. */
export const cleanCommand: CommandFactory = (io, finish) =>
  new Command('clean')
    .description('remove what runs that were killed have left')
    .option(...contextOption)
    .addHelpText('after', examples)
    .action(async ({ context }: { readonly context?: string }) => {
      await tellRemoved(io, context, async (platform, onSkip) => platform.clean(io.signal, { images: true, onSkip }));
      finish(exitCodes.passed);
    });
