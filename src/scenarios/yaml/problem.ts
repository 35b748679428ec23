import { UsageError } from '../../model/errors.ts';
import { placeheld } from '../../model/foreign-text.ts';
import type { Extent, Fault } from '../../shapes/fault.ts';

/** One thing that is wrong with a file, and all that it takes to show it. */
export interface Problem {
  readonly path: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in characters. */
  readonly column: number;
  /** How many characters of the line are underlined, at least 1. */
  readonly length: number;
  /** The line as it stands in the file. */
  readonly source: string;
  readonly sentence: string;
  readonly hint: string | undefined;
}

/** The parts of a rendered problem, for those who want to colour them. */
export type PaintRole = 'place' | 'error' | 'source' | 'underline' | 'hint';

/** Dresses a part of a rendered problem, for example in colour. */
export type Paint = (role: PaintRole, text: string) => string;

/** A text that problems point into. */
export class SourceText {
  readonly path: string;
  readonly text: string;
  readonly #lineStarts: readonly number[];

  constructor(path: string, text: string) {
    this.path = path;
    this.text = text;
    this.#lineStarts = [0, ...[...text.matchAll(/\n/g)].map((newline) => newline.index + 1)];
  }

  /** The fault at that place of the text; a place of several lines is underlined on its first. */
  problem(place: Extent, fault: Fault): Problem {
    const start = Math.min(Math.max(place.start, 0), this.text.length);
    const line = this.#lineOf(start);
    const lineStart = this.#lineStarts[line - 1] ?? 0;
    const source = this.text.slice(lineStart, this.#lineStarts[line] ?? this.text.length).replace(/\r?\n?$/, '');
    const from = Math.min(start - lineStart, source.length);
    const to = Math.min(place.end - lineStart, source.length);
    return {
      path: this.path,
      line,
      column: characters(source.slice(0, from)) + 1,
      length: Math.max(1, characters(source.slice(from, to).trimEnd())),
      source,
      sentence: fault.sentence,
      hint: fault.hint,
    };
  }

  #lineOf(offset: number): number {
    let low = 0;
    let high = this.#lineStarts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.#lineStarts[middle] ?? Infinity) <= offset) low = middle;
      else high = middle - 1;
    }
    return low + 1;
  }
}

const gutter = ' '.repeat(6);
const longestLine = 120;
const plain: Paint = (_role, text) => text;

/** All problems as text, with the source underlined, a blank line between them. */
export function renderProblems(problems: readonly Problem[], paint: Paint = plain): string {
  return problems.map((problem) => renderProblem(problem, paint)).join('\n\n');
}

/** A scenario file has problems. Its details are all of them, rendered; who wants colour renders `problems` anew. */
export class ScenarioFileError extends UsageError {
  readonly problems: readonly Problem[];

  constructor(path: string, problems: readonly Problem[]) {
    const count = problems.length === 1 ? 'a problem' : `${problems.length} problems`;
    super(`${path} has ${count}`, { details: renderProblems(problems).split('\n') });
    this.problems = problems;
  }
}

function renderProblem(problem: Problem, paint: Paint): string {
  const place = `${placeheld(problem.path)}:${problem.line}:${problem.column}`;
  const shown = clip(problem);
  const underline = ' '.repeat(shown.indent) + paint('underline', '~'.repeat(shown.length));
  const lines = [
    `${paint('place', place)} ${paint('error', 'error:')} ${placeheld(problem.sentence)}`,
    `${problem.line.toString().padStart(gutter.length - 1)} | ${paint('source', shown.text)}`,
    `${gutter}| ${underline}`,
  ];
  if (problem.hint !== undefined) lines.push(gutter + paint('hint', `hint: ${placeheld(problem.hint)}`));
  return lines.join('\n');
}

/** The stretch of a very long line in which the problem stands. */
function clip(problem: Problem): { text: string; indent: number; length: number } {
  const line = Array.from(placeheld(problem.source));
  const indent = problem.column - 1;
  if (line.length <= longestLine) return { text: line.join(''), indent, length: problem.length };
  const start = Math.max(0, indent - longestLine / 2);
  const text = line.slice(start, start + longestLine).join('');
  return { text, indent: indent - start, length: Math.min(problem.length, longestLine / 2) };
}

function characters(text: string): number {
  return Array.from(text).length;
}
