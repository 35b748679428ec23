import { describe, expect, it } from 'vitest';
import { measurement } from '../../../test/fakes/records.ts';
import { defaultBurst, defaultLoad, type ClosedLoad } from '../../model/load-profile.ts';
import type { Measurement } from '../../model/measurement.ts';
import { idleConnections } from './idle-connections.ts';

/** Ten connections for ten seconds, by a generator that needs next to nothing of a core. */
function caveats(changes: Partial<Measurement>, load: Partial<ClosedLoad> = {}) {
  const known = measurement(changes);
  const generator = { ...known.generator, cpuRatio: 0.01 };
  return idleConnections({ ...known, generator }, { ...defaultLoad, connections: 10, ...load });
}

describe('idleConnections', () => {
  it('has nothing to say where each connection has a request in flight all the time', () => {
    expect(caveats({ inFlightMs: 96_000 })).toEqual([]);
    expect(idleConnections(measurement({ inFlightMs: 0 }), defaultBurst)).toEqual([]);
  });

  it('gives both numbers where connections wait for the generator', () => {
    const { latency } = measurement();
    const [caveat] = caveats({ inFlightMs: 2750, requests: 1000, latency: { ...latency, meanUs: 2750 } });
    expect(caveat?.text).toBe(
      '0.28 of 10 connections had a request in flight in the mean (100/s × 2.75 ms: Little’s law): the others waited for the load generator, and RPS is not what the server gives',
    );
    expect(caveat?.doubts).toEqual(['rps', 'requests', 'responses']);
    expect(caveat?.doubts).not.toContain('error_rate');
  });

  it('knows of users that think, that each answer takes the generator a while, and of attempts on an address that is dead', () => {
    const thinking = { inFlightMs: 10_000, requests: 900 };
    expect(caveats(thinking, { thinkMs: 100 })).toEqual([]);
    expect(caveats(thinking, { thinkMs: 50 })[0]?.text).toContain('besides those that think');
    const busy = measurement({ inFlightMs: 7000 });
    const generator = { ...busy.generator, cpuRatio: 0.4 };
    expect(idleConnections({ ...busy, generator }, { ...defaultLoad, connections: 1 })).toEqual([]);
    expect(caveats({ inFlightMs: 10, requests: 0, failed: 1960, errors: { refused: 1960 } })).toEqual([]);
  });
});
