import { z } from 'zod';
import { faulty, type Fault, type Reading } from './fault.ts';
import { duration, handOn, issueOf, list, reading, table, text, whole } from './shapes.ts';
import type { ToldCounter } from './system.ts';
import { formOf, withForm } from './written-form.ts';

const example = 'for example http://127.0.0.1:8080';

const readAddress = (input: unknown): Reading<string> => {
  if (typeof input !== 'string') return faulty('the url must be a text', example);
  if (!/^https?:\/\//i.test(input)) {
    const hint = /^[\w.-]+(:\d+)?(\/|$)/.test(input) ? `write http://${input}` : example;
    return faulty('the url must begin with http:// or https://', hint);
  }
  const url = URL.canParse(input) ? new URL(input) : undefined;
  if (!url || /\s/.test(input)) return faulty(`the url "${input}" is not an address`, example);
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
};
const address = reading('the url', readAddress, { type: 'string', pattern: '^https?://' });

/** A word as the shell takes it, whatever is in it. */
function quoted(word: string): string {
  return /^[\w@%+=:,./{}-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

const words = list('the command', text('a word of the command'), 100);

/** A command line: a text for the shell, or a list of words that the shell takes as they are. */
const line = text('the command');
const command = withForm(
  z.unknown().transform((input, context): string => {
    if (!Array.isArray(input)) return handOn(line.safeParse(input), context);
    return handOn(words.safeParse(input), context).map(quoted).join(' ');
  }),
  { anyOf: [formOf(line), formOf(words)] },
);

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

/** `target:` as it is written: a server of the user's own in place of the reference app, or what is different of it. */
export const targetSchema = table('target', {
  url: address.optional(),
  command: command.optional(),
  image: text('the image', 500).optional(),
  args: list('args', text('an argument'), 100).optional(),
  port: whole('the port', 1, 65_535).optional(),
  env: environment.optional(),
  ready: urlPath('ready').optional(),
  'ready-limit': duration('the time to become ready', 100, 600_000).optional(),
  metrics: urlPath('metrics').optional(),
  counters: table('counters', counters).optional(),
});

/** What a `target:` says. */
export type TargetChange = z.output<typeof targetSchema>;
