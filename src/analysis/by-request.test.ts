import { describe, expect, it } from 'vitest';
import { measurement, openLoad, telemetry } from '../../test/fakes/records.ts';
import { scenarioFile } from '../../test/fakes/scenario.ts';
import { requestOutcome, shopTrial } from '../../test/fakes/shop-record.ts';
import { defaultLoad } from '../model/load-profile.ts';
import type { Measurement } from '../model/measurement.ts';
import type { TrialRecord } from '../record/run-record.ts';
import { parseObjective } from '../scenarios/claims/objective.ts';
import { trialOfRequest } from './by-request.ts';
import { caveatsOf } from './caveats/caveats.ts';
import { compareTrials } from './comparison/comparison.ts';
import { probeOutcome } from './rate-search/objective.ts';
import { judge } from './verdicts.ts';

const [shop] = scenarioFile({
  scenarios: {
    herd: {
      question: 'Do all requests work?',
      workload: [{ request: 'GET /', weight: 19 }, 'POST /pay', { request: 'GET /old', check: { status: 302 } }],
      variants: { aside: {} },
    },
  },
}).scenarios;
const { workload } = shop ?? expect.fail('the file has no scenario');

function verdict(claim: string, trial: TrialRecord): string {
  const [scenario] = scenarioFile({
    scenarios: {
      herd: { question: 'Why?', workload: ['GET /', 'POST /pay'], variants: { aside: {}, lock: {} }, expect: [claim] },
    },
  }).scenarios;
  const [expectation] = scenario?.expectations ?? [];
  if (!scenario || !expectation) throw new Error('the file has no claim');
  const one = { ...scenario, variants: scenario.variants.slice(0, 1) };
  const { outcome, reason } = judge(expectation, one, [trial]);
  return `${outcome}: ${reason}`;
}

const caveats = (changes: Partial<Measurement>, request?: string) => {
  const whole = measurement(changes);
  const outcome = whole.byRequest.find((each) => each.request === request);
  const trust = { utilisation: 0.95, lagMs: 50, scheduleLagMs: 10, shortfall: 0.01, samples: 10 };
  const generator = { trust, workers: 1, mostWorkers: 1 };
  const system = { system: 'app', changes: false, acts: [] } as const;
  const context = { ...generator, ...system, load: { ...defaultLoad, connections: 2 }, workload };
  return caveatsOf(whole, telemetry(), [], context, outcome);
};

describe('the caveats of one request', () => {
  const byRequest = [requestOutcome('GET /', { requests: 20_000 }), requestOutcome('POST /pay', { requests: 30 })];

  it('are of its own samples', () => {
    expect(caveats({ byRequest })).toEqual([]);
    expect(caveats({ byRequest }, 'GET /')).toEqual([]);
    expect(caveats({ byRequest }, 'POST /pay')).toEqual([
      expect.objectContaining({
        kind: 'too-few-samples',
        text: 'POST /pay: 30 answers are too few for p90, p95, p99, p99.9',
      }),
    ]);
  });

  it('are of its own that had no answer, and of the generator that all had in common', () => {
    const unanswered = [requestOutcome('GET /', { requests: 20_000 }), requestOutcome('POST /pay', { unsent: 50 })];
    const open = openLoad({ unsent: 50, released: 15_000 });
    const [kinds, others] = ['POST /pay', 'GET /'].map((request) =>
      caveats({ byRequest: unanswered, open }, request).map(({ kind }) => kind),
    );
    expect(kinds).toEqual(['unfinished', 'generator-saturated', 'too-few-samples']);
    expect(others).toEqual(['generator-saturated']);
  });
});

describe('a request of closed load whose connections hang in another one', () => {
  const overdue = { requests: 2, waitedUs: 16e6, shortestUs: 8e6 };
  const waiting = { longestUs: 8e6, overdue, histogram: '' };
  const byRequest = [
    requestOutcome('GET /', { requests: 20_000 }),
    requestOutcome('POST /pay', { requests: 10_000, unfinished: 2, waiting }),
  ];

  it('has no rate that could be judged, and all else that is known of it', () => {
    expect(caveats({ byRequest, unfinished: 2, waiting }, 'GET /')).toEqual([
      {
        kind: 'unfinished',
        text: '2 requests have had no answer for 8 s: RPS is not what the server gives',
        doubts: ['rps', 'requests', 'responses'],
      },
    ]);
  });

  it('is told of what it waits for itself once', () => {
    const own = caveats({ byRequest, unfinished: 2, waiting }, 'POST /pay');
    expect(own.map(({ kind }) => kind)).toEqual(['unfinished']);
    expect(own[0]?.text).toMatch(/^POST \/pay: 2 requests have had no answer for 8 s: /);
  });

  it('has its rate where one of many connections hangs for a moment', () => {
    const short = { longestUs: 1e5, overdue: { requests: 1, waitedUs: 1e5, shortestUs: 1e5 }, histogram: '' };
    expect(caveats({ byRequest: byRequest.slice(0, 1), waiting: short }, 'GET /')).toEqual([]);
  });
});

describe('redirects', () => {
  const text =
    'GET / was answered with redirects (301: 4, 302: 1,946): they count as right and are not followed, and no check asks for them';

  it('that no check asks for are told of, and doubt nothing', () => {
    const redirected = requestOutcome('GET /', { statuses: { '301': 4, '302': 1946, '304': 5 } });
    expect(caveats({ byRequest: [redirected] })).toEqual([{ kind: 'redirects', text, doubts: [] }]);
  });

  it('that a check asks for are as they should be, and what is not modified is none', () => {
    const asked = requestOutcome('GET /old', { statuses: { '302': 950 } });
    expect(caveats({ byRequest: [asked, requestOutcome('GET /', { statuses: { '304': 950 } })] })).toEqual([]);
  });
});

describe('a claim about one request', () => {
  it('fails on its own errors, however few they are among all, and names it', () => {
    expect(verdict('error_rate < 6%', shopTrial())).toBe('passed: 5% against 6%, 17% below the limit');
    expect(verdict("error_rate(request='POST /pay') == 0", shopTrial())).toBe('failed: 100% against 0% (POST /pay)');
    expect(verdict("error_rate(aside, request='GET /') == 0", shopTrial())).toBe('passed: 0% against 0% (GET /)');
    expect(verdict("responses(request='POST /pay', status=500) == 0", shopTrial())).toBe(
      'failed: 50 against 0 (POST /pay)',
    );
    expect(verdict("response_share(request='GET /', status=200) == 100%", shopTrial())).toBe(
      'passed: 100% against 100% (GET /)',
    );
  });

  it('is never a pass where its answers are too few, or it was not measured', () => {
    expect(verdict('p99 < 10ms', shopTrial())).toMatch(/^passed/);
    expect(verdict("p99(request='GET /') < 10ms", shopTrial())).toBe(
      'inconclusive: aside: GET /: 950 answers are too few for p99 (GET /)',
    );
    expect(verdict("p50(request='POST /pay') < 10ms", shopTrial())).toBe(
      'inconclusive: p50 of POST /pay under aside was not measured (POST /pay)',
    );
    expect(verdict("errors(request='GET /') == 0", shopTrial({ byRequest: [] }))).toBe(
      'inconclusive: aside has no results of GET / (GET /)',
    );
  });

  it('may be an objective, in which few answers are enough', () => {
    const outcome = (slo: string) => {
      const parsed = parseObjective(slo);
      return probeOutcome(parsed.ok ? parsed.claims : [], shopTrial());
    };
    expect(outcome("p99(request='GET /') < 10ms")).toEqual({ outcome: 'kept', why: 'p99 of GET / 9 ms' });
    expect(outcome("error_rate(request='POST /pay') < 1%")).toEqual({
      outcome: 'broken',
      why: 'error_rate of POST /pay 100% against 1%',
    });
  });
});

describe('a trial as if it had one request', () => {
  it('is compared with another as whole trials are', () => {
    const sides = [1, 1.02, 0.99, 1.01, 0.98, 1].map((p50, index) => {
      const trial = (factor: number): TrialRecord => {
        const [get, ...others] = shopTrial().byRequest;
        const metrics = { ...get?.metrics, p50: p50 * factor };
        const byRequest = get ? [{ ...get, metrics }, ...others] : [];
        return trialOfRequest(shopTrial({ round: index + 1, byRequest }), 'GET /') ?? expect.fail('it was sent');
      };
      return [trial(1), trial(2)] as const;
    });
    const side = (name: string) => ({ name, variant: name });
    const settings = { scenario: 'herd', replicas: 1, a: side('a'), b: side('b'), paired: true, smallest: 0.05 };
    const { metrics } = compareTrials(
      { ...settings, looks: 1, confidence: 0.95 },
      sides.map(([a]) => a),
      sides.map(([, b]) => b),
    );
    expect(metrics.find(({ metric }) => metric === 'p50')).toMatchObject({ outcome: 'b-higher', estimate: 2 });
  });

  it('is not there where the workload has no request of that name', () => {
    expect(trialOfRequest(shopTrial(), 'GET /nothing')).toBeUndefined();
  });
});
