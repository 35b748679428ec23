/**
 * Told in a few words what begins, e.g. "PostgreSQL starts", and what settles when that is over; without it, of something that is
 * so or that takes no time to speak of. Must not throw.
 */
export type OnStep = (step: string, over?: Promise<unknown>) => void;

/** Does something that takes its time, once it is told that it begins. Ends as the work does. */
export async function step<Result>(onStep: OnStep, text: string, work: () => Promise<Result>): Promise<Result> {
  const over = Promise.resolve().then(work);
  onStep(text, over);
  return over;
}
