import { Command } from 'commander';
import { exitCodes } from '../../errors.ts';
import type { CommandFactory } from '../command.ts';
import { tellRemoved } from '../removed.ts';

const examples = `
Examples:
  scale-lab up cache-hit --detach && curl … ; scale-lab down`;

/** `scale-lab down`: ends what `up --detach` left running. */
export const downCommand: CommandFactory = (io, finish) =>
  new Command('down')
    .description('end what `up --detach` left running')
    .addHelpText('after', examples)
    .action(async () => {
      await tellRemoved(io, async (platform) => platform.down(io.signal));
      finish(exitCodes.passed);
    });
