import type { Subject } from './subject.ts';

/** What the command ends with; `docs/architecture.md` says when. */
export const exitCodes = {
  passed: 0,
  failed: 1,
  usage: 2,
  inconclusive: 3,
  lab: 4,
  hungUp: 129,
  interrupted: 130,
  unread: 141,
  terminated: 143,
} as const;

/** One of the exit codes above. */
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** The end of what a copy of a service has logged. */
export interface ServiceLog extends Subject {
  readonly text: string;
}

/** What a {@link LabError} carries beside its sentence. */
export interface LabErrorOptions {
  /** What to do about it, as a sentence. */
  readonly hint?: string;
  /** Lines that explain it, such as the last ones of a service's log; printed indented. */
  readonly details?: readonly string[];
  /** The ends of the logs of services that have failed: what is kept of them with the run. */
  readonly logs?: readonly ServiceLog[];
  readonly cause?: unknown;
}

/** Something that a user can understand and act on: a sentence, a hint, an exit code. Every other error is a bug. */
export class LabError extends Error {
  override readonly name: string = 'LabError';
  readonly exitCode: ExitCode = exitCodes.lab;
  readonly hint: string | undefined;
  readonly details: readonly string[];
  readonly logs: readonly ServiceLog[];

  constructor(sentence: string, options: LabErrorOptions = {}) {
    super(sentence, { cause: options.cause });
    this.hint = options.hint;
    this.details = options.details ?? [];
    this.logs = options.logs ?? [];
  }

  /** The same error with each of its texts told anew, as without what is secret in it. */
  retold(tell: (text: string) => string): LabError {
    return new LabError(tell(this.message), retoldOptions(this, tell));
  }
}

function retoldOptions({ hint, details, logs, cause }: LabError, tell: (text: string) => string): LabErrorOptions {
  return {
    details: details.map(tell),
    logs: logs.map((log) => ({ ...log, text: tell(log.text) })),
    cause,
    ...(hint === undefined ? {} : { hint: tell(hint) }),
  };
}

/** The command line or a scenario file is wrong; nothing was started. */
export class UsageError extends LabError {
  override readonly name = 'UsageError';
  override readonly exitCode = exitCodes.usage;

  override retold(tell: (text: string) => string): UsageError {
    return new UsageError(tell(this.message), retoldOptions(this, tell));
  }
}

/** The text of whatever was thrown, for a place inside a sentence. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** What was thrown, in the order in which it went wrong: where closing something fails after what was done with it has, both are thrown as one. */
export function inOrder(thrown: unknown): readonly [first: unknown, ...later: unknown[]] {
  // By its name: Node.js 20 has no such class.
  const isBoth = thrown instanceof Error && thrown.name === 'SuppressedError';
  if (!isBoth || !('suppressed' in thrown && 'error' in thrown)) return [thrown];
  return [...inOrder(thrown.suppressed), ...inOrder(thrown.error)];
}

const endings = {
  SIGHUP: ['The terminal was closed.', exitCodes.hungUp],
  SIGINT: ['Interrupted.', exitCodes.interrupted],
  SIGTERM: ['Terminated.', exitCodes.terminated],
} as const;

/** Whoever read what is written has gone, as in `scale-lab run --json | head`: what runs is taken down, as nobody would hear of it. */
export class ReaderGone extends LabError {
  override readonly name = 'ReaderGone';
  override readonly exitCode = exitCodes.unread;

  /** @param stream its name, at the start of a sentence */
  constructor(stream: string) {
    super(`${stream} was closed: nobody reads what is written there.`);
  }
}

/** The user, or whoever runs the command, asked for it to end. */
export class Interruption extends LabError {
  override readonly name = 'Interruption';
  override readonly exitCode: ExitCode;
  readonly signal: keyof typeof endings;

  constructor(signal: keyof typeof endings) {
    const [sentence, exitCode] = endings[signal];
    super(sentence);
    this.signal = signal;
    this.exitCode = exitCode;
  }

  /** Its words are its own. */
  override retold(): this {
    return this;
  }
}
