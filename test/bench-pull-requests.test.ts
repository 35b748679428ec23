import { describe, expect, it } from 'vitest';
import { rowOf, type Gated } from '../bench/pull-requests.ts';

const failed = (...named: readonly string[]): Gated => ({ exitCode: 1, named, seconds: 40 });
const passed: Gated = { exitCode: 0, named: [], seconds: 20 };
const open: Gated = { exitCode: 3, named: [], seconds: 60 };

describe('whether a gate was right about a pull request', () => {
  const leak = { name: 'leak', what: 'a leak', names: ['memory_end(B)'] };

  it('is that it failed each time, and named the reason', () => {
    const { cells, isRight } = rowOf(leak, [failed('rps(B)', 'memory_end(B)'), failed('memory_end(B)')]);
    expect(isRight).toBe(true);
    expect(cells).toEqual(['a leak', 'fail', '2 failed', '`memory_end(B)`', '`rps(B)`', '40']);
  });

  it('is not that it failed for something else, or could not tell once', () => {
    expect(rowOf(leak, [failed('rps(B)')]).isRight).toBe(false);
    const { cells, isRight } = rowOf(leak, [failed('memory_end(B)'), open, open]);
    expect(isRight).toBe(false);
    expect(cells[2]).toBe('**1 failed, 2 could not tell**');
  });

  it('is that it passed what has not changed', () => {
    const nothing = { name: 'nothing', what: 'nothing changed', names: [] };
    expect(rowOf(nothing, [passed, passed])).toMatchObject({ isRight: true });
    expect(rowOf(nothing, [passed, failed('rps(B)')])).toMatchObject({ isRight: false });
  });
});
