/** Why a wait was given up: its time is up. */
export class TimeLimit extends Error {
  override readonly name = 'TimeLimit';
  readonly limitMs: number;

  constructor(limitMs: number) {
    super(`no answer within ${limitMs / 1000} s`);
    this.limitMs = limitMs;
  }
}

/** How long a task whose time is up may take to say what kept it: it knows more of that than its limit does. */
const lastWordMs = 100;

/**
 * Runs a task with a signal that also ends it when its time is up; it then fails with {@link TimeLimit}, or what the task says to
 * that. The signal is heeded at once, and so is the limit, whether or not the task heeds them.
 */
export async function withTimeLimit<T>(
  limitMs: number,
  signal: AbortSignal,
  task: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const [ends, over] = [new AbortController(), new AbortController()];
  const timeUp = (): void => {
    const reason = new TimeLimit(limitMs);
    ends.abort(reason);
    timer = setTimeout(() => over.abort(reason), lastWordMs);
  };
  let timer = setTimeout(timeUp, limitMs);
  using _ = onAbort(signal, () => {
    ends.abort(signal.reason);
    over.abort(signal.reason);
  });
  try {
    return await unlessAborted(task(ends.signal), over.signal);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Does something as soon as a signal is given, and at once where it was given before: of that it tells nobody who begins to listen.
 * @returns what is to be disposed of when it is not to be done any more
 */
export function onAbort(signal: AbortSignal, act: () => void): Disposable {
  if (signal.aborted) act();
  else signal.addEventListener('abort', act, { once: true });
  return { [Symbol.dispose]: () => signal.removeEventListener('abort', act) };
}

/** Waits; fails with the signal's reason as soon as it is given. */
export async function pause(durationMs: number, signal: AbortSignal): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<void>((resolve) => (timer = setTimeout(resolve, durationMs)));
  try {
    await unlessAborted(over, signal);
  } finally {
    clearTimeout(timer);
  }
}

/** Waits for a promise that settles whatever happens, but not longer than that, nor once the signal is given; true if it did settle. */
export async function settlesWithin(
  limitMs: number,
  promise: Promise<unknown>,
  signal: AbortSignal = never(),
): Promise<boolean> {
  let giveUp: () => void = () => undefined;
  const late = new Promise<boolean>((resolve) => (giveUp = () => resolve(false)));
  const timer = setTimeout(giveUp, limitMs);
  using _ = onAbort(signal, giveUp);
  try {
    return await Promise.race([promise.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Waits for a promise that cannot be told to stop, until it settles or the signal is given. */
export async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const listening = onAbort(signal, () => reject(reasonOf(signal)));
    void promise.then(resolve, reject).finally(() => listening[Symbol.dispose]());
  });
}

/** A signal that is never given. */
export function never(): AbortSignal {
  return new AbortController().signal;
}

function reasonOf(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error(String(signal.reason));
}
