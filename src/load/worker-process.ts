import { LabError } from '../errors.ts';
import { workerMessageSchema, type WorkerMessage } from './job.ts';

/**
 * The messages of a worker, read from its standard output, wherever it runs. Ends after `result`. Throws where the worker
 * failed, wrote something else, or ended without a result.
 */
export async function* readWorkerMessages(stream: AsyncIterable<Buffer | string>): AsyncIterable<WorkerMessage> {
  for await (const line of linesOf(stream)) {
    const message = parseMessage(line);
    if (message.type === 'failed') {
      const { message: text, hint } = message;
      if (hint !== undefined) throw new LabError(text, { hint });
      throw new LabError('The load worker failed.', { details: text.split('\n') });
    }
    yield message;
    if (message.type === 'result') return;
  }
  throw new LabError('The load worker ended without a result.');
}

function parseMessage(line: string): WorkerMessage {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    value = undefined;
  }
  const parsed = workerMessageSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new LabError('The load worker wrote a line that is no message.', {
    hint: 'Is it the worker of the same version as the lab?',
    details: [line.length > 200 ? `${line.slice(0, 200)}…` : line],
    cause: parsed.error,
  });
}

/** Lines that are not empty. A result can be longer than a pipe's buffer, and chunks end anywhere, also within a character. */
async function* linesOf(stream: AsyncIterable<Buffer | string>): AsyncIterable<string> {
  const decoder = new TextDecoder();
  let parts: string[] = [];
  for await (const chunk of stream) {
    const pieces = (typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true })).split('\n');
    for (const [index, piece] of pieces.entries()) {
      // Joined at the line's end only: a long line in many chunks is not copied with each of them.
      parts.push(piece);
      if (index === pieces.length - 1) break;
      const line = parts.join('').trim();
      parts = [];
      if (line !== '') yield line;
    }
  }
  const rest = (parts.join('') + decoder.decode()).trim();
  if (rest !== '') yield rest;
}
