import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { hostileText, harms } from '../../test/fakes/hostile.ts';
import {
  arePlain,
  escapedYaml,
  forStream,
  jsonOf,
  placeheld,
  shortened,
  startOf,
  told,
  visible,
} from './foreign-text.ts';

const seeds = Array.from({ length: 200 }, (_, index) => index);
const hostile = [...harms, ...seeds.map(hostileText)];

describe('foreign text within a line', () => {
  it('has no line breaks, no colours, and nothing hidden', () => {
    expect(told('\u001b[31mred\u001b[0m')).toBe('red');
    expect(told('two\r\nlines\n')).toBe('two lines');
    expect(told('10%\r20%\tdone')).toBe('10% 20% done');
    expect(told('\u001b]8;;http://evil.example\u0007link\u001b]8;;\u0007')).toBe('link');
    expect(told('a\u0000b\u202ec\u2060d\ud800')).toBe(String.raw`a\x00b\u{202e}c\u{2060}d\u{d800}`);
    for (const text of hostile) expect(told(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cn}\p{Cs}]/u);
  });

  it('stays as it is where nothing is wrong with it', () => {
    for (const text of [
      'GET /items?q=ä',
      '数据 ✓ ▁▂▃',
      '  indented',
      '👩‍👩‍👧 ❤️‍🔥',
      'می‌خواهم',
      'ភ្នំ\u200cពេញ',
      'က\u200cခ',
      '',
    ])
      expect(told(text)).toBe(text);
  });

  it('keeps the flags of England, Scotland and Wales, and no other letters that nobody sees', () => {
    const letters = (text: string): string =>
      Array.from(text, (letter) => String.fromCodePoint(0xe0000 + letter.charCodeAt(0))).join('');
    for (const part of ['gbeng', 'gbsct', 'gbwls']) {
      const flag = `\u{1f3f4}${letters(part)}\u{e007f}`;
      for (const shown of [told, forStream]) expect(shown(`${flag}${flag} won`)).toBe(`${flag}${flag} won`);
    }
    for (const hiding of [letters('gbeng'), `\u{1f3f4}${letters('secret')}\u{e007f}`, `\u{1f3f4}${letters('gbeng')}`])
      expect(told(hiding)).not.toMatch(/\p{Cf}/u);
  });

  it('has nothing in the place of what only says where a line may be broken, which way it runs, or how it is encoded', () => {
    for (const shown of [told, forStream]) expect(shown('\ufeffIn\u00adhalt\u200b: \u200eא\u200f')).toBe('Inhalt: א');
    expect(told('a\ufeff\u202b\u2067b')).toBe(String.raw`a\u{feff}\u{202b}\u{2067}b`);
    expect(forStream(':\u200b:error::')).toBe(String.raw`\::error::`);
  });

  it('has no sequence for a terminal, whatever that is for', () => {
    const sequences = [
      '\u001b(B',
      '\u001b[?25l',
      '\u001b7',
      '\u001b]0;a title\u0007',
      '\u009b1;31m',
      '\u001bP$q m\u001b\\',
    ];
    expect(told(`a${sequences.join('b')}c`)).toBe('abbbbbc');
    expect(told('\u001b]0;without\nan end')).toBe('0;without an end');
  });

  it('may be long', () => {
    for (const run of [
      '\n',
      '\t',
      ' ',
      '\u001b',
      '\u001b[',
      '\u001b];',
      ';#',
      '\u009d',
      '\u200b',
      '\u200d',
      '##a',
      '\u{e0061}',
    ]) {
      const text = `a\u001b${run.repeat(100_000)}\u0001b`;
      for (const shown of [told, forStream]) expect(shown(text).endsWith(String.raw`\x01b`)).toBe(true);
    }
    const breaks = '\n\t'.repeat(500_000);
    expect(told(`${breaks}a${breaks}b${breaks}`)).toBe('a b');
  });

  it('is told in every text of a value, and in its keys', () => {
    const value = { 'a\nb': ['c\nd', { e: 1, f: undefined }], g: null };
    expect(told(value)).toEqual({ 'a b': ['c d', { e: 1, f: undefined }], g: null });
  });

  it('is the same when it is told again', () => {
    for (const text of hostile) expect(told(told(text))).toBe(told(text));
  });
});

describe('the start of a text', () => {
  it('has whole characters only', () => {
    expect(startOf('abc', 2)).toBe('ab');
    expect(startOf('abc', 3)).toBe('abc');
    expect(startOf('a😀b', 2)).toBe('a');
    expect(startOf('a😀b', 3)).toBe('a😀');
    expect(startOf('a👩‍👩‍👧b', 5)).toBe('a');
    expect(startOf('می‌خواهم', 3)).toBe('می');
    for (const text of hostile)
      for (let most = 0; most <= text.length; most++) expect(text.startsWith(startOf(text, most))).toBe(true);
  });

  it('tells where something was left away', () => {
    expect(shortened('abcd', 4)).toBe('abcd');
    expect(shortened('abcde', 4)).toBe('abc…');
    expect(shortened('ab😀de', 4)).toBe('ab…');
  });
});

it('shows what is hidden in a part of an answer', () => {
  expect(visible('a\r\n\u001b[31m\ufffd')).toBe(String.raw`a\r\n\x1b[31m\u{fffd}`);
});

it('keeps the places of characters where they are underlined', () => {
  for (const text of hostile) expect(Array.from(placeheld(text))).toHaveLength(Array.from(text).length);
});

describe('text as it leaves', () => {
  it('keeps what machines read: lines, tabs, and the line breaks of CSV', () => {
    const text = 'a,b\r\nc\td\n';
    expect(forStream(text)).toBe(text);
  });

  it('keeps the styles of the lab, where it has painted, and no other sequence', () => {
    const painted = '\u001b[1m\u001b[32mgood\u001b[39m\u001b[22m';
    expect(forStream(painted, 'styles')).toBe(painted);
    expect(forStream(painted)).toBe(String.raw`\x1b[1m\x1b[32mgood\x1b[39m\x1b[22m`);
    expect(forStream('\u001b[8mx\u001b[2Ky\rz', 'styles')).toBe(String.raw`\x1b[8mx\x1b[2Ky\rz`);
  });

  it('has no command for a CI system but those that the lab gives', () => {
    expect(forStream('::error::a\n \u00a0::notice::b\nc ::d::')).toBe('\\::error::a\n \u00a0\\::notice::b\nc ::d::');
    expect(forStream('\u001b[1m::error::a\u001b[22m', 'styles')).toBe('\u001b[1m\\::error::a\u001b[22m');
    expect(forStream('a ##[group]b ##vso[task.x]c ##teamcity[d]')).toBe(
      String.raw`a #\#[group]b #\#vso[task.x]c #\#teamcity[d]`,
    );
    expect(forStream('::error title=a::##[b]\n', 'commands')).toBe('::error title=a::#\\#[b]\n');
    expect(forStream('# A heading\n## [a link]\n')).toBe('# A heading\n## [a link]\n');
  });

  it.each([undefined, 'styles', 'commands'] as const)('does no harm, whatever it is: %s', (own) => {
    for (const text of hostile) {
      const left = forStream(`before ${text} after\n`, own);
      const unpainted = left.replaceAll(/\u001b\[(?:\d|22|3[1-7]|39)m/g, own === 'styles' ? '' : '$&');
      expect(unpainted.replaceAll(/\r\n|[\n\t]/g, '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cn}\p{Cs}]/u);
      expect(unpainted).not.toMatch(/##\w*\[/);
      if (own !== 'commands') expect(unpainted).not.toMatch(/^\s*::/m);
      expect(forStream(left, own)).toBe(left);
    }
  });
});

describe('what machines read', () => {
  it('is the same value in JSON, of which nothing is hidden, nor a command', () => {
    for (const text of hostile) {
      const json = jsonOf({ [text]: [text] }, 1);
      expect(JSON.parse(json)).toEqual({ [text]: [text] });
      expect(arePlain(json)).toBe(true);
      expect(forStream(json)).toBe(json);
    }
  });

  it('is the same value in YAML', () => {
    const yaml = escapedYaml('a: "\u009b \u{e0041} ##[x]"\n');
    expect(arePlain(yaml)).toBe(true);
    expect(parse(yaml)).toEqual({ a: '\u009b \u{e0041} ##[x]' });
  });
});
