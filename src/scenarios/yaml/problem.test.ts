import { describe, expect, it } from 'vitest';
import { renderProblems, SourceText } from './problem.ts';

const fault = { sentence: 'this is wrong', hint: 'write it right' };

describe('renderProblems', () => {
  it('underlines the place', () => {
    const source = new SourceText('a.yaml', 'one: 1\r\ntwo: 2\r\n');
    expect(renderProblems([source.problem({ start: 13, end: 14 }, fault)])).toBe(
      ['a.yaml:2:6 error: this is wrong', '    2 | two: 2', '      |      ~', '      hint: write it right'].join('\n'),
    );
  });

  it('underlines the first line of a place of several lines, and at least one character', () => {
    expect(new SourceText('a.yaml', 'a: 1\r').problem({ start: 0, end: 1 }, fault)).toMatchObject({ source: 'a: 1' });
    const source = new SourceText('a.yaml', 'a: 1  \nb: 2\n');
    expect(source.problem({ start: 0, end: 11 }, fault)).toMatchObject({ line: 1, column: 1, length: 4 });
    expect(source.problem({ start: 12, end: 12 }, fault)).toMatchObject({ line: 3, column: 1, length: 1, source: '' });
    expect(source.problem({ start: 99, end: 120 }, fault)).toMatchObject({ line: 3, column: 1 });
  });

  it('counts characters, not code units', () => {
    const source = new SourceText('a.yaml', '🐘🐘: x');
    expect(source.problem({ start: 6, end: 7 }, fault)).toMatchObject({ column: 5, length: 1 });
  });

  it('shows a stretch of a very long line, and no control characters', () => {
    const source = new SourceText('a.yaml', `${'\t'.repeat(300)}\u001b[31m${'x'.repeat(300)}`);
    const [, line = '', underline = ''] = renderProblems([source.problem({ start: 305, end: 306 }, fault)]).split('\n');
    expect(line).toBe(`    1 | ${' '.repeat(55)}\ufffd[31m${'x'.repeat(60)}`);
    expect(underline).toBe(`      | ${' '.repeat(60)}~`);
  });

  it('lets itself be painted', () => {
    const source = new SourceText('a.yaml', 'x');
    const painted = renderProblems([source.problem({ start: 0, end: 1 }, fault)], (role, text) => `<${role} ${text}>`);
    expect(painted).toBe(
      [
        '<place a.yaml:1:1> <error error:> this is wrong',
        '    1 | <source x>',
        '      | <underline ~>',
        '      <hint hint: write it right>',
      ].join('\n'),
    );
  });
});
