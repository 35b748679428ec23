import { describe, expect, it } from 'vitest';
import { found, served, trialOf } from '../../../test/fakes/evidence.ts';
import { telemetry } from '../../../test/fakes/records.ts';
import type { Telemetry } from '../../model/telemetry.ts';

const dealt = (balancer: string) => trialOf({ replicas: 3, variants: { usual: { balancer } } });
const among = (replicas: Telemetry['replicas'], balancer = 'round-robin', changes: Partial<Telemetry> = {}) =>
  found({ telemetry: telemetry({}, { replicas, ...changes }), trial: dealt(balancer) });

/** Replicas that are equally fast. */
const shares = (...counts: readonly number[]) => served(...counts.map((count) => [count, 5] as const));

describe('uneven-replicas', () => {
  it('names the replicas with the fewest and the most requests', () => {
    expect(among(shares(0, 0, 900), 'ip-hash')).toEqual([
      'uneven-replicas: app-1 served 0% of the requests, app-3 100%; a fair share is 33%. ' +
        'All requests of one address go to one replica: deal them out in turn (balancer: round-robin).',
    ]);
    const [service] = found({ telemetry: telemetry({}, { replicas: shares(960, 40) }) });
    expect(service).toBe(
      'uneven-replicas: app-2 served 4% of the requests, app-1 96%; a fair share is 50%. ' +
        'Where connections are dealt out and not requests, open more, or new ones (keep-alive: false).',
    );
  });

  it('lets shares differ a little', () => {
    expect(among(shares(900))).toEqual([]);
    expect(among(shares(600, 400))).toEqual([]);
    expect(among(shares(200, 400, 400))).toEqual([]);
  });

  it('is no fault where a slow replica is spared, and one where a fast one is', () => {
    expect(among(served([480, 5], [480, 5], [40, 8]), 'least-connections')).toEqual([]);
    expect(among(served([480, 5], [480, 5], [40, 5]), 'least-connections')).toHaveLength(1);
    expect(among(served([480, 5], [480, 5], [40, 8]))).toHaveLength(1);
  });

  it('does not compare replicas that come and go, nor where one is missing', () => {
    expect(among(shares(960, 40), 'ip-hash', { left: [] })).toEqual([]);
    const lost = [{ replica: 'app-3', problem: 'it died' }];
    expect(among(shares(900, 10), 'ip-hash', { lost })).toEqual([]);
  });

  it('does not compare what something was done to', () => {
    const acts = [{ at: '1s', pause: 'app-3', for: '1s' }];
    const trial = trialOf({ replicas: 3, variants: { usual: { acts } } });
    const foundIn = (replicas: Telemetry['replicas']) => found({ telemetry: telemetry({}, { replicas }), trial });
    expect(foundIn(shares(480, 480, 40))).toEqual([]);
    expect(foundIn(served([300, 5], [300, 5], [300, 105]))).toEqual([]);
  });
});

describe('slow-replica', () => {
  it('is to be spared where it is sent as much as the others', () => {
    expect(among(served([300, 5], [300, 5], [300, 105]))).toEqual([
      'slow-replica: app-3 takes 105 ms for a request, the others 5 ms; it is sent 33% of the requests, as if it were as fast. ' +
        'Spare it (balancer: least-connections), and find out what holds it up.',
    ]);
  });

  it('is spared already under least connections, and the better of two', () => {
    for (const balancer of ['least-connections', 'random-two']) {
      expect(among(served([480, 5], [480, 5], [40, 105]), balancer)).toEqual([
        'slow-replica: app-3 takes 105 ms for a request, the others 5 ms; the balancer spares it, with 4% of the requests. ' +
          'Leave the balancer as it is, and find out what holds it up.',
      ]);
    }
  });

  it('is not found where the times differ by little, or not all are told', () => {
    expect(among(served([300, 5], [300, 5], [300, 9]))).toEqual([]);
    expect(among(served([300, 0.1], [300, 0.1], [300, 0.9]))).toEqual([]);
    const [one, two, three] = served([300, 5], [300, 5], [300, 105]);
    const silent = three && { ...three, counters: { http_requests_total: 300 } };
    expect(among([one, two, silent].flatMap((replica) => replica ?? []))).toEqual([]);
  });
});
