import fc from 'fast-check';
import { createContext, Script } from 'node:vm';
import { LabError, messageOf } from '../src/model/errors.ts';
import { seedOf } from '../src/model/random.ts';

/** What became of a case that held: a word for the tally, such as `refused`. */
export type Outcome = string;

/** A case for which something did not hold, as small as it could be made. */
export interface FuzzFault {
  readonly number: number;
  readonly input: string;
  readonly why: string;
}

/** A kind of input that the lab is tried with. */
export interface Kind {
  readonly name: string;
  /** How many cases of it are tried with a thousand of all. */
  readonly share: number;
  /** Tries one case: the same for the same seed and number, whatever was tried before. */
  try(seed: number, number: number): Promise<{ readonly outcome: Outcome } | { readonly fault: FuzzFault }>;
}

/** What a kind is made of. */
export interface KindOptions<Input> {
  readonly name: string;
  readonly share: number;
  /** Of the case of that number. */
  readonly inputs: (number: number) => fc.Arbitrary<Input>;
  /** @throws where something does not hold that must */
  readonly check: (input: Input) => Outcome | Promise<Outcome>;
  /** How an input is shown to whoever has to look at it. */
  readonly shown: (input: Input) => string;
  /** Left out for inputs that take so long that a failing one is shown as it is. */
  readonly shrinks?: boolean;
}

/** Makes a kind of its inputs and of what must hold for each. */
export function kindOf<Input>({ name, share, inputs, check, shown, shrinks = true }: KindOptions<Input>): Kind {
  return {
    name,
    share,
    async try(seed, number) {
      let outcome: Outcome = '';
      const property = fc.asyncProperty(inputs(number), async (input) => {
        outcome = await check(input);
      });
      const details = await fc.check(property, {
        seed: seedOf(seed, name, number) | 0,
        numRuns: 1,
        endOnFailure: !shrinks,
      });
      if (details.counterexample === null) return { outcome };
      const [input] = details.counterexample;
      return { fault: { number, input: shown(input), why: whyOf(details.errorInstance) } };
    },
  };
}

function whyOf(error: unknown): string {
  if (!(error instanceof Error) || error instanceof Broken) return messageOf(error);
  return error.stack ?? error.message;
}

/** Something does not hold that must. */
class Broken extends Error {}

/** @throws with that sentence where something does not hold */
export function insist(holds: boolean, sentence: string): asserts holds {
  if (!holds) throw new Broken(sentence);
}

/** Longer than that nothing takes that only calculates, on a machine that does much else besides. */
const limitMs = 60_000;
const called: { work?: () => unknown; result?: unknown } = createContext({});
const call = new Script('result = work()');

/** Does work that waits for nothing; what does not come to an end is ended, and a fault. */
export function inTime<T>(work: () => T): T {
  let result: { readonly value: T } | undefined;
  called.work = () => {
    result = { value: work() };
  };
  call.runInContext(called, { timeout: limitMs });
  insist(result !== undefined, 'It did not come to an end.');
  return result.value;
}

/** What an error of the lab is; everything else that is thrown is a bug, and thrown on. */
export function refusalOf(work: () => void): LabError | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (error instanceof LabError) return error;
    throw error;
  }
}
