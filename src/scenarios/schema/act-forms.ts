import { z } from 'zod';
import { actKinds, restarts, type Act, type ActKind, type Whom } from '../../model/acts.ts';
import { cuts, linkName, mostBytesPerSecond } from '../../model/link.ts';
import { bounds } from '../../model/load-profile.ts';
import { shutdowns } from '../../model/system.ts';
import { faulty, type Reading } from '../../shapes/fault.ts';
import { bandwidth, choice, duration, handOn, issueOf, reading, table } from '../../shapes/shapes.ts';
import { suggestion } from '../../shapes/suggest.ts';
import { readPercentage } from '../../shapes/units.ts';
import { formOf, withForm, type WrittenForm } from '../../shapes/written-form.ts';

type Without<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

/** An act as it is written: who gives it no name has it called after what it does. */
export type WrittenAct = Without<Act, 'name'> & { readonly name: string | undefined };

interface Target {
  readonly service: string;
  readonly whom: Whom;
}

const most = bounds.replicas.most;
const whomHint = `write the name of a service, of a copy such as app-2, or { app: all }, { app: 2 }, { app: 1/3 }`;

/** A service alone is one copy of it, and all that there is of one that has no others. */
function readTarget(input: unknown, noun: string): Reading<Target> {
  if (typeof input === 'string') {
    const [, service = '', copy] = /^([a-z][a-z0-9-]*?)(?:-(\d{1,4}))?$/.exec(input) ?? [];
    if (service === '') return faulty(`${noun} must be a service, not "${input}"`, whomHint);
    if (copy === undefined) return { value: { service, whom: { count: 1 } } };
    return Number(copy) === 0 ? faulty('copies count from 1') : { value: { service, whom: { copy: Number(copy) } } };
  }
  const entries = typeof input === 'object' && input !== null ? Object.entries(input) : [];
  const [service, amount] = entries[0] ?? [];
  if (service === undefined || entries.length > 1) return faulty(`${noun} must be one service`, whomHint);
  const whom = readAmount(amount, noun);
  return 'fault' in whom ? whom : { value: { service, whom: whom.value } };
}

function readAmount(amount: unknown, noun: string): Reading<Whom> {
  if (amount === 'all') return { value: { all: true } };
  if (typeof amount === 'number' && Number.isInteger(amount) && amount >= 1 && amount <= most) {
    return { value: { count: amount } };
  }
  const [, of = '', parts = ''] = /^(\d{1,4})\/(\d{1,4})$/.exec(typeof amount === 'string' ? amount : '') ?? [];
  const share = readPercentage(amount, noun, 1);
  const part = parts === '' && 'value' in share ? share.value : Number(of) / Number(parts);
  if (part > 0 && part <= 1) return { value: { share: part } };
  return faulty(`${noun} must be how many copies, which part of them, or all`, whomHint);
}

const amountForm: WrittenForm = {
  anyOf: [
    { type: 'string', minLength: 1 },
    {
      type: 'object',
      additionalProperties: {
        anyOf: [{ const: 'all' }, { type: 'integer', minimum: 1, maximum: most }, { type: 'string' }],
      },
      minProperties: 1,
      maxProperties: 1,
    },
  ],
};
const target = (noun: string) => reading(noun, readTarget, amountForm);

/** A pause ends of one copy, or of all that are paused. */
const resumed = reading(
  'what is resumed',
  (input, noun): Reading<Target> => {
    const read = readTarget(input, noun);
    if ('fault' in read || 'copy' in read.value.whom || 'all' in read.value.whom) return read;
    if (typeof input === 'string') return { value: { ...read.value, whom: { all: true } } };
    return faulty(`${noun} must be a copy, or all that are paused`, 'write resume: app-2, or resume: app');
  },
  amountForm,
);

const service = (noun: string) =>
  reading(
    noun,
    (input): Reading<string> =>
      typeof input === 'string' && /^[a-z][a-z0-9-]*$/.test(input)
        ? { value: input }
        : faulty(`${noun} must be the name of a service`),
    { type: 'string', minLength: 1 },
  );

const scaled = reading(
  'what is scaled',
  (input, noun): Reading<{ readonly service: string; readonly to: number }> => {
    const read = readTarget(input, noun);
    if ('value' in read && typeof input === 'object' && 'count' in read.value.whom) {
      return { value: { service: read.value.service, to: read.value.whom.count } };
    }
    return faulty(`${noun} must be a service, and how many copies it is to have`, 'write scale: { app: 4 }');
  },
  {
    type: 'object',
    additionalProperties: { type: 'integer', minimum: 1, maximum: most },
    minProperties: 1,
    maxProperties: 1,
  },
);

const named = reading(
  'the name of the act',
  (input, noun): Reading<string> =>
    typeof input === 'string' && /^[A-Za-z0-9][\w.+-]{0,59}$/.test(input)
      ? { value: input }
      : faulty(`${noun} must be a name`, 'letters, digits and - _ + . make a name'),
  { type: 'string', pattern: '^[A-Za-z0-9][\\w.+-]{0,59}$' },
);

const mostMs = bounds.durationMs.most;
const common = { at: duration('the time of the act', 0, mostMs), name: named.optional() };
const grace = duration('the grace', 0, bounds.timeoutMs.most).optional();

const linked = table('the link', { from: service('where a link begins'), to: service('where a link leads') }).transform(
  ({ from, to }) => ({ from, to, service: linkName(to) }),
);
const lasting = (noun: string) => duration(noun, 1, mostMs).optional();
const time = (noun: string) => duration(noun, 1, bounds.timeoutMs.most).optional();

const slowLink = table('an act that slows a link', {
  ...common,
  'slow-link': linked,
  latency: time('the latency'),
  jitter: time('the jitter'),
  bandwidth: bandwidth('the bandwidth', 1024, mostBytesPerSecond).optional(),
  for: lasting('the length of the slow link'),
}).transform(
  ({ at: atMs, name, 'slow-link': link, latency, jitter, bandwidth: bytesPerSecond, for: lastsMs }, context) => {
    if (latency === undefined && jitter === undefined && bytesPerSecond === undefined) {
      const hint = 'write latency: 50ms, jitter: 5ms or bandwidth: 1MB/s beside it';
      context.issues.push(issueOf({}, { sentence: 'nothing says how slow the link is', hint }, ['slow-link'], true));
      return z.NEVER;
    }
    const shape = { latencyMs: latency ?? 0, jitterMs: jitter ?? 0, bytesPerSecond };
    return { kind: 'slow-link' as const, name, atMs, ...link, ...shape, lastsMs };
  },
);

/** How an act of each kind is written: its keys, and what is made of them. */
const forms: Readonly<Record<ActKind, z.ZodType<WrittenAct>>> = {
  kill: table('an act that kills', {
    ...common,
    kill: target('what is killed'),
    restart: choice('the restart', restarts).optional(),
  }).transform(({ at: atMs, name, kill, restart }) => ({ kind: 'kill', name, atMs, ...kill, restart })),
  stop: table('an act that stops', { ...common, stop: target('what is stopped'), grace }).transform(
    ({ at: atMs, name, stop, grace: graceMs }) => ({ kind: 'stop', name, atMs, ...stop, graceMs }),
  ),
  pause: table('an act that pauses', {
    ...common,
    pause: target('what is paused'),
    for: duration('the length of the pause', 1, mostMs).optional(),
  }).transform(({ at: atMs, name, pause, for: lastsMs }) => ({ kind: 'pause', name, atMs, ...pause, lastsMs })),
  resume: table('an act that resumes', { ...common, resume: resumed }).transform(({ at: atMs, name, resume }) => ({
    kind: 'resume',
    name,
    atMs,
    ...resume,
  })),
  restart: table('an act that restarts', { ...common, restart: target('what is restarted'), grace }).transform(
    ({ at: atMs, name, restart, grace: graceMs }) => ({ kind: 'restart', name, atMs, ...restart, graceMs }),
  ),
  flush: table('an act that flushes', { ...common, flush: service('what is flushed') }).transform(
    ({ at: atMs, name, flush }) => ({ kind: 'flush', name, atMs, service: flush }),
  ),
  scale: table('an act that scales', { ...common, scale: scaled }).transform(({ at: atMs, name, scale }) => ({
    kind: 'scale',
    name,
    atMs,
    ...scale,
  })),
  'slow-link': slowLink,
  'cut-link': table('an act that cuts a link', {
    ...common,
    'cut-link': linked,
    how: choice('how a link is cut', cuts).optional(),
    for: lasting('the length of the cut'),
  }).transform(({ at: atMs, name, 'cut-link': link, how = 'reset', for: lastsMs }) => ({
    kind: 'cut-link',
    name,
    atMs,
    ...link,
    how,
    lastsMs,
  })),
  'heal-link': table('an act that heals a link', { ...common, 'heal-link': linked }).transform(
    ({ at: atMs, name, 'heal-link': link }) => ({ kind: 'heal-link', name, atMs, ...link }),
  ),
  'roll-out': table('an act that rolls out', {
    ...common,
    'roll-out': service('what is rolled out'),
    shutdown: choice('the shutdown', shutdowns).optional(),
  }).transform(({ at: atMs, name, 'roll-out': rolled, shutdown = 'graceful' }) => ({
    kind: 'roll-out',
    name,
    atMs,
    service: rolled,
    shutdown,
  })),
};

/** The kinds that an act is said to be of: `restart` beside `kill` says how it ends. */
function kindsIn(input: object): readonly ActKind[] {
  const kinds = actKinds.filter((kind) => Object.hasOwn(input, kind));
  return kinds.includes('kill') ? kinds.filter((kind) => kind !== 'restart') : kinds;
}

/** What an act may have beside what it does. */
const besideKind = ['at', 'name', 'for', 'grace', 'shutdown', 'latency', 'jitter', 'bandwidth', 'how'];

/** One of `acts:` as it is written. */
export const actSchema = withForm(
  z.unknown().transform((input, context): WrittenAct => {
    if (typeof input !== 'object' || input === null || Array.isArray(input)) {
      const hint = 'for example { at: 5s, kill: app }';
      context.issues.push(issueOf(input, { sentence: 'an act must be a map', hint }));
      return z.NEVER;
    }
    const [kind, ...others] = kindsIn(input);
    if (kind === undefined) {
      const strange = Object.keys(input).find((key) => !besideKind.includes(key));
      const hint = suggestion(strange ?? '', actKinds);
      const sentence = strange === undefined ? 'an act must say what it does' : `an act does not "${strange}"`;
      context.issues.push(issueOf(input, { sentence, hint }, strange === undefined ? [] : [strange], true));
      return z.NEVER;
    }
    for (const other of others) {
      const sentence = `an act does one thing: "${kind}" is there already`;
      context.issues.push(issueOf(input, { sentence, hint: 'write an act for each' }, [other], true));
    }
    return others.length > 0 ? z.NEVER : handOn(forms[kind].safeParse(input), context);
  }),
  { anyOf: Object.values(forms).map(formOf) },
);
