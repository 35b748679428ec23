const nothing = Buffer.alloc(0);

/** Looks for a text in bytes that come in pieces, and keeps no more of them than the text is long. */
export class TextSearch {
  #text: Buffer = nothing;
  /** The last bytes that came: the text may begin in them. */
  #tail: Buffer = nothing;
  #found = false;

  /** Looks for another text, in other bytes. */
  begin(text: Buffer): void {
    this.#text = text;
    this.#tail = nothing;
    this.#found = text.length === 0;
  }

  /** Whether it was in what has come. */
  get found(): boolean {
    return this.#found;
  }

  /** Reads on; the bytes may be written over afterwards. */
  read(bytes: Buffer, from: number, to: number): void {
    if (this.#found) return;
    // Bytes are searched, not text: a piece may end within a character.
    const piece = bytes.subarray(from, to);
    const overlap = this.#text.length - 1;
    const seam = this.#tail.length > 0 ? Buffer.concat([this.#tail, piece.subarray(0, overlap)]) : nothing;
    this.#found = seam.includes(this.#text) || piece.includes(this.#text);
    if (this.#found || overlap === 0) return;
    const rest = piece.length >= overlap ? piece : Buffer.concat([this.#tail, piece]);
    this.#tail = Buffer.from(rest.subarray(-overlap));
  }
}
