import { LabError } from '../../model/errors.ts';

/** How the cores of an Engine are shared between the load generator and everything else. */
export interface CoreShare {
  /** As the kernel writes them: `3`; undefined for any. */
  readonly load: string | undefined;
  readonly rest: string | undefined;
  /** In a sentence, where there is something to share. */
  readonly sentence: string | undefined;
}

/**
 * Shares the cores. Pinned, the load generator gets the last one for itself: it is one process that runs JavaScript on one
 * thread, and has no use for more.
 * @throws {LabError} where there is only one, and it is to be pinned
 */
export function shareCores(cores: number, pin: boolean): CoreShare {
  if (!pin) {
    const sentence = `The load generator shares the ${cores} cores of the Docker Engine with everything that it loads (--pin gives it one of its own).`;
    return { load: undefined, rest: undefined, sentence: cores === 1 ? undefined : sentence };
  }
  if (cores === 1) {
    throw new LabError('The Docker Engine has one core, which cannot be shared out.', {
      hint: 'Leave out --pin, or give the Engine more cores.',
    });
  }
  const last = cores - 1;
  const rest = last === 1 ? '0' : `0-${last - 1}`;
  const others = last === 1 ? 'core 0' : `cores ${rest}`;
  return {
    load: String(last),
    rest,
    sentence: `Of the ${cores} cores of the Docker Engine the load generator has core ${last} to itself; everything else shares ${others}.`,
  };
}
