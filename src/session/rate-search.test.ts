import { describe, expect, it, test } from 'vitest';
import { LabError } from '../model/errors.ts';
import { fakePlatform } from '../../test/fakes/platform.ts';
import { scenarioFile } from '../../test/fakes/scenario.ts';
import { measuredMs } from '../model/load-profile.ts';
import type { TrialRecord } from '../record/run-record.ts';
import { planOf } from '../scenarios/planning/expand.ts';
import { OpenBooks } from '../worker/drivers/open-books.ts';
import type { Death } from '../platforms/platform.ts';
import type { LoadJob, WorkerResult } from '../worker/protocol.ts';
import { Recorder } from '../worker/recording/recorder.ts';
import { drawnRequest } from '../worker/testing/jobs.ts';
import { searchRate } from './rate-search.ts';

const [front, pay] = [drawnRequest('GET /'), drawnRequest('POST /pay')];

/** All that was due was answered after 2 ms, of which one in four is a payment, or fewer. */
function carried({ load }: LoadJob, payments: number): WorkerResult {
  if (load.kind !== 'open') throw new Error('an open load was expected');
  const durationMs = measuredMs(load);
  const requests = [front.name, pay.name];
  const recorder = new Recorder({ phase: 'measuring', requests, startMs: 0, durationMs, emit: () => undefined });
  const books = new OpenBooks(durationMs);
  const due = ((load.stages[0]?.fromPerSecond ?? 0) * durationMs) / 1000;
  for (let number = 0; number < due; number++) {
    const sentAtMs = (number * (durationMs - 5)) / due;
    const request = number % 4 === 0 && number / 4 < payments ? pay : front;
    books.released(sentAtMs, sentAtMs);
    recorder.sent(sentAtMs);
    recorder.answered(sentAtMs + 2, { dueAtMs: sentAtMs, sentAtMs, status: 200, bytes: 1, request });
  }
  const result = recorder.finish(durationMs, {
    cpuRatio: 0.1,
    eventLoopUtilisation: 0.1,
    lagP99Us: 100,
    longestPauseUs: 0,
    pauseEndedAtMs: 0,
  });
  return { ...result, open: books.finish(recorder) };
}

async function search(payments: number, deaths: readonly Death[] = []): Promise<TrialRecord> {
  const file = scenarioFile({
    scenarios: {
      shop: {
        question: 'How many payments a second?',
        workload: [{ request: 'GET /', weight: 3 }, 'POST /pay'],
        load: {
          find: 'max-rps',
          slo: "p99(request='POST /pay') < 50ms",
          most: '100/s',
          duration: '1s',
          confirm: '10s',
        },
      },
    },
  });
  const [trial] = planOf(file, ['shop'], {}, 1).trials;
  const { load, system } = trial ?? {};
  if (!trial || load?.kind !== 'search' || system?.kind !== 'app') throw new Error('there is no search');
  const { signal } = new AbortController();
  const platform = fakePlatform((_, [job]) => {
    if (!job) throw new Error('there is no job');
    return { result: carried(job, payments), counters: {} };
  });
  await using stack = await platform.up({ stores: [], runId: 'r', signal, onStep: () => undefined });
  const deployment = await stack.deploy(system, signal);
  const mortal = { ...deployment, deaths: async () => Promise.resolve(deaths) };
  return await searchRate(mortal, trial, load, () => undefined, signal);
}

describe('a search with an objective of one request', () => {
  it('confirms for as long as that request takes for its percentile', async () => {
    const { search: found, caveats } = await search(Infinity);
    // p99 of a quarter of 100/s takes 1,000 of 4,000 answers, and a few more.
    const confirmed = found?.probes.find(({ phase }) => phase === 'confirm');
    expect(confirmed).toMatchObject({ durationMs: 1000 + 42_000, why: 'p99 of POST /pay 2 ms' });
    expect(caveats.filter(({ doubts }) => doubts.includes('max_rps')).map(({ kind }) => kind)).toEqual([
      'search-limit',
    ]);
  });

  it('doubts the rate where that request had too few answers, however many the others had', async () => {
    const { caveats } = await search(20);
    const doubting = caveats.filter(({ doubts }) => doubts.includes('max_rps'));
    expect(doubting.map(({ text }) => text)[0]).toMatch(/^POST \/pay: 20 answers are too few for .*p99/);
  });
});

test('a search ends where a copy has died: what is left is another system', async () => {
  const error = new LabError('app-2 exited with code 137.');
  const {
    search: found,
    metrics,
    caveats,
  } = await search(Infinity, [{ service: 'app', copy: 'app-2', isFatal: false, error }]);
  expect(found).toMatchObject({ limit: 'died', lowPerSecond: 0, probes: [] });
  expect(metrics).not.toHaveProperty('max_rps');
  expect(caveats).toContainEqual(expect.objectContaining({ kind: 'died' }));
});
