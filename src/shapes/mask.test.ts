import { expect, it } from 'vitest';
import { Mask } from './mask.ts';

function maskOf(values: Readonly<Record<string, string>>): Mask {
  const mask = new Mask();
  for (const [name, value] of Object.entries(values)) mask.add(name, value);
  return mask;
}

it('shows a value as the variable that it is of, wherever it stands', () => {
  expect(maskOf({ TOKEN: 's3cret' }).masked('got s3cret, s3cret')).toBe('got ${TOKEN}, ${TOKEN}');
});

it('knows a value in JSON, in a query, and without the line break that a log takes away', () => {
  const mask = maskOf({ TOKEN: 'a "b"/ö', KEY: 'line\n' });
  expect(mask.masked('{"t":"a \\"b\\"/ö"}')).toBe('{"t":"${TOKEN}"}');
  expect(mask.masked('/x?t=a%20%22b%22%2F%C3%B6')).toBe('/x?t=${TOKEN}');
  expect(mask.masked('a line')).toBe('a ${KEY}');
});

it('knows each line of a value that has several', () => {
  const mask = maskOf({ KEY: '-----BEGIN KEY-----\r\nMIIEvQIBADAN\r\n  Zq+/=w==\r\nab\r\n' });
  const printed = ['-----BEGIN KEY-----', 'read MIIEvQIBADAN', 'Zq+/=w==', '"MIIEvQIBADAN\\n"'];
  expect(printed.map((line) => mask.masked(line))).toEqual(['${KEY}', 'read ${KEY}', '${KEY}', '"${KEY}\\n"']);
});

it('takes the longest value first, and characters for what they are', () => {
  const mask = maskOf({ A: 'abcd', B: 'abcd.*' });
  expect(mask.masked('abcd.* abcdef abcd')).toBe('${B} ${A}ef ${A}');
});

it('shows no part of a value either where a text was shortened', () => {
  const mask = maskOf({ TOKEN: 'abcdefghijklmnop', LONG: 'abcdefgh-and-more' });
  expect(mask.masked('body: abcdefghi…')).toBe('body: ${TOKEN}…');
  expect(mask.masked('body: abcdefgh-…')).toBe('body: ${LONG}…');
  expect(mask.masked('"…klmnop was sent"')).toBe('"…${TOKEN} was sent"');
  expect(mask.masked('"…efghijkl…"')).toBe('"…${TOKEN}…"');
  expect(mask.masked('"…klmnop or abcde…"')).toBe('"…${TOKEN} or ${TOKEN}…"');
  expect(mask.masked('…d op abc… and more')).toBe('…d op abc… and more');
  expect(mask.masked('abcdefgh')).toBe('abcdefgh');
});

it('leaves values alone that are too short to be secrets', () => {
  expect(maskOf({ N: '123', E: '' }).masked('1234')).toBe('1234');
});
