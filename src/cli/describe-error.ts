import { styleText } from 'node:util';
import { exitCodes, Interruption, LabError, messageOf, type ExitCode } from '../errors.ts';

/** Some programs write all that they have in one line. */
function shortened(line: string): string {
  return line.length > 500 ? `${line.slice(0, 500)}…` : line;
}

/** What a user is told of an error, and the exit code that goes with it. No stack trace: what is no LabError says that it is a bug. */
export function describeError(error: unknown, color: boolean): { readonly text: string; readonly exitCode: ExitCode } {
  const prefix = color ? styleText('red', 'error:') : 'error:';
  // Asked for, and so no error.
  if (error instanceof Interruption) return { text: `${error.message}\n`, exitCode: error.exitCode };
  if (!(error instanceof LabError)) {
    const hint = 'This is a bug in scale-lab: please report it with the command that you gave.';
    return { text: `${prefix} ${messageOf(error)}\n  ${hint}\n`, exitCode: exitCodes.lab };
  }
  const lines = [
    `${prefix} ${error.message}`,
    ...error.details.map((line) => (line === '' ? '' : `  ${shortened(line)}`)),
    ...(error.hint === undefined ? [] : [`  hint: ${error.hint}`]),
  ];
  return { text: `${lines.join('\n')}\n`, exitCode: error.exitCode };
}
