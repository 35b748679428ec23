import { Command } from 'commander';
import { exitCodes } from '../../errors.ts';
import { platformNames } from '../../platforms/platform.ts';
import type { CommandFactory } from '../command-line.ts';

const examples = `
What belongs to a run that is still alive is left alone.

Examples:
  scale-lab clean`;

/** `scale-lab clean`: removes what runs that were killed have left. */
export const cleanCommand: CommandFactory = (io, finish) =>
  new Command('clean')
    .description('remove what runs that were killed have left: processes and temporary folders')
    .addHelpText('after', examples)
    .action(async () => {
      const { openPlatform } = await import('../platform.ts');
      let removed = 0;
      for (const name of platformNames) {
        const platform = await openPlatform(name, io);
        for (const { runId, kind, description } of await platform.clean(io.signal)) {
          io.out.write(`removed ${kind} of run ${runId}: ${description}\n`);
          removed += 1;
        }
      }
      if (removed === 0) io.out.write('nothing to remove\n');
      finish(exitCodes.passed);
    });
