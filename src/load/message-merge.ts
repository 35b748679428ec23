import type { WorkerMessage } from '../worker/protocol.ts';
import { mergeSeconds, mergeWorkerResults } from './merge.ts';

/**
 * Makes the messages of several workers into those of one: each is whole when the last worker has said the same. A second
 * that not all of them had (their loads may end a moment apart) is never whole, and is in the result all the same.
 */
export class MessageMerge {
  readonly #workers: number;
  readonly #waiting = new Map<string, readonly WorkerMessage[]>();

  constructor(workers: number) {
    this.#workers = workers;
  }

  /** Takes a message of one worker; gives that of all of them where this was the last that it lacked. */
  add(message: WorkerMessage): WorkerMessage | undefined {
    const key = message.type === 'second' ? `${message.phase} ${message.second}` : message.type;
    const same = [...(this.#waiting.get(key) ?? []), message];
    this.#waiting.set(key, same);
    if (same.length < this.#workers) return undefined;
    this.#waiting.delete(key);
    return merged(message, same);
  }
}

function merged(last: WorkerMessage, all: readonly WorkerMessage[]): WorkerMessage {
  if (all.length === 1) return last;
  switch (last.type) {
    case 'second':
      return mergeSeconds(all.flatMap((message) => (message.type === 'second' ? [message] : [])));
    case 'result': {
      const results = all.flatMap((message) => (message.type === 'result' ? [message.result] : []));
      return { type: 'result', result: mergeWorkerResults(results) };
    }
    case 'alive':
    case 'ready':
    case 'clock':
    case 'measuring':
    case 'measured':
    case 'failed':
      return last;
  }
}
