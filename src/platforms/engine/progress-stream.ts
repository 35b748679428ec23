import { createInterface } from 'node:readline';
import { type Readable, addAbortSignal } from 'node:stream';
import { z } from 'zod';
import type { OnStep } from '../../model/steps.ts';

const messageSchema = z.object({
  id: z.string().optional(),
  status: z.string().optional(),
  stream: z.string().optional(),
  progressDetail: z.object({ current: z.number().optional(), total: z.number().optional() }).optional(),
  error: z.string().optional(),
});

/** What the Engine says while it pulls or builds: one JSON line each. */
export type ProgressMessage = z.infer<typeof messageSchema>;

/** Reads what the Engine says until it is done; fails with what it says has failed. Leaving off makes the Engine stop. */
export async function followProgress(
  stream: Readable,
  onMessage: (message: ProgressMessage) => void,
  signal: AbortSignal,
): Promise<void> {
  addAbortSignal(signal, stream);
  for await (const line of createInterface({ input: stream })) {
    if (line.trim() === '') continue;
    const message = messageSchema.parse(JSON.parse(line));
    if (message.error !== undefined) throw new Error(message.error);
    onMessage(message);
  }
  // A broken stream ends the lines without an error of its own.
  signal.throwIfAborted();
  if (stream.errored !== null) throw stream.errored;
}

/** What is told of an image while it comes. */
export function pullProgress(name: string, onStep: OnStep): (message: ProgressMessage) => void {
  return layerProgress('Downloading', `${name} is pulled`, onStep);
}

/** What is told of an image while it goes. */
export function pushProgress(name: string, onStep: OnStep): (message: ProgressMessage) => void {
  return layerProgress('Pushing', `${name} is pushed`, onStep);
}

/** Tells how much of an image's layers is over, in words, and only when that has changed enough to be told. */
function layerProgress(wanted: string, words: string, onStep: OnStep): (message: ProgressMessage) => void {
  const layers = new Map<string, { readonly current: number; readonly total: number }>();
  let told = -1;
  return ({ id, status, progressDetail }) => {
    const { current, total } = progressDetail ?? {};
    if (status !== wanted || id === undefined || current === undefined || total === undefined) return;
    // What goes is a little more than the total that is said.
    layers.set(id, { current: Math.min(current, total), total });
    const sum = (pick: 'current' | 'total'): number =>
      [...layers.values()].reduce((all, layer) => all + layer[pick], 0);
    const megabytes = (bytes: number): number => Math.round(bytes / 1e6);
    const tenths = Math.floor((10 * sum('current')) / sum('total'));
    if (tenths === told) return;
    told = tenths;
    onStep(`${words}: ${megabytes(sum('current'))} of ${megabytes(sum('total'))} MB`);
  };
}
