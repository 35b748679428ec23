import { describe, expect, it } from 'vitest';
import { measurement, openLoad, telemetry } from '../../test/fakes/records.ts';
import { requestOutcome } from '../../test/fakes/shop-record.ts';
import { defaultLoad } from '../model/load-profile.ts';
import { measurementOfRequest, type RequestOutcome } from './by-request.ts';
import { metrics as catalogue } from './catalogue.ts';
import { requestMetrics } from './trial-metrics.ts';

/** Beside another one, in a trial of open load. */
function metricsOf(outcome: RequestOutcome): Record<string, number> {
  const whole = measurement({ open: openLoad(), byRequest: [requestOutcome('GET /'), outcome] });
  const told = {
    telemetry: telemetry(),
    resources: [],
    beside: [],
    acts: [],
    ttlMs: undefined,
    peakAtMs: undefined,
    rollout: undefined,
  };
  return requestMetrics({ measurement: whole, ...told, load: defaultLoad, replicas: 1, changes: false }, outcome);
}

describe('the metrics of one request', () => {
  it('are those that the catalogue says it has', () => {
    const outcome = requestOutcome('GET /');
    const declared = catalogue.filter(({ byRequest }) => byRequest).map(({ name }) => name);
    // A share of the answers is one only of a status that a claim names.
    expect(Object.keys(metricsOf(outcome)).sort()).toEqual(declared.filter((name) => name !== 'response_share').sort());
  });

  it('are made of its own answers', () => {
    const pay = requestOutcome('POST /pay', {
      requests: 30,
      completed: 20,
      failed: 10,
      statuses: { '200': 30, '500': 10 },
      errors: { 'status-5xx': 10 },
    });
    expect(metricsOf(pay)).toMatchObject({ rps: 2, requests: 30, responses: 40, errors: 10, error_rate: 0.25 });
  });

  it('add up, what the generator’s machine refused included', () => {
    const refusals = { 'out-of-ports': 7, 'out-of-files': 3 } as const;
    const pay = requestOutcome('POST /pay', {
      requests: 30,
      failed: 20,
      unfinished: 5,
      dropped: 2,
      unsent: 1,
      refusals,
    });
    const one = measurementOfRequest(measurement({ byRequest: [pay], open: openLoad() }), pay);
    expect(one).toMatchObject({ carried: 0, sent: 65, open: { offered: 68, dropped: 2, unsent: 1 } });
  });

  it('know nothing of errors where none of them ended', () => {
    const silent = requestOutcome('POST /pay', { requests: 0, completed: 0, statuses: {}, unfinished: 3 });
    expect(metricsOf(silent)).toEqual({ rps: 0, requests: 0, responses: 0, unfinished: 3, dropped: 0, unsent: 0 });
  });
});
