import { describe, expect, it } from 'vitest';
import { problemsOf, scenario, workload } from '../testing/files.ts';

/** The text that is underlined, the sentence and the hint of each problem. */
function told(text: string): readonly string[] {
  return problemsOf(text)
    .split('\n\n')
    .map((problem) => {
      const [head = '', source = '', underline = '', hint = ''] = problem.split('\n');
      const from = underline.indexOf('~');
      const marked = source.slice(from, underline.lastIndexOf('~') + 1);
      return `[${marked}] ${head.replace(/^\S+ error: /, '')}${hint.replace(/^ *hint: /, ' -> ')}`;
    });
}

const head = 'version: 1\nscenarios:\n  s:\n';
const taken = 'settings, and texts that are sent, can be taken from the environment';

describe('YAML that people write', () => {
  it('is told line by line, as far as that is sure', () => {
    const load = 'load: { connections: ${CONNECTIONS} }';
    expect(told(`${head}    question: One thing: is it fast?\n    ${workload}\n    ${load}\n`)).toEqual([
      "[One thing: is it fast?] a text with a colon and a space in it needs quotes -> write question: 'One thing: is it fast?'",
      `[\${CONNECTIONS}] inside [ ] and { } a variable needs quotes -> write '\${CONNECTIONS}'; ${taken}`,
    ]);
  });

  it.each([
    ['@home?', "[@home?] a text cannot begin with @ -> write question: '@home?'"],
    ['*bold* claim?', "[*bold* claim?] a text cannot begin with * -> write question: '*bold* claim?'"],
    ['%50 fast?', "[%50 fast?] a text cannot begin with % -> write question: '%50 fast?'"],
    ['`code`?', "[`code`?] a text cannot begin with ` -> write question: '`code`?'"],
    ['& more', "[& more] a text cannot begin with & -> write question: '& more'"],
    ['- fast?', "[- fast?] a text cannot begin with - -> write question: '- fast?'"],
    ['> fast?', "[> fast?] a text cannot begin with > -> write question: '> fast?'"],
    [
      "'it's fast?'",
      `['it's fast?'] the text ends at its second ', and more comes after it -> write question: "it's fast?"`,
    ],
    ['"fast?', '["fast?] the closing " of this text is missing'],
    [`it's: "so"`, `[it's: "so"] a text with a colon and a space in it needs quotes -> write question: 'it''s: "so"'`],
  ])('question: %s', (question, expected) => {
    expect(told(`${head}    question: ${question}\n    ${workload}\n`)).toEqual([expected]);
  });

  const brackets = 'inside [ ] and { } a text with braces or brackets needs quotes';
  it.each([
    ['workload: [GET /todos/{user}]', `[GET /todos/{user}] ${brackets} -> write 'GET /todos/{user}'`],
    ['workload: [GET /a, GET /x?a[]=1, GET /b]', `[GET /x?a[]=1] ${brackets} -> write 'GET /x?a[]=1'`],
    [
      'workload: [{ request: GET /, headers: { a: Bearer ${TOKEN} } }]',
      `[Bearer \${TOKEN}] inside [ ] and { } a variable needs quotes -> write 'Bearer \${TOKEN}'; ${taken}`,
    ],
    [
      'workload: [{ request: GET /, headers: { a: {user} } }]',
      "[{user}] a key in braces needs quotes -> write '{user}'",
    ],
    ['workload: [{ request: PUT /, body: { id: {user} } }]', "[{user}] a key in braces needs quotes -> write '{user}'"],
    [
      'workload: [GET /x: y]',
      '[GET /x] a request with more than one line is a map -> write request: GET /x and, below it, what belongs to it; a path with a colon and a space needs quotes',
    ],
    [
      'workload: ["POST /x {}"]',
      '[ ] a path cannot hold this character -> a body has a key of its own: { request: POST …, body: … }',
    ],
    ['workload: GET /', '[GET /] workload must be a list -> put each item behind a dash, or all of them into [ ]'],
    ['workload: [GET /', '[[GET /] no ] closes this [ -> it is missing before line 6'],
  ])('%s', (line, expected) => {
    expect(told(scenario(line, 'rounds: 1'))).toContain(expected);
  });

  it.each([
    ['replicas: 1,2,3', '[1,2,3] several numbers of replicas are a list -> write replicas: [1, 2, 3]'],
    ['load: { rate: 5/s, keep-alive: no }', '[no] keep-alive must be true or false -> write false'],
    ['load: { rate: 5/s, keep-alive: Yes }', '[Yes] keep-alive must be true or false -> write true'],
    [
      "load: { connections: '50' }",
      "['50'] the number of connections must be a whole number -> write 50, without quotes and separators",
    ],
    ['load: { connections: $COUNT }', '[$COUNT] a variable is written in braces -> write ${COUNT}'],
    [
      'load: {connections:5}',
      '[connections:5] load has no key "connections:5" -> a space comes after the colon: connections: 5',
    ],
    [
      'load: connections: 5',
      "[connections: 5] a text with a colon and a space in it needs quotes -> write load: 'connections: 5', or load: { connections: 5 } where it is a map",
    ],
    ['\trounds: 2', '[ ] tabs are not allowed as indentation -> YAML is indented with spaces'],
    [
      '  rounds: 2',
      '[rounds: 2] this line begins in a column in which nothing can begin -> keys of one map begin in the same column, as do the dashes of one list',
    ],
  ])('%s', (line, expected) => {
    const text = scenario('load: { connections: 1 }', line, workload).replace(
      line.startsWith('load') ? '    load: { connections: 1 }\n' : '\0',
      '',
    );
    expect(told(line.startsWith('\t') ? text.replace('    \t', '\t') : text)).toEqual([expected]);
  });
});
