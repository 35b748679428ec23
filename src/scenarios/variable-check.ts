import type { Fault } from '../shapes/fault.ts';
import { piecesOf, valueOf, type Variable, type Variables } from '../shapes/variables.ts';

const literalHint = 'the text itself is written $${';

/** A variable that is neither set nor has a default. */
export function unsetFault({ name, written, start }: Variable): Fault {
  return {
    sentence: `the variable ${name} is not set`,
    hint: `set it in the environment, or give a default: \${${name}:-…}; ${literalHint}`,
    within: { start, end: start + written.length },
  };
}

/** What is wrong with the variables in a text that is sent, or handed on. `known` are names that get their value elsewhere. */
export function variableFaults(text: string, environment: Variables, known: readonly string[] = []): readonly Fault[] {
  return piecesOf(text).flatMap((piece): readonly Fault[] => {
    if (piece.kind === 'malformed') {
      const hint = `write \${NAME} or \${NAME:-default}; ${literalHint}`;
      const within = { start: piece.start, end: piece.start + piece.written.length };
      return [{ sentence: 'these braces hold no name of a variable', hint, within }];
    }
    if (piece.kind !== 'variable' || known.includes(piece.name)) return [];
    return valueOf(piece, environment) === undefined ? [unsetFault(piece)] : [];
  });
}

/** Variables whose values no header can hold: a line break would end it, and begin another. */
export function headerValueFaults(text: string, environment: Variables): readonly Fault[] {
  return piecesOf(text).flatMap((piece): readonly Fault[] => {
    if (piece.kind !== 'variable') return [];
    if (/^[\t\x20-\x7e]*$/.test(valueOf(piece, environment) ?? '')) return [];
    const sentence = `the value of ${piece.name} has a character that no header can hold`;
    const hint = 'a line break at its end? Only printable ASCII can be sent';
    return [{ sentence, hint, within: { start: piece.start, end: piece.start + piece.written.length } }];
  });
}
