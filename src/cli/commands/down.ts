import { Command } from 'commander';
import { exitCodes } from '../../model/errors.ts';
import type { CommandFactory } from '../command.ts';
import { contextOption } from '../options.ts';
import { tellRemoved } from '../removed.ts';

const examples = `
Examples:
  scale-lab up cache-hit --detach && curl … ; scale-lab down`;

/** `scale-lab down`: ends what `up --detach` left running. */
export const downCommand: CommandFactory = (io, finish) =>
  new Command('down')
    .description('end what `up --detach` left running')
    .option(...contextOption)
    .addHelpText('after', examples)
    .action(async ({ context }: { readonly context?: string }) => {
      await tellRemoved(io, context, async (platform, onSkip) => platform.down(io.signal, { onSkip }));
      finish(exitCodes.passed);
    });
