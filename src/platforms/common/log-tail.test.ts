import { expect, test } from 'vitest';
import { hintFor, listeningPort, logTail } from './log-tail.ts';

test('the last lines that say something', () => {
  const log = `${Array.from({ length: 20 }, (_, index) => `line ${index}`).join('\n')}\n\n`;
  expect(logTail(log)).toHaveLength(15);
  expect(logTail(log).at(-1)).toBe('line 19');
  expect(logTail('')).toEqual([]);
});

test('JSON lines as their text, others as they are', () => {
  const log = ['{"level":50,"msg":"it broke","err":{"message":"no route"}}', '{"a":1}', '{ no json'].join('\n');
  expect(logTail(log)).toEqual(['it broke: no route', '{"a":1}', '{ no json']);
});

test('the port of an application, once the line is whole', () => {
  const line = '{"level":30,"port":4711,"msg":"listening"}';
  expect(listeningPort('')).toBeUndefined();
  expect(listeningPort(`starting\n${line.slice(0, 20)}`)).toBeUndefined();
  expect(listeningPort(line)).toBeUndefined();
  expect(listeningPort(`starting\n${line}\n{"msg":"more"}\n`)).toBe(4711);
});

test('what to do, where the log tells', () => {
  expect(hintFor(['could not write: No space left on device'], '/tmp/run')).toMatch(/\/tmp\/run.*TMPDIR/);
  expect(hintFor(['something else'], '/tmp/run')).toBeUndefined();
});
