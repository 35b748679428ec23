import {
  build,
  decodeFromCompressedBase64,
  encodeIntoCompressedBase64,
  JsHistogram,
  type Histogram,
} from 'hdr-histogram-js';

/** Ten minutes; longer latencies are recorded as this long. */
const highestUs = 600_000_000;

/**
 * Latencies in microseconds, from 1 µs to 10 minutes with 3 significant digits. Its size (84 KiB) does not depend on how many
 * it holds, and adding two of them loses nothing.
 */
export class LatencyHistogram {
  readonly #counts: Histogram;

  constructor(
    counts = build({
      lowestDiscernibleValue: 1,
      highestTrackableValue: highestUs,
      numberOfSignificantValueDigits: 3,
      bitBucketSize: 32,
      autoResize: false,
      useWebAssembly: false,
    }),
  ) {
    this.#counts = counts;
  }

  /** Reads what {@link encode} wrote. */
  static decode(text: string): LatencyHistogram {
    return new LatencyHistogram(decodeFromCompressedBase64(text));
  }

  /** The exact sum of histograms, as from one that recorded everything. */
  static merge(histograms: Iterable<LatencyHistogram>): LatencyHistogram {
    const sum = new LatencyHistogram();
    for (const histogram of histograms) sum.add(histogram);
    return sum;
  }

  record(latencyMs: number): void {
    this.#counts.recordValue(Math.min(highestUs, Math.max(1, Math.round(latencyMs * 1000))));
  }

  add(other: LatencyHistogram): void {
    this.#counts.add(other.#counts);
  }

  reset(): void {
    this.#counts.reset();
  }

  get count(): number {
    return this.#counts.totalCount;
  }

  /** 0 for an empty histogram, like all numbers below. */
  get meanUs(): number {
    return this.#counts.mean;
  }

  /** To the resolution of the histogram, so that it is the same before encoding and after decoding. */
  get maxUs(): number {
    return this.quantileUs(1);
  }

  /** The latency that a share of all did not exceed: `quantileUs(0.99)` is p99. */
  quantileUs(share: number): number {
    return this.count === 0 ? 0 : this.#counts.getValueAtPercentile(share * 100);
  }

  /** The latencies that it holds, to its resolution, and how often it holds each: from the lowest on. */
  values(): readonly { readonly us: number; readonly count: number }[] {
    if (!(this.#counts instanceof JsHistogram))
      throw new Error('This version of hdr-histogram-js has other histograms.');
    const iterator = this.#counts.recordedValuesIterator;
    iterator.reset();
    const values: { us: number; count: number }[] = [];
    while (iterator.hasNext()) {
      const { valueIteratedTo, countAtValueIteratedTo } = iterator.next();
      values.push({ us: valueIteratedTo, count: countAtValueIteratedTo });
    }
    return values;
  }

  /** HdrHistogram's own V2 format, compressed, in base64; takes about a millisecond. */
  encode(): string {
    return encodeIntoCompressedBase64(this.#counts);
  }
}
