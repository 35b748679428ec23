import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { LoadProfile } from '../../scenarios/scenario.ts';
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

/** Every client of the lab reads the list of raw answers alike: each answer is what it is there, and nothing else. */
export function describeRawAnswers(load: LoadProfile): void {
  describe('of raw answers', () => {
    it.concurrent.each(rawAnswers)('takes $what for $is', async (answer) => {
      const { is, method = 'GET', contains } = answer;
      await using server = await serveRaw(answer);
      const check = contains === undefined ? {} : { contains };
      const result = await run(loadJob({ urls: [server.url], load, workload: oneRequest({ method, check }) }));
      const ended = result.requests + result.failed;
      expect(ended).toBeGreaterThan(0);
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
