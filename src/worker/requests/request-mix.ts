import { seededRandom, type Random } from '../../model/random.ts';
import type { RequestTemplate, Workload } from '../../model/workload.ts';
import { valueOf, type Variable, type Variables } from '../../shapes/variables.ts';
import type { LoadJob } from '../protocol.ts';
import { DrawnRequest } from './drawn-request.ts';
import { keySource, type KeySource } from './keys.ts';
import { Template, encodePath } from './template.ts';

/** How many bytes of filled-in requests are kept for the next time that their key is drawn. */
const cacheBytes = 16 * 1024 * 1024;

/**
 * Draws the requests of a workload. All connections of a worker draw from one mix, so that the sequence of requests is the
 * same for the same seed, however long the answers take; which connection gets which request is left to the answers.
 * Where several workers share a load, each takes every n-th request of that one sequence.
 */
export class RequestMix {
  readonly #random: Random;
  readonly #kinds: readonly RequestKind[];
  /** The upper end of each kind's share of [0, 1). */
  readonly #shares: readonly number[];

  /** Requests of other workers that come before the next one of ours. */
  #skip: number;
  readonly #others: number;

  constructor(
    workload: Workload,
    seed: number,
    share: LoadJob['share'] = { index: 0, of: 1 },
    variables: Variables = {},
  ) {
    this.#skip = share.index;
    this.#others = share.of - 1;
    this.#random = seededRandom(seed);
    const sources = new Map<string, KeySource>();
    for (const [name, distribution] of Object.entries(workload.keys)) {
      sources.set(name, keySource(distribution, this.#random));
    }
    this.#kinds = workload.requests.map((request) => new RequestKind(request, sources, variables));
    const total = workload.requests.reduce((sum, request) => sum + request.weight, 0);
    let sum = 0;
    this.#shares = workload.requests.map((request) => (sum += request.weight) / total);
  }

  draw(): DrawnRequest {
    for (; this.#skip > 0; this.#skip--) this.#drawNext();
    this.#skip = this.#others;
    return this.#drawNext();
  }

  #drawNext(): DrawnRequest {
    const kind = this.#kinds.length === 1 ? this.#kinds[0] : this.#drawKind();
    if (kind === undefined) throw new Error('A workload needs at least one request.');
    return kind.draw();
  }

  #drawKind(): RequestKind | undefined {
    const share = this.#random.next();
    const index = this.#shares.findIndex((upperEnd) => share < upperEnd);
    // The shares may add up to a little less than 1.
    return this.#kinds.at(index);
  }
}

/** One request template of a workload, ready to be drawn. */
class RequestKind {
  readonly #request: RequestTemplate;
  readonly #path: Template;
  /** The path with its variables as they are written: their values are for the server alone. */
  readonly #shownPath: Template;
  readonly #headers: readonly (readonly [string, Template])[];
  readonly #body: Template | undefined;
  readonly #contains: Template | undefined;
  readonly #sources: readonly (readonly [string, KeySource])[];
  /** Reused for every draw. One draw of a key serves path, headers, body and check. */
  readonly #keys = new Map<string, number>();
  /** Filled-in requests by key, for a kind with one key at most: building one costs more than sending it. */
  readonly #filled = new Map<number, DrawnRequest>();
  #filledBytes = 0;

  constructor(request: RequestTemplate, sources: ReadonlyMap<string, KeySource>, variables: Variables) {
    const names = [...sources.keys()];
    const { path, headers, body, json = false, check } = request;
    const { contains } = check;
    const value = (variable: Variable): string => valueOf(variable, variables) ?? variable.written;
    const inJson = (variable: Variable): string => JSON.stringify(value(variable)).slice(1, -1);
    this.#request = request;
    this.#path = new Template(path, names, { value, encode: encodePath });
    this.#shownPath = new Template(path, names, { encode: encodePath });
    this.#headers = Object.entries(headers).map(([name, text]) => [name, new Template(text, names, { value })]);
    this.#body = body === undefined ? undefined : new Template(body, names, { value: json ? inJson : value });
    this.#contains = contains === undefined ? undefined : new Template(contains, names, { value });
    const templates = [this.#path, ...this.#headers.map(([, template]) => template), this.#body, this.#contains];
    const used = new Set(templates.flatMap((template) => [...(template?.keys ?? [])]));
    this.#sources = [...sources].filter(([name]) => used.has(name));
  }

  draw(): DrawnRequest {
    for (const [name, source] of this.#sources) this.#keys.set(name, source());
    if (this.#sources.length > 1) return this.#fill();

    const first = this.#sources[0];
    const key = first === undefined ? 0 : (this.#keys.get(first[0]) ?? 0);
    const known = this.#filled.get(key);
    if (known !== undefined) return known;
    const request = this.#fill();
    if (this.#filledBytes < cacheBytes) {
      this.#filled.set(key, request);
      // The 500 stand for what surrounds path and body: header fields and objects.
      this.#filledBytes += request.path.length + 2 * (request.body?.length ?? 0) + 500;
    }
    return request;
  }

  #fill(): DrawnRequest {
    const { name, method, check } = this.#request;
    const filled = (template: Template | undefined): string | undefined => template?.fill(this.#keys);
    const contains = filled(this.#contains);
    return new DrawnRequest(
      {
        name,
        method,
        headers: Object.fromEntries(this.#headers.map(([name, template]) => [name, template.fill(this.#keys)])),
        path: this.#path.fill(this.#keys),
        shownPath: this.#shownPath.fill(this.#keys),
        body: filled(this.#body),
      },
      { status: check.status, contains: contains === undefined ? undefined : Buffer.from(contains) },
    );
  }
}
