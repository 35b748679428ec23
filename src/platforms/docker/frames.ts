/** A piece of what a program in a container wrote. */
export interface Frame {
  readonly source: 'stdout' | 'stderr';
  readonly payload: Buffer;
}

const headerBytes = 8;

/** Takes apart the Engine's stream, in which both outputs of a program lie one after the other, each piece behind a header. */
export class FrameReader {
  #rest: Buffer = Buffer.alloc(0);

  /** The pieces that are whole now; pieces end anywhere in chunks. */
  *read(chunk: Buffer): Iterable<Frame> {
    let data = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    while (data.length >= headerBytes) {
      const end = headerBytes + data.readUInt32BE(4);
      if (data.length < end) break;
      yield { source: data.readUInt8(0) === 2 ? 'stderr' : 'stdout', payload: data.subarray(headerBytes, end) };
      data = data.subarray(end);
    }
    this.#rest = data;
  }
}

/** What a program writes to its standard output, as it comes; what it writes to the other is handed over. */
export async function* standardOutput(
  stream: AsyncIterable<Buffer | string>,
  onStandardError: (text: Buffer) => void = () => undefined,
): AsyncIterable<Buffer> {
  const reader = new FrameReader();
  for await (const chunk of stream) {
    for (const { source, payload } of reader.read(Buffer.from(chunk))) {
      if (source === 'stdout') yield payload;
      else onStandardError(payload);
    }
  }
}

/** Both outputs of a program in the order in which they were written. */
export function allOutput(bytes: Buffer): Buffer {
  return Buffer.concat([...new FrameReader().read(bytes)].map(({ payload }) => payload));
}
