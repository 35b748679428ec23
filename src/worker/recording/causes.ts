import type { Cause, FailureKind } from '../../model/failures.ts';
import { Mask } from '../../shapes/mask.ts';
import type { BodySample } from '../http/answer.ts';
import { shortened, textOf } from '../http/visible.ts';
import type { DrawnRequest } from '../requests/drawn-request.ts';
import { decompressed } from './decompress.ts';

/** What is known of a request that ended without a right answer. */
export interface CauseParts {
  readonly request: DrawnRequest;
  readonly status?: number | undefined;
  readonly sample?: BodySample | undefined;
  readonly words?: string | undefined;
}

/** The first example of each kind of error. */
export class Causes {
  readonly #first = new Map<FailureKind, Cause>();

  /** Notes an error, that many ms after the start, unless its kind has an example. */
  note(kind: FailureKind, atMs: number, parts: CauseParts): void {
    if (this.#first.has(kind)) return;
    const { request, status, sample, words } = parts;
    const mask = new Mask();
    for (const secret of request.credentials) mask.hide(secret);
    const shown = (text: string): string => shortened(mask.masked(text));
    const body = sample === undefined || sample.bytes.length === 0 ? undefined : bodyOf(sample);
    this.#first.set(kind, {
      kind,
      atMs,
      request: shown(`${request.method} ${request.shownPath}`),
      ...(status === undefined ? {} : { status }),
      ...(body === undefined ? {} : { body: shown(body.trim()) }),
      ...(words === undefined ? {} : { words: shown(words.trim()) }),
    });
  }

  /** All of them, the first one first. */
  finish(): Cause[] {
    return [...this.#first.values()];
  }
}

/** The first example of each kind among those of several workers. */
export function mergeCauses(causes: readonly Cause[]): Cause[] {
  const first = new Map<FailureKind, Cause>();
  for (const cause of [...causes].sort((one, other) => one.atMs - other.atMs)) {
    if (!first.has(cause.kind)) first.set(cause.kind, cause);
  }
  return [...first.values()];
}

function bodyOf({ bytes, encoding, isCut = false }: BodySample): string {
  const plain = decompressed(bytes, encoding);
  if (plain === undefined) return `(${bytes.length} bytes of ${encoding ?? ''})`;
  return `${textOf(plain)}${isCut ? '…' : ''}`;
}
