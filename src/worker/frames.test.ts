import { describe, expect, it } from 'vitest';
import { FrameReader, FrameWriter, MissingFrame, isFrame } from './frames.ts';

const linesOf = (messages: readonly string[]): readonly string[] => {
  const writer = new FrameWriter();
  return messages.flatMap((message) => writer.write(message).split('\n').slice(0, -1));
};
const read = (lines: readonly string[], reader = new FrameReader()): readonly string[] =>
  lines.flatMap((line) => reader.read(line) ?? []);

// One character is outside the basic plane, wherever a line may be cut.
const long = 'ä😀'.repeat(20_000);

describe('frames', () => {
  it('give back the messages, however long', () => {
    const messages = ['{"type":"ready"}', long, '', `x${long}`];
    expect(read(linesOf(messages))).toEqual(messages);
  });

  it('are lines that no container runtime cuts', () => {
    const sizes = linesOf([long, `x${long}`]).map((line) => Buffer.byteLength(line));
    expect(Math.max(...sizes)).toBeLessThan(16 * 1024);
    expect(sizes.length).toBeGreaterThan(20);
  });

  it('pass over what else a program says', () => {
    const [first = '', second = ''] = linesOf(['one', 'two']);
    expect(read(['(node:1) Warning: something', first, '', second, '#'])).toEqual(['one', 'two']);
    expect([first, 'Warning'].map(isFrame)).toEqual([true, false]);
  });

  it('are each taken once where a log is read again from its start', () => {
    const lines = linesOf(['one', long, 'three']);
    const reader = new FrameReader();
    expect(read(lines.slice(0, 5), reader)).toEqual(['one']);
    expect(read(lines, reader)).toEqual([long, 'three']);
  });

  it('fail where the log has lost lines', () => {
    const lines = linesOf(['one', long, 'three']);
    expect(() => read(lines.slice(2))).toThrow(MissingFrame);
    expect(() => read([...lines.slice(0, 4), ...lines.slice(5)])).toThrow('line 5 of its log is missing');
  });
});
