import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { Admission } from './admission.ts';

describe('the gate', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('lets in as many as there are places, and the next when one leaves, in order', async () => {
    const gate = new Admission(2, 10, 1000);
    const inside: string[] = [];
    const entered = ['a', 'b', 'c', 'd'].map((name) => gate.enter().then(() => inside.push(name)));
    await Promise.all(entered.slice(0, 2));
    expect(inside).toEqual(['a', 'b']);
    gate.leave();
    await entered[2];
    gate.leave();
    await entered[3];
    expect(inside).toEqual(['a', 'b', 'c', 'd']);
  });

  it('turns away at once when the line is full', async () => {
    const gate = new Admission(1, 1, 1000);
    await gate.enter();
    const waiting = gate.enter();
    await expect(gate.enter()).rejects.toMatchObject({ reason: 'queue-full' });
    gate.leave();
    await waiting;
  });

  it('turns away after the time-out, and does not give that place to who has left', async () => {
    const gate = new Admission(1, 10, 1000);
    await gate.enter();
    const impatient = gate.enter();
    const refused = expect(impatient).rejects.toMatchObject({ reason: 'timeout' });
    await vi.advanceTimersByTimeAsync(1000);
    await refused;
    gate.leave();
    await gate.enter(); // the place is free
  });
});
