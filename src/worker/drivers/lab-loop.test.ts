import { describe, expect, it } from 'vitest';
import { describeClosedLoop } from '../testing/closed-loop-suite.ts';
import { closedLoad, loadJob, run } from '../testing/jobs.ts';
import { serve } from '../testing/servers.ts';

describe('driveLabLoop', () => {
  describeClosedLoop('lab');

  it('thinks between an answer and the next request, its connections at different times', async () => {
    await using server = await serve((_request, response) => response.end());
    const load = closedLoad({ driver: 'lab', thinkMs: 250, durationMs: 1000 });
    const result = await run(loadJob({ urls: [server.url], load }));
    expect(result.errors).toEqual({});
    expect(result.requests).toBeGreaterThan(0);
    // Each of the four asks at once or a part of 250 ms later, and then every 250 ms at most: a timer may be 1 ms early.
    expect(result.sent).toBeLessThanOrEqual(4 * (1 + Math.floor(1000 / 249)));
    expect(server.connections.size).toBe(4);
  });

  it('asks again 50 ms later where a thinking user is refused', async () => {
    await using server = await serve((_request, response) => response.end());
    await server[Symbol.asyncDispose]();
    const result = await run(
      loadJob({ urls: [server.url], load: closedLoad({ driver: 'lab', thinkMs: 1, durationMs: 500 }) }),
    );
    expect(Object.keys(result.errors)).toEqual(['refused']);
    expect(result.sent).toBeLessThanOrEqual(4 * (Math.ceil(500 / 49) + 1));
  });
});
