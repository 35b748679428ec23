import type { Io } from '../../src/cli/io.ts';
import { fakeOutput } from './output.ts';

/** What a command may use, changed as told; nothing of it is of this process. */
export function fakeIo(changes: Partial<Io> = {}): Io {
  return {
    out: fakeOutput(),
    err: fakeOutput(),
    ask: async () => Promise.resolve(undefined),
    endsInOrder: () => undefined,
    environment: {},
    folder: '/nowhere',
    args: [],
    signal: new AbortController().signal,
    startedAtMs: 0,
    ...changes,
  };
}
