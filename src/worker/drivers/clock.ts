/** Waits until the clock of `performance.now()` has reached a moment: never less, as a timer may fire a little early. */
export async function until(momentMs: number): Promise<void> {
  do {
    const leftMs = Math.max(0, Math.ceil(momentMs - performance.now()));
    await new Promise((resolve) => setTimeout(resolve, leftMs));
  } while (performance.now() < momentMs);
}

/** Waits for some work, but not longer than that. */
export async function withinMs(ms: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([work, new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)))]);
  clearTimeout(timer);
}
