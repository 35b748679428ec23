import { expect, test } from 'vitest';
import { FrameReader, allOutput, standardOutput } from './frames.ts';

function frame(source: 1 | 2, text: string): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt8(source, 0);
  header.writeUInt32BE(Buffer.byteLength(text), 4);
  return Buffer.concat([header, Buffer.from(text)]);
}

const whole = Buffer.concat([frame(1, 'one\n'), frame(2, 'oh'), frame(1, ''), frame(1, 'twö\n')]);

test('pieces come out whole, wherever the chunks end', () => {
  for (let size = 1; size <= whole.length; size++) {
    const reader = new FrameReader();
    const pieces: string[] = [];
    for (let at = 0; at < whole.length; at += size) {
      for (const { source, payload } of reader.read(whole.subarray(at, at + size)))
        pieces.push(source + payload.toString());
    }
    expect(pieces).toEqual(['stdoutone\n', 'stderroh', 'stdout', 'stdouttwö\n']);
  }
});

test('the two outputs, together and apart', async () => {
  expect(allOutput(whole).toString()).toBe('one\nohtwö\n');
  const stream = (async function* () {
    yield await Promise.resolve(whole);
  })();
  let errors = '';
  let output = '';
  for await (const piece of standardOutput(stream, (text) => (errors += text.toString()))) output += piece.toString();
  expect({ output, errors }).toEqual({ output: 'one\ntwö\n', errors: 'oh' });
});
