import type { OwnMarks } from '../model/foreign-text.ts';

/** A stream that text goes to, and what it can show. */
export interface Output {
  /**
   * Writes text. Whatever of it could act on a terminal, or be taken for a command by a CI system, is written out, but for what the
   * lab itself has put there: foreign text is {@link told} before anything is painted.
   */
  write(text: string, own?: OwnMarks): void;
  /** Takes that many rows at the end of a terminal away, and writes text in their place. */
  redraw(rows: number, text: string): void;
  readonly isTerminal: boolean;
  /** Whether what was written can be drawn anew in place. */
  readonly canRedraw: boolean;
  /** Asked anew at each use: a window can be resized. */
  readonly columns: number;
  readonly color: boolean;
}

/** Everything that a command may use of the process it runs in. `main.ts` makes the real one, tests make their own. */
export interface Io {
  /** Reports and answers. */
  readonly out: Output;
  /** Progress and errors. */
  readonly err: Output;
  /** Asks the user, and returns the line that is answered; undefined where nobody will answer any more. */
  readonly ask: (question: string) => Promise<string | undefined>;
  /**
   * To be called before anything is started that has to be taken down: from then on the first signal only aborts {@link signal}, and
   * the command ends by itself. A command that never calls it is ended by the first one.
   */
  readonly endsInOrder: () => void;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The working folder. */
  readonly folder: string;
  /** The arguments after the program's name. */
  readonly args: readonly string[];
  /**
   * Aborted when the command is to end: by the first SIGHUP, SIGINT or SIGTERM, with an Interruption as its reason; by a stream that
   * cannot be written to any more, with the LabError that says so; by a bug somewhere aside, with that.
   */
  readonly signal: AbortSignal;
  /** When the process started, in milliseconds since 1970. */
  readonly startedAtMs: number;
}
