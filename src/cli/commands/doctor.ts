import { Argument, Command } from 'commander';
import { exitCodes } from '../../model/errors.ts';
import { platformNames, type PlatformName, type Requirement } from '../../platforms/platform.ts';
import type { CommandFactory } from '../command.ts';
import type { Io } from '../io.ts';
import { contextOption } from '../options.ts';

const examples = `
The exit code is 0 if the platform that you name, or any of them if you name
none, has all that every scenario needs.

Examples:
  scale-lab doctor
  scale-lab doctor local
  scale-lab doctor kubernetes --context my-cluster`;

async function tell(requirements: readonly Requirement[], io: Io): Promise<void> {
  const { told } = await import('../../model/foreign-text.ts');
  const { styleText } = await import('node:util');
  const paint = (style: 'green' | 'red' | 'yellow', text: string): string =>
    io.out.color ? styleText(style, text) : text;
  const write = (line: string): void => io.out.write(`${line}\n`, 'styles');
  for (const requirement of told(requirements)) {
    if (requirement.met) {
      write(`  ${paint('green', '✓')} ${requirement.name}: ${requirement.found}`);
      if (requirement.doubt !== undefined) write(`      ${paint('yellow', 'warning')}: ${requirement.doubt}`);
    } else {
      const { name, problem, onlyFor } = requirement;
      const needed = onlyFor === undefined ? '' : `, which only ${onlyFor} need`;
      write(`  ${paint('red', '✗')} ${name}: ${problem}${needed}`);
      write(`      fix: ${requirement.fix}`);
    }
  }
}

/** `scale-lab doctor`: what each platform needs, whether it is there, and the fix where it is not. */
export const doctorCommand: CommandFactory = (io, finish) =>
  new Command('doctor')
    .description('check what each platform needs, and say how to mend what is missing')
    .addArgument(new Argument('[platform]', 'only this one').choices(platformNames))
    .option(...contextOption)
    .addHelpText('after', examples)
    .action(async (only: PlatformName | undefined, { context }: { readonly context?: string }) => {
      const { openPlatform } = await import('../platform.ts');
      let isReady = false;
      for (const name of only === undefined ? platformNames : [only]) {
        // Of all platforms only the one that takes any context is meant by it.
        const isMeant = name === (only ?? 'kubernetes');
        io.out.write(`${name}\n`);
        const platform = await openPlatform(name, io, isMeant ? { context } : {});
        const requirements = await platform.requirements(io.signal);
        await tell(requirements, io);
        isReady ||= requirements.every((requirement) => requirement.met || requirement.onlyFor !== undefined);
      }
      finish(isReady ? exitCodes.passed : exitCodes.lab);
    });
