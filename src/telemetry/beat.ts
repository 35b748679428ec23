/**
 * Does something at every beat, the first one a beat from now, until the signal is aborted; a beat that falls into the work of the one before
 * is left out. Resolves when the last work is done; never rejects for the signal.
 */
export async function onBeat(everyMs: number, signal: AbortSignal, work: () => Promise<void>): Promise<void> {
  const startMs = performance.now();
  for (;;) {
    const beats = Math.floor((performance.now() - startMs) / everyMs) + 1;
    await pause(startMs + beats * everyMs - performance.now(), signal);
    if (signal.aborted) return;
    await work();
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
  });
}
