import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { WorkerLoad } from '../../model/load-profile.ts';
import { loadJob, oneRequest, run } from './jobs.ts';
import { rawAnswers, type RawAnswer } from './raw-answers.ts';
import { servePlain } from './servers.ts';

/** A server that answers every request with the same bytes. */
async function serveRaw({ wire, ends = false }: RawAnswer): ReturnType<typeof servePlain> {
  const pieces = typeof wire === 'string' ? [wire] : wire;
  return servePlain((socket) => {
    socket.setNoDelay();
    void (async () => {
      for (const [index, piece] of pieces.entries()) {
        if (index > 0) await pause(2);
        if (piece !== '') socket.write(piece, 'latin1');
      }
      if (ends) socket.end();
    })();
  });
}

type Result = Awaited<ReturnType<typeof run>>;

/** Loads for longer where a busy machine let nothing end in the time before. */
async function untilSomethingEnds(
  runLoad: (load: WorkerLoad) => Promise<Result>,
  loadOf: (durationMs: number) => WorkerLoad,
): Promise<Result> {
  for (const durationMs of [300, 2_000, 10_000]) {
    const result = await runLoad(loadOf(durationMs));
    if (result.requests + result.failed > 0) return result;
  }
  throw new Error('No request ended.');
}

/** Every client of the lab reads the list of raw answers alike: each answer is what it is there, and nothing else. */
export function describeRawAnswers(loadOf: (durationMs: number) => WorkerLoad): void {
  describe('of raw answers', () => {
    it.concurrent.each(rawAnswers)('takes $what for $is', async (answer) => {
      const { is, method = 'GET', contains } = answer;
      await using server = await serveRaw(answer);
      const check = contains === undefined ? {} : { contains };
      const workload = oneRequest({ method, check });
      const result = await untilSomethingEnds((load) => run(loadJob({ urls: [server.url], load, workload })), loadOf);
      const ended = result.requests + result.failed;
      expect(result.carried + result.sent).toBe(ended + result.unfinished);
      expect(result.refusals).toEqual({});
      if (typeof is === 'number') {
        expect(result).toMatchObject({ errors: {}, causes: [], statuses: { [is]: ended } });
        return;
      }
      expect(result.errors).toEqual({ [is]: ended });
      const [cause, ...others] = result.causes;
      expect(others).toEqual([]);
      expect(cause).toMatchObject({ kind: is, request: `${method} /` });
      expect(cause?.words ?? cause?.body).toMatch(/./);
    });
  });
}
