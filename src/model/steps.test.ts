import { describe, expect, it } from 'vitest';
import { step } from './steps.ts';

describe('a step', () => {
  it('is told before it begins, and ends as its work does', async () => {
    const told: string[] = [];
    const result = await step(
      (text, over) => {
        told.push(text);
        void over?.then((value) => told.push(`over: ${String(value)}`));
      },
      'Redis starts',
      async () => {
        told.push('it works');
        return Promise.resolve('ready');
      },
    );
    expect(result).toBe('ready');
    expect(told).toEqual(['Redis starts', 'it works', 'over: ready']);
  });

  it('that fails fails the work alone, whether anybody listens for its end or not', async () => {
    const work = async () => Promise.reject(new Error('no'));
    await expect(step(() => undefined, 'Redis starts', work)).rejects.toThrow('no');
    const ends: unknown[] = [];
    const listen = (_: string, over?: Promise<unknown>) => void over?.catch((error: unknown) => ends.push(error));
    await expect(step(listen, 'Redis starts', work)).rejects.toThrow('no');
    expect(ends).toEqual([new Error('no')]);
  });
});
