import type { OnStep } from '../platform.ts';

/** Does something that takes its time, once it is told that it begins. Ends as the work does. */
export async function step<Result>(onStep: OnStep, text: string, work: () => Promise<Result>): Promise<Result> {
  const over = Promise.resolve().then(work);
  onStep(text, over);
  return over;
}
