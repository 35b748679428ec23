import { describe, expect, it } from 'vitest';
import { Alarm } from './alarm.ts';

describe('Alarm', () => {
  it('rings once, and not before its moment', async () => {
    await using alarm = await Alarm.ready();
    const rings: number[] = [];
    const momentMs = performance.now() + 30.5;
    await new Promise<void>((resolve) => {
      alarm.set(momentMs, () => {
        rings.push(performance.now());
        setTimeout(resolve, 50);
      });
    });
    expect(rings).toHaveLength(1);
    expect(rings[0]).toBeGreaterThanOrEqual(momentMs);
  });

  it('is not confused by what its thread says too early', async () => {
    await using alarm = await Alarm.ready();
    // Set anew again and again, so that many a message is on its way for a moment that is not wanted any more.
    for (let round = 0; round < 200; round++) {
      alarm.set(performance.now() + 0.3, () => undefined);
      for (const untilMs = performance.now() + 0.5; performance.now() < untilMs;);
      const momentMs = performance.now() + 1;
      await new Promise<void>((resolve) => alarm.set(momentMs, resolve));
      expect(performance.now()).toBeGreaterThanOrEqual(momentMs);
    }
  });

  it('rings at the moment that was set last', async () => {
    await using alarm = await Alarm.ready();
    const rung: string[] = [];
    alarm.set(performance.now() + 20, () => rung.push('first'));
    await new Promise<void>((resolve) => {
      alarm.set(performance.now() + 60, () => {
        rung.push('second');
        resolve();
      });
    });
    expect(rung).toEqual(['second']);
  });

  it('rings at once for a moment that has passed, after the caller’s turn', async () => {
    await using alarm = await Alarm.ready();
    let turn = 'this';
    const rung = new Promise<string>((resolve) => alarm.set(performance.now() - 5, () => resolve(turn)));
    turn = 'next';
    expect(await rung).toBe('next');
  });

  it('can be set from its own ring, many times', async () => {
    await using alarm = await Alarm.ready();
    let rings = 0;
    await new Promise<void>((resolve) => {
      const ring = (): void => {
        if (++rings === 500) resolve();
        else alarm.set(performance.now() + 0.3, ring);
      };
      ring();
    });
    expect(rings).toBe(500);
  });

  it('does not ring after it was cancelled, and its thread ends though it sleeps', async () => {
    const rung: string[] = [];
    {
      await using alarm = await Alarm.ready();
      alarm.set(performance.now() + 5, () => rung.push('cancelled'));
      alarm.cancel();
      await new Promise((resolve) => setTimeout(resolve, 30));
      alarm.set(performance.now() + 60_000, () => rung.push('never'));
    }
    expect(rung).toEqual([]);
  });
});
