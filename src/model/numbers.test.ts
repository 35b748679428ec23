import { describe, expect, it } from 'vitest';
import { formatBytes, formatDuration, formatNumber, formatPercent, formatQuantity, formatRounded } from './numbers.ts';

describe('formatNumber', () => {
  it.each([
    [0, '0'],
    [0.0001, '<0.001'],
    [0.0341, '0.034'],
    [0.5, '0.50'],
    [1, '1'],
    [1.234, '1.23'],
    [45.67, '45.7'],
    [99.96, '100'],
    [456.7, '457'],
    [12_345.6, '12,346'],
    [-1.5, '-1.50'],
  ])('%d is %s', (value, text) => expect(formatNumber(value)).toBe(text));
});

describe('formatQuantity', () => {
  it('carries the unit', () => {
    expect(formatQuantity(12.34, 'ms')).toBe('12.3 ms');
    expect(formatQuantity(4567, 'per-second')).toBe('4,567/s');
    expect(formatQuantity(0.001, 'ratio')).toBe('0.10%');
    expect(formatQuantity(21, 'count')).toBe('21');
  });
});

describe('formatRounded', () => {
  it('has no more decimals than it needs', () => {
    expect([1.94, 1.98, 1234.5].map((value) => formatRounded(value, 1))).toEqual(['1.9', '2', '1,234.5']);
    expect(formatRounded(0.25, 2)).toBe('0.25');
  });
});

describe('formatPercent', () => {
  it.each([
    [0, '0%'],
    [0.001, '<1%'],
    [0.28, '28%'],
    [0.994, '99%'],
    [0.997, '>99%'],
    [1, '100%'],
  ])('%d is %s', (share, text) => expect(formatPercent(share)).toBe(text));
});

describe('formatDuration', () => {
  it.each([
    [450, '450 ms'],
    [4_200, '4.2 s'],
    [59_960, '1 min'],
    [60_000, '1 min'],
    [65_000, '1 min 5 s'],
  ])('%d ms is %s', (ms, text) => expect(formatDuration(ms)).toBe(text));
});

describe('formatBytes', () => {
  it.each([
    [0, '0 B'],
    [512, '512 B'],
    [25_232_932_864, '23.5 GiB'],
  ])('%d is %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));
});
