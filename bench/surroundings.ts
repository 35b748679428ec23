import { spawn } from 'node:child_process';
import { bundle } from './programs.ts';

/** What else the machine does while figures are taken. */
export interface Surroundings {
  /** As the end of a sentence: "while …". */
  readonly words: string;
  readonly neighbours: number;
}

/** The machine as it is, or with other work on both cores, off and on. */
export const surroundings = {
  quiet: { words: 'nothing else runs on purpose', neighbours: 0 },
  busy: { words: 'two neighbours each take a core in bursts of 1 to 5 s, with breaks as long', neighbours: 2 },
} as const satisfies Record<string, Surroundings>;

/** Does work in such surroundings. The neighbours end with it, or with this process. */
export async function within<T>({ neighbours }: Surroundings, work: () => Promise<T>): Promise<T> {
  const program = await bundle('neighbour');
  const started = Array.from({ length: neighbours }, () =>
    spawn(process.execPath, [program], { stdio: ['pipe', 'ignore', 'inherit'] }),
  );
  try {
    const done = await work();
    if (started.some(({ exitCode, signalCode }) => exitCode !== null || signalCode !== null)) {
      throw new Error('a neighbour has ended: the machine was not as busy as it says');
    }
    return done;
  } finally {
    for (const neighbour of started) neighbour.kill('SIGKILL');
  }
}
