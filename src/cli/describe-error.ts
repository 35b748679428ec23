import { styleText } from 'node:util';
import { exitCodes, inOrder, Interruption, LabError, messageOf, type ExitCode } from '../model/errors.ts';
import { shortened, told } from '../model/foreign-text.ts';
import { renderProblems, ScenarioFileError, type Paint, type PaintRole } from '../scenarios/yaml/problem.ts';
import type { Output } from './io.ts';

const styles: Readonly<Record<PaintRole, Parameters<typeof styleText>[0]>> = {
  place: 'bold',
  error: 'red',
  source: 'reset',
  underline: 'red',
  hint: 'cyan',
};

const paint: Paint = (role, text) => styleText(styles[role], text);

/** A line that is longer is cut: some programs write all that they have in one. */
const mostCharacters = 500;

/** Lines of what explains an error; the source of a scenario file is painted. */
function detailsOf(error: LabError, color: boolean): readonly string[] {
  if (color && error instanceof ScenarioFileError) return renderProblems(error.problems, paint).split('\n');
  return error.details.map((line) => shortened(told(line), mostCharacters));
}

/** What a user is told of an error, and the exit code that goes with it. No stack trace: what is no LabError says that it is a bug. */
export function describeError(thrown: unknown, color: boolean): { readonly text: string; readonly exitCode: ExitCode } {
  const [error, ...later] = inOrder(thrown);
  const { text, exitCode } = describeFirst(error, color);
  const unclean = later.map((problem) => `  the clean-up failed: ${told(messageOf(problem))}\n`);
  return { text: [text, ...unclean].join(''), exitCode };
}

function describeFirst(error: unknown, color: boolean): ReturnType<typeof describeError> {
  const prefix = color ? styleText('red', 'error:') : 'error:';
  // Asked for, and so no error.
  if (error instanceof Interruption) return { text: `${error.message}\n`, exitCode: error.exitCode };
  if (!(error instanceof LabError)) {
    const hint = 'This is a bug in scale-lab: please report it with the command that you gave.';
    return { text: `${prefix} ${told(messageOf(error))}\n  ${hint}\n`, exitCode: exitCodes.lab };
  }
  const lines = [
    `${prefix} ${told(error.message)}`,
    ...detailsOf(error, color).map((line) => (line === '' ? '' : `  ${line}`)),
    ...(error.hint === undefined ? [] : [`  hint: ${told(error.hint)}`]),
  ];
  return { text: `${lines.join('\n')}\n`, exitCode: error.exitCode };
}

/** Tells an error where that is to be read; returns the exit code that goes with it. */
export function tellError(output: Output, error: unknown): ExitCode {
  const { text, exitCode } = describeError(error, output.color);
  output.write(text, 'styles');
  return exitCode;
}
