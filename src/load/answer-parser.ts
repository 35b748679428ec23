import { hasMethod, memberOf } from './member.ts';

/** What http-parser-js says of an answer's first lines. */
interface AnswerHead {
  readonly statusCode: number;
  /** False where the server closes the connection after this answer. */
  readonly shouldKeepAlive: boolean;
  /** Names and values in turn, as they came. */
  readonly headers: readonly string[];
}

const serverTimingName = 'server-timing';

/** What a server says of its times (`Server-Timing`); undefined where it says nothing. */
export function serverTimingIn({ headers }: AnswerHead): string | undefined {
  let text: string | undefined;
  for (let index = 0; index < headers.length; index += 2) {
    const name = headers[index];
    // The length first: it spares all other names the lower case.
    if (name?.length !== serverTimingName.length || name.toLowerCase() !== serverTimingName) continue;
    const value = headers[index + 1] ?? '';
    text = text === undefined ? value : `${text}, ${value}`;
  }
  return text;
}

/** Its callbacks are numbered, as those of Node's own parser are. */
const callbacks = { headersComplete: 2, messageComplete: 4 } as const;

/** The parser of one autocannon client, an `HTTPParser` of http-parser-js. */
export interface AnswerParser {
  state: string;
  /** Returns an error, and does not throw it, for what is not HTTP. */
  execute: (chunk: Buffer) => unknown;
  reinitialize(type: 'RESPONSE'): void;
  /** What it returns says whether the body is to be skipped. */
  [callbacks.headersComplete]: (head: AnswerHead) => unknown;
  [callbacks.messageComplete]: () => unknown;
}

/** What is seen of the answers while they are parsed. */
export interface ParserWatch {
  /** The first lines of an answer are read. True where, as after HEAD, no body follows, whatever they say. */
  readonly onHead: (head: AnswerHead) => boolean;
  readonly onGarbage: (error: Error) => void;
}

/** Whether this is such a parser. */
export function isAnswerParser(parser: unknown): boolean {
  const methods = ['execute', 'reinitialize', ...Object.values(callbacks)];
  return typeof memberOf(parser, 'state') === 'string' && methods.every((name) => hasMethod(parser, name));
}

/** Watches a parser that autocannon has given its callbacks, and mends what autocannon leaves out. */
export function watchParser(parser: AnswerParser, watch: ParserWatch): void {
  const onHead = parser[callbacks.headersComplete];
  const onEnd = parser[callbacks.messageComplete];
  const execute = parser.execute.bind(parser);
  let status = 0;

  parser[callbacks.headersComplete] = (head) => {
    status = head.statusCode;
    onHead(head);
    return watch.onHead(head);
  };
  parser[callbacks.messageComplete] = () => {
    // 100 to 199 announce the answer and are none.
    if (status >= 200) onEnd();
  };
  // Autocannon overlooks the error for what is not HTTP, and would wait until the time is up.
  parser.execute = (chunk) => {
    const outcome = execute(chunk);
    if (outcome instanceof Error) watch.onGarbage(outcome);
    return outcome;
  };
}
