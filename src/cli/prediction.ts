import { compareGuess, questionsOf, readGuess, type Guess, type Question } from '../lessons/prediction.ts';
import type { Plan } from '../model/plan.ts';
import type { RunRecord } from '../record/run-record.ts';
import { labelled } from '../reporters/wrapped-text.ts';
import type { Io } from './io.ts';

/** A question, and what a person answered. */
export interface Answered {
  readonly question: Question;
  readonly guess: Guess;
}

const hint = 'Write more, less, same, or how many times: 3, 0.5. An empty line passes.\n';

/** Asks for a guess about each further variant; who presses return passes. */
export async function askGuesses(io: Io, plan: Plan): Promise<readonly Answered[]> {
  const questions = questionsOf(plan);
  const answered: Answered[] = [];
  if (questions.length > 0) io.err.write(hint);
  for (const question of questions) {
    const guess = await askGuess(io, question);
    if (guess) answered.push({ question, guess });
  }
  return answered;
}

async function askGuess(io: Io, { text }: Question): Promise<Guess | undefined> {
  for (;;) {
    const answer = await io.ask(`${text} `);
    if (answer === undefined || answer.trim() === '') return undefined;
    const guess = readGuess(answer);
    if (guess) return guess;
    io.err.write(hint);
  }
}

/** Sets the guesses beside what was measured. */
export function showGuesses(io: Io, answered: readonly Answered[], record: RunRecord): void {
  if (answered.length === 0) return;
  const lines = answered.map(({ question, guess }) =>
    labelled('-', compareGuess(question, guess, record), 1, io.out.columns, (name) => name),
  );
  io.out.write(`\nYour predictions\n${lines.join('\n')}\n`);
}
