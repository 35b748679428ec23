import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { LabError } from '../model/errors.ts';
import type { WorkerMessage } from '../worker/protocol.ts';
import { Recorder } from '../worker/recording/recorder.ts';
import { readWorkerMessages } from './worker-process.ts';

const generator = { cpuRatio: 0, eventLoopUtilisation: 0, lagP99Us: 0, longestPauseUs: 0, pauseEndedAtMs: 0 };
const result = new Recorder({
  phase: 'measuring',
  requests: ['GET /'],
  startMs: 0,
  durationMs: 1000,
  emit: () => undefined,
}).finish(0, generator);
const [only] = result.byRequest;
if (only === undefined) throw new Error('The books of a request were expected.');
const ending: WorkerMessage = { type: 'result', result };
const measuring: WorkerMessage = { type: 'measuring' };

async function read(chunks: Iterable<Buffer | string>): Promise<{ messages: WorkerMessage[]; error: unknown }> {
  const messages: WorkerMessage[] = [];
  try {
    for await (const message of readWorkerMessages(Readable.from(chunks))) messages.push(message);
  } catch (error) {
    return { messages, error };
  }
  return { messages, error: undefined };
}

function lines(...messages: WorkerMessage[]): string {
  return messages.map((message) => `${JSON.stringify(message)}\n`).join('');
}

describe('readWorkerMessages', () => {
  it('reads messages to the result, and nothing after it', async () => {
    const { messages, error } = await read([`\n${lines(measuring, ending)}not a message\n`]);
    expect(error).toBeUndefined();
    expect(messages).toEqual([measuring, ending]);
  });

  it('reads a long result that is cut anywhere, also within a character', async () => {
    const long: WorkerMessage = { type: 'result', result: { ...result, histogram: 'ü'.repeat(100_000) } };
    const bytes = Buffer.from(lines(measuring, long));
    const chunks = Array.from({ length: Math.ceil(bytes.length / 777) }, (_, index) =>
      bytes.subarray(index * 777, (index + 1) * 777),
    );
    expect((await read(chunks)).messages).toEqual([measuring, long]);
  });

  it('does without the last line feed', async () => {
    expect((await read([lines(ending).trimEnd()])).messages).toEqual([ending]);
  });

  it.each([
    ['a line that is no JSON', 'Segmentation fault\n', 'no message'],
    ['a line that is no message', '{"type":"hello"}\n', 'no message'],
    ['a failure', lines({ type: 'failed', message: 'because' }), 'failed'],
    [
      'a result whose answers are not as many as its statuses',
      lines({ type: 'result', result: { ...result, byRequest: [{ ...only, statuses: { 200: 1 } }] } }),
      'does not add up',
    ],
    [
      'a result that is not the sum of its requests',
      lines({ type: 'result', result: { ...result, bytes: 1 } }),
      'add up',
    ],
    ['requests that were lost', lines({ type: 'result', result: { ...result, sent: 1 } }), 'add up'],
    ['an end without a result', '', 'without a result'],
    ['an end within a message', '{"type":"resu', 'no message'],
  ])('throws at %s', async (_, rest, sentence) => {
    const { messages, error } = await read([lines(measuring), rest]);
    expect(messages).toEqual([measuring]);
    expect(error).toBeInstanceOf(LabError);
    expect(error).toHaveProperty('message', expect.stringContaining(sentence));
  });

  it('says why a worker failed', async () => {
    const { error } = await read([lines({ type: 'failed', message: 'one\ntwo' })]);
    expect(error).toHaveProperty('details', ['one', 'two']);
  });
});
