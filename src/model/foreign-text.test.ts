import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { hostileText, harms } from '../../test/fakes/hostile.ts';
import { arePlain, escapedYaml, forStream, jsonOf, placeheld, told, visible } from './foreign-text.ts';

const seeds = Array.from({ length: 200 }, (_, index) => index);
const hostile = [...harms, ...seeds.map(hostileText)];

describe('foreign text within a line', () => {
  it('has no line breaks, no colours, and nothing hidden', () => {
    expect(told('\u001b[31mred\u001b[0m')).toBe('red');
    expect(told('two\r\nlines\n')).toBe('two lines');
    expect(told('10%\r20%\tdone')).toBe('10% 20% done');
    expect(told('\u001b]8;;http://evil.example\u0007link\u001b]8;;\u0007')).toBe('link');
    expect(told('a\u0000b\u202ec\u200bd\ud800')).toBe(String.raw`a\x00b\u{202e}c\u{200b}d\u{d800}`);
    for (const text of hostile) expect(told(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cn}\p{Cs}]/u);
  });

  it('stays as it is where nothing is wrong with it', () => {
    for (const text of ['GET /items?q=ä', '数据 ✓ ▁▂▃', '  indented', '👩‍👩‍👧 ❤️‍🔥', 'می‌خواهم', ''])
      expect(told(text)).toBe(text);
  });

  it('is told in every text of a value, and in its keys', () => {
    const value = { 'a\nb': ['c\nd', { e: 1, f: undefined }], g: null };
    expect(told(value)).toEqual({ 'a b': ['c d', { e: 1, f: undefined }], g: null });
  });

  it('is the same when it is told again', () => {
    for (const text of hostile) expect(told(told(text))).toBe(told(text));
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
