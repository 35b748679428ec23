import { LabError } from '../model/errors.ts';
import { shortened } from '../model/foreign-text.ts';
import { formatDuration } from '../model/numbers.ts';
import { workerMessageSchema, type WorkerMessage } from '../worker/protocol.ts';
import { imbalanceOf } from '../worker/recording/outcomes.ts';

/** How long a worker, which speaks every second, may say nothing: one that is short of CPU takes its time, and so may its log. */
const usualSilenceMs = 60_000;

/**
 * The messages of a worker, read from its standard output, wherever it runs; not that it is alive. Ends after `result`.
 * @throws {LabError} where the worker failed, wrote something else, ended without a result, or was silent for longer than that
 */
export async function* readWorkerMessages(
  stream: AsyncIterable<Buffer | string>,
  silenceLimitMs = usualSilenceMs,
): AsyncIterable<WorkerMessage> {
  const lines = linesOf(stream)[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await unlessSilent(lines.next(), silenceLimitMs);
      if (next.done === true) break;
      const message = parseMessage(next.value);
      if (message.type === 'failed') throw failureIn(message);
      if (message.type !== 'alive') yield message;
      if (message.type === 'result') return;
    }
  } finally {
    // Not waited for: of a worker that is silent, no line may ever come.
    lines.return?.(undefined).catch(() => undefined);
  }
  throw new LabError('The load worker ended without a result.');
}

function failureIn({ message, hint }: Extract<WorkerMessage, { type: 'failed' }>): LabError {
  if (hint !== undefined) return new LabError(message, { hint });
  return new LabError('The load worker failed.', { details: message.split('\n') });
}

async function unlessSilent<T>(next: Promise<T>, limitMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const hint = 'It stands still, or its machine does: it was paused, or something there takes all of the CPU.';
      reject(new LabError(`The load worker has said nothing for ${formatDuration(limitMs)}.`, { hint }));
    }, limitMs);
  });
  try {
    return await Promise.race([next, silence]);
  } finally {
    clearTimeout(timer);
  }
}

function parseMessage(line: string): WorkerMessage {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    value = undefined;
  }
  const parsed = workerMessageSchema.safeParse(value);
  if (parsed.success) return balanced(parsed.data);
  throw new LabError('The load worker wrote a line that is no message.', {
    hint: 'Is it the worker of the same version as the lab?',
    details: [shortened(line, 200)],
    cause: parsed.error,
  });
}

/** No number of a result can be believed where they do not add up. */
function balanced(message: WorkerMessage): WorkerMessage {
  const imbalance = message.type === 'result' ? imbalanceOf(message.result) : undefined;
  if (imbalance === undefined) return message;
  throw new LabError('The load worker wrote a result that does not add up.', { details: [imbalance] });
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
