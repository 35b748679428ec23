import { Command } from 'commander';
import { exitCodes } from '../../errors.ts';
import { platformNames } from '../../platforms/platform.ts';
import type { CommandFactory } from '../command-line.ts';

const examples = `
Examples:
  scale-lab doctor`;

/** `scale-lab doctor`: what each platform needs, whether it is there, and the fix where it is not. */
export const doctorCommand: CommandFactory = (io, finish) =>
  new Command('doctor')
    .description('check what each platform needs, and say how to mend what is missing')
    .addHelpText('after', examples)
    .action(async () => {
      const { styleText } = await import('node:util');
      const { openPlatform } = await import('../platform.ts');
      const paint = (style: 'green' | 'red', text: string): string => (io.out.color ? styleText(style, text) : text);
      let unmet = 0;
      for (const name of platformNames) {
        io.out.write(`${name}\n`);
        const platform = await openPlatform(name, io);
        for (const requirement of await platform.requirements(io.signal)) {
          if (requirement.met) {
            io.out.write(`  ${paint('green', '✓')} ${requirement.name}: ${requirement.found}\n`);
          } else {
            unmet += 1;
            io.out.write(`  ${paint('red', '✗')} ${requirement.name}: ${requirement.problem}\n`);
            io.out.write(`      fix: ${requirement.fix}\n`);
          }
        }
      }
      finish(unmet === 0 ? exitCodes.passed : exitCodes.lab);
    });
