/** How a key such as `{todo}` in a request is drawn; keys are whole numbers from 1 to `of`. */
export type KeyDistribution =
  | { readonly kind: 'uniform'; readonly of: number }
  | { readonly kind: 'zipf'; readonly exponent: number; readonly of: number }
  | { readonly kind: 'hot'; readonly key: number };

/** What makes an answer right. Without one, any status below 400 is. */
export interface AnswerCheck {
  /** The only status that counts as right. */
  readonly status?: number | undefined;
  /** Text that the body must contain; keys in braces are filled in as in the request. */
  readonly contains?: string | undefined;
}

/**
 * One kind of request of a workload. Keys in braces in its texts are drawn anew for each request; variables of the environment
 * stand in them as they are written, and the load worker fills them in.
 */
export interface RequestTemplate {
  /** What its results are told under: its method and path as they are written, unless it was given one. */
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly weight: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The body as text; JSON bodies are written out by the parser. */
  readonly body?: string | undefined;
  /** Whether the body is JSON, in which the value of a variable is part of a text. */
  readonly json?: boolean | undefined;
  readonly check: AnswerCheck;
}

/** Which requests are sent: a seeded mix over keys with a distribution. */
export interface Workload {
  readonly requests: readonly RequestTemplate[];
  readonly keys: Readonly<Record<string, KeyDistribution>>;
}

/** The texts of a request in which variables may stand. */
export function textsOf({ path, headers, body, check }: RequestTemplate): readonly string[] {
  return [path, ...Object.values(headers), ...[body, check.contains].filter((text) => text !== undefined)];
}

/** The names of a workload's requests, each once: those that say the same method and path, and no name, are told as one. */
export function requestNames({ requests }: Workload): readonly string[] {
  return [...new Set(requests.map(({ name }) => name))];
}

/** True where a request of the workload may change rows, so that data must be laid anew before the next trial. */
export function writes(workload: Workload): boolean {
  return workload.requests.some((request) => !['GET', 'HEAD', 'OPTIONS'].includes(request.method));
}
