import { z } from 'zod';
import type { ToldCounter } from '../../model/system.ts';
import { faulty, type Fault, type Reading } from '../../shapes/fault.ts';
import { duration, handOn, issueOf, list, reading, table, text, whole } from '../../shapes/shapes.ts';
import { piecesOf, type Piece, type Variable } from '../../shapes/variables.ts';
import { formOf, withForm } from '../../shapes/written-form.ts';

const example = 'for example http://127.0.0.1:8080';

/** The address of a target, its variables filled in; without a slash at its end. Faults call it `shownAs`. */
export function readAddress(input: string, shownAs = input): Reading<string> {
  if (!/^https?:\/\//i.test(input)) {
    const isBare = /^[\w.-]+(:\d+)?(\/|$)/.test(input);
    const meant = /^\d+$/.test(input) ? `127.0.0.1:${shownAs}` : shownAs;
    return faulty('the url must begin with http:// or https://', isBare ? `write http://${meant}` : example);
  }
  const url = URL.canParse(input) ? new URL(input) : undefined;
  if (!url || /\s/.test(input)) return faulty(`the url "${shownAs}" is not an address`, example);
  const extra = /[?#]/.exec(input);
  if (extra) {
    const within = { start: extra.index, end: input.length };
    return faulty('the url of a target ends with its path', 'a query belongs to the requests of the workload', within);
  }
  if (url.username !== '' || url.password !== '') {
    // It would be printed in every report.
    return faulty('the url cannot hold a name or a password', 'give the requests a header "authorization"');
  }
  return { value: url.href.replace(/\/+$/, '') };
}

/** One with variables is an address only when they are filled in. */
const readUrl = (input: unknown): Reading<string> => {
  if (typeof input !== 'string') return faulty('the url must be a text', example);
  return piecesOf(input).every(({ kind }) => kind === 'text') ? readAddress(input) : { value: input };
};
const address = reading('the url', readUrl, { type: 'string', pattern: '^https?://|\\$\\{' });

/** A word as the shell takes it, whatever is in it; the shell fills its variables in. */
function quoted(word: string): string {
  if (/^[\w@%+=:,./{}-]+$/.test(word)) return word;
  return piecesOf(word)
    .map((piece) => (piece.kind === 'variable' ? expansion(piece) : `'${literal(piece).replaceAll("'", `'\\''`)}'`))
    .join('');
}

function expansion({ name, fallback }: Variable): string {
  const inQuotes = fallback?.replace(/[\\"$`]/g, '\\$&');
  return `"\${${inQuotes === undefined ? name : `${name}:-${inQuotes}`}}"`;
}

function literal({ kind, written }: Piece): string {
  return kind === 'literal' ? '${' : written;
}

const words = list('the command', word('a word of the command'), 100);

/** A command line: a text for the shell, or a list of words that the shell takes as they are. */
const line = text('the command');
const quotedWords = words.transform((all) => all.map(quoted).join(' '));
const command = withForm(
  z.unknown().transform((input, context): string => {
    return handOn((Array.isArray(input) ? quotedWords : line).safeParse(input), context);
  }),
  { anyOf: [formOf(line), formOf(words)] },
);

/** A text that may be written as a number, or as true or false. */
function word(noun: string) {
  return withForm(text(noun), { type: ['string', 'number', 'boolean'] });
}

/** Environment variables; numbers and yes or no are written as they would be in a shell. */
const readEnvironment = z.unknown().transform((input, context): Readonly<Record<string, string>> => {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    context.issues.push(issueOf(input, { sentence: 'env must be a map', hint: 'write env: { LOG_LEVEL: warn }' }));
    return z.NEVER;
  }
  const variables: Record<string, string> = {};
  for (const [name, value] of Object.entries(input)) {
    const fault = variableFault(name, value);
    if (fault) context.issues.push(issueOf(input, fault, [name], fault.onKey));
    else variables[name] = String(value);
  }
  return variables;
});
const environment = withForm(readEnvironment, {
  type: 'object',
  additionalProperties: { type: ['string', 'number', 'boolean'] },
});

function variableFault(name: string, value: unknown): (Fault & { readonly onKey: boolean }) | undefined {
  if (!/^[A-Za-z_]\w*$/.test(name)) {
    return { sentence: `"${name}" is not the name of a variable`, hint: 'letters, digits and _', onKey: true };
  }
  if (name === 'PORT') return { sentence: 'the lab sets PORT', hint: 'write port: 8080 beside env', onKey: true };
  if (['string', 'number', 'boolean'].includes(typeof value)) return undefined;
  return { sentence: `${name} must be a text`, hint: `write ${name}: "" for one that is empty`, onKey: false };
}

function urlPath(noun: string) {
  const read = (input: unknown): Reading<string> => {
    const isPath = typeof input === 'string' && /^\/[^\s#]*$/.test(input);
    return isPath ? { value: input } : faulty(`${noun} must be a path`, 'it begins with /');
  };
  return reading(noun, read, { type: 'string', pattern: '^/' });
}

const counterName = reading('the counter', (input): Reading<string> => {
  const isName = typeof input === 'string' && /^[A-Za-z_:][\w:]*$/.test(input);
  return isName ? { value: input } : faulty('the counter must be the name of a Prometheus metric');
});

const counters = {
  http_requests_total: counterName.optional(),
  db_queries_total: counterName.optional(),
  cache_hits_total: counterName.optional(),
  cache_misses_total: counterName.optional(),
  cache_recomputes_total: counterName.optional(),
  db_pool_rejected_total: counterName.optional(),
} satisfies Record<ToldCounter, z.ZodType>;

/** What can be said of a server of the user's own that the lab starts. */
export const serverFields = {
  command: command.optional(),
  image: text('the image', 500).optional(),
  args: list('args', word('an argument'), 100).optional(),
  port: whole('the port', 1, 65_535).optional(),
  env: environment.optional(),
  ready: urlPath('ready').optional(),
  'ready-limit': duration('the time to become ready', 100, 600_000).optional(),
  metrics: urlPath('metrics').optional(),
  counters: table('counters', counters).optional(),
};

/** `target:` as it is written: a server of the user's own in place of the reference app, or what is different of it. */
export const targetSchema = table('target', { url: address.optional(), ...serverFields });

/** What a `target:` says. */
export type TargetChange = z.output<typeof targetSchema>;

/** What of it is about a server that is started. */
export type ServerChange = Omit<TargetChange, 'url'>;
