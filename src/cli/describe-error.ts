import { styleText } from 'node:util';
import { exitCodes, LabError, messageOf, type ExitCode } from '../errors.ts';

/** What a user is told of an error, and the exit code that goes with it. No stack trace: what is no LabError says that it is a bug. */
export function describeError(error: unknown, color: boolean): { readonly text: string; readonly exitCode: ExitCode } {
  const paint = (style: 'red' | 'dim', text: string): string => (color ? styleText(style, text) : text);
  if (!(error instanceof LabError)) {
    const hint = 'This is a bug in scale-lab: please report it with the command that you gave.';
    return { text: `${paint('red', 'error:')} ${messageOf(error)}\n  ${hint}\n`, exitCode: exitCodes.lab };
  }
  const lines = [
    `${paint('red', 'error:')} ${error.message}`,
    ...error.details.map((line) => paint('dim', `  | ${line}`)),
    ...(error.hint === undefined ? [] : [`  hint: ${error.hint}`]),
  ];
  return { text: `${lines.join('\n')}\n`, exitCode: error.exitCode };
}
