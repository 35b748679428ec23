import { brotliDecompressSync, constants, gunzipSync, inflateRawSync, inflateSync } from 'node:zlib';

/** What a few kilobytes may become: some are made to become gigabytes. */
const maxOutputLength = 1024 * 1024;

/** What there is of it is taken, although the end is missing. */
const partly = { maxOutputLength, finishFlush: constants.Z_SYNC_FLUSH };

/** The beginning of a body without its compression; undefined where it cannot be had. */
export function decompressed(bytes: Buffer, encoding: string | undefined): Buffer | undefined {
  try {
    switch (encoding?.trim()) {
      case undefined:
      case '':
      case 'identity':
        return bytes;
      case 'gzip':
      case 'x-gzip':
        return gunzipSync(bytes, partly);
      case 'deflate':
        // Some servers leave the two bytes of zlib away.
        return (bytes[0] ?? 0) % 16 === 8 ? inflateSync(bytes, partly) : inflateRawSync(bytes, partly);
      case 'br':
        return brotliDecompressSync(bytes, { maxOutputLength, finishFlush: constants.BROTLI_OPERATION_FLUSH });
      default:
        return undefined;
    }
  } catch {
    return undefined;
  }
}
