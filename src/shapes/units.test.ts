import { describe, expect, it } from 'vitest';
import {
  durationText,
  memoryText,
  parseDuration,
  quantity,
  ratioText,
  readBandwidth,
  readDuration,
  readMemory,
  readPercentage,
  readWhole,
} from './units.ts';

const hour = 3_600_000;

describe('readDuration', () => {
  it.each([
    ['500us', 0.5],
    ['500µs', 0.5],
    ['100ms', 100],
    ['0s', 0],
    ['1.5s', 1500],
    ['1m', 60_000],
    ['1h', hour],
  ])('%s is %d ms', (text, ms) => {
    expect(readDuration(text, 'the ttl', 0, hour)).toEqual({ value: ms });
  });

  it.each<[unknown, string, string | undefined]>([
    [60, 'the ttl needs a unit', 'write 60s for seconds or 60ms for milliseconds'],
    ['60 s', 'the ttl must be written without a space', 'write 60s'],
    ['60sec', 'the ttl must be a time, not "60sec"', 'write a number and us, ms, s, m or h, for example 500ms'],
    ['5%', 'the ttl must be a time, not "5%"', 'write a number and us, ms, s, m or h, for example 500ms'],
    ['-1s', 'the ttl must be a time, not "-1s"', 'write a number and us, ms, s, m or h, for example 500ms'],
    [null, 'the ttl must be a time', 'write a number and us, ms, s, m or h, for example 500ms'],
    ['0s', 'the ttl must be at least 1ms', undefined],
    ['61m', 'the ttl must be at most 60m', undefined],
  ])('refuses %s', (input, sentence, hint) => {
    expect(readDuration(input, 'the ttl', 1, hour)).toEqual({ fault: { sentence, hint, within: undefined } });
  });
});

describe('parseDuration', () => {
  it('reads an option', () => expect(parseDuration('2s')).toBe(2000));
  it.each([
    ['2', 'the time needs a unit: write 2s for seconds or 2ms for milliseconds'],
    ['two', 'the time must be a time, not "two": write a number and us, ms, s, m or h, for example 500ms'],
  ])('refuses %s', (text, message) => expect(() => parseDuration(text)).toThrow(message));
});

describe('other units', () => {
  it('reads percentages as ratios', () => {
    expect(readPercentage('0.1%', 'the jitter', 1)).toEqual({ value: 0.001 });
    expect(readPercentage(0.1, 'the jitter', 1)).toMatchObject({ fault: { hint: 'write 10%' } });
    expect(readPercentage(10, 'the jitter', 1)).toMatchObject({ fault: { hint: 'write 10%' } });
    expect(readPercentage('101%', 'the jitter', 1)).toMatchObject({
      fault: { sentence: 'the jitter must be at most 100%' },
    });
  });

  it('reads sizes, of which there is one kind by two names', () => {
    for (const text of ['256MB', '256MiB']) expect(readMemory(text, 'memory', 0, 2 ** 40)).toEqual({ value: 2 ** 28 });
    expect(readMemory('1.5GiB', 'memory', 0, 2 ** 40)).toEqual({ value: 1.5 * 2 ** 30 });
    for (const input of ['256', '256 MB', '256mb', '256ms', 256]) {
      expect(readMemory(input, 'memory', 0, 2 ** 40)).toMatchObject({ fault: { sentence: 'memory must be a size' } });
    }
    expect(readMemory('1KB', 'memory', 2 ** 20, 2 ** 40)).toMatchObject({
      fault: { sentence: 'memory must be at least 1MB' },
    });
    expect(memoryText(2 ** 28)).toBe('256MB');
  });

  it('reads what passes in a second', () => {
    expect(readBandwidth('1.5MB/s', 'the bandwidth', 0, 2 ** 40)).toEqual({ value: 1.5 * 2 ** 20 });
    for (const input of ['1MB', '1 MB/s', '1mb/s', '8Mbit/s', '1/s', 1024]) {
      expect(readBandwidth(input, 'the bandwidth', 0, 2 ** 40)).toMatchObject({
        fault: { sentence: 'the bandwidth must be a size for each second' },
      });
    }
    expect(readBandwidth('1KB/s', 'the bandwidth', 2 ** 20, 2 ** 40)).toMatchObject({
      fault: { sentence: 'the bandwidth must be at least 1MB/s' },
    });
  });

  it('reads whole numbers', () => {
    expect(readWhole(3, 'the weight', 1, 9)).toEqual({ value: 3 });
    for (const input of [0, 10, 1.5, '3', NaN, Infinity, true]) {
      expect(readWhole(input, 'the weight', 1, 9)).toHaveProperty('fault');
    }
  });

  it('knows the units of claims', () => {
    expect(quantity(500, '/s')).toEqual({ unit: 'per-second', value: 500 });
    expect(quantity(1, '%')).toEqual({ unit: 'ratio', value: 0.01 });
    expect(quantity(2, 'MiB')).toEqual({ unit: 'bytes', value: 2 ** 21 });
    expect(quantity(2, '')).toEqual({ unit: 'none', value: 2 });
    expect(quantity(2, 'toString')).toBeUndefined();
  });

  it('writes times and ratios as a file does', () => {
    expect([0, 0.5, 100, 1500, 90_000, 120_000].map(durationText)).toEqual([
      '0s',
      '500us',
      '100ms',
      '1.5s',
      '90s',
      '2m',
    ]);
    expect(ratioText(0.001)).toBe('0.1%');
  });
});
