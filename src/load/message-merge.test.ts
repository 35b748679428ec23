import { expect, test } from 'vitest';
import type { WorkerMessage } from '../worker/protocol.ts';
import { Recorder } from '../worker/recording/recorder.ts';
import { drawnRequest } from '../worker/testing/jobs.ts';
import { MessageMerge } from './message-merge.ts';

const request = drawnRequest();

/** The messages of a worker that had so many right answers in each second of its measured time. */
function said(requests: readonly number[]): readonly WorkerMessage[] {
  const messages: WorkerMessage[] = [{ type: 'ready' }, { type: 'measuring' }];
  const durationMs = requests.length * 1000;
  const emit = (message: WorkerMessage): void => void messages.push(message);
  const recorder = new Recorder({ phase: 'measuring', requests: ['GET /'], startMs: 0, durationMs, emit });
  for (const [second, count] of requests.entries()) {
    for (let number = 0; number < count; number++) {
      recorder.sent(second * 1000);
      recorder.answered(second * 1000 + 500, { sentAtMs: second * 1000, status: 200, bytes: 1, request });
    }
  }
  const result = recorder.finish(durationMs, {
    cpuRatio: 0.1,
    eventLoopUtilisation: 0.2,
    lagP99Us: 3,
    longestPauseUs: 0,
    pauseEndedAtMs: 0,
  });
  return [...messages, { type: 'result', result }];
}

/** What comes of it when workers say one message each in turn, until all have said everything. */
function merge(...workers: readonly (readonly WorkerMessage[])[]): readonly WorkerMessage[] {
  const merge = new MessageMerge(workers.length);
  const most = Math.max(...workers.map(({ length }) => length));
  const turns = Array.from({ length: most }, (_, turn) => workers.flatMap((messages) => messages[turn] ?? []));
  return turns.flat().flatMap((message) => merge.add(message) ?? []);
}

function brief(message: WorkerMessage): string {
  if (message.type === 'second') return `second ${message.second}: ${message.requests}`;
  return message.type === 'result' ? `result: ${message.result.requests}` : message.type;
}

test('of one worker are what it said', () => {
  const alone = said([3, 4]);
  expect(merge(alone)).toEqual(alone);
});

test('are added up, each when the last worker has said it', () => {
  const both = merge(said([3, 4]), said([5, 6]));
  expect(both.map(brief)).toEqual(['ready', 'measuring', 'second 0: 8', 'second 1: 10', 'result: 18']);
});

test('come in order where one worker is ahead of the others', () => {
  const [fast, slow] = [said([1, 1, 1]), said([2, 2, 2])];
  const merge = new MessageMerge(2);
  expect(fast.flatMap((message) => merge.add(message) ?? [])).toEqual([]);
  const seconds = ['second 0: 3', 'second 1: 3', 'second 2: 3'];
  const heard = slow.flatMap((message) => merge.add(message) ?? []).map(brief);
  expect(heard).toEqual(['ready', 'measuring', ...seconds, 'result: 9']);
});

test('a second that one worker did not have holds nothing up, and is in the result', () => {
  expect(merge(said([1, 1]), said([2, 2, 2])).map(brief)).toEqual([
    ...['ready', 'measuring', 'second 0: 3', 'second 1: 3'],
    'result: 8',
  ]);
});
