import { describe, expect, it } from 'vitest';
import { filledIn, piecesOf, variablesIn } from './variables.ts';

describe('variables in a text', () => {
  it('are filled in, with a default where there is no value', () => {
    const environment = { TOKEN: 'abc', EMPTY: '' };
    expect(filledIn('Bearer ${TOKEN}', environment)).toBe('Bearer abc');
    expect(filledIn('${EMPTY}|${EMPTY:-x}|${NONE:-}|${NONE:-a b}', environment)).toBe('|x||a b');
    expect(filledIn('{user} $5 $TOKEN ${NONE}', environment)).toBe('{user} $5 $TOKEN ${NONE}');
  });

  it('are literal after a second dollar', () => {
    expect(filledIn('$${TOKEN} ${TOKEN}', { TOKEN: 'abc' })).toBe('${TOKEN} abc');
  });

  it('are looked up among what is set, not among what every object has', () => {
    expect(filledIn('${constructor} ${__proto__}', {})).toBe('${constructor} ${__proto__}');
    expect(filledIn('${constructor}', { constructor: 'x' })).toBe('x');
  });

  it('have names, and what has none is malformed', () => {
    expect(variablesIn('${A}${B:-1}').map(({ name, start }) => [name, start])).toEqual([
      ['A', 0],
      ['B', 4],
    ]);
    for (const text of ['${', '${}', '${a b}', '${a.b}', '${A:-{x}}']) {
      expect(piecesOf(text)[0]?.kind).toBe('malformed');
    }
  });

  it('leave nothing of the text out', () => {
    const text = 'a$${b}${c}${ d}{e}${';
    expect(
      piecesOf(text)
        .map(({ written }) => written)
        .join(''),
    ).toBe(text);
  });
});
