import { isRedirect } from '../analysis/caveats/caveats.ts';
import { type FirstAnswer, firstAnswer } from '../load/first-answer.ts';
import { LabError } from '../model/errors.ts';
import { connectionsOf, sentLoad } from '../model/load-profile.ts';
import { formatDuration, plural } from '../model/numbers.ts';
import type { Plan } from '../model/plan.ts';
import { textsOf, type AnswerCheck, type RequestTemplate, type Workload } from '../model/workload.ts';
import type { Tried } from '../record/run-record.ts';
import { addressesIn, isLocalhost, type TargetAddresses } from '../scenarios/planning/remote-check.ts';
import { Mask } from '../shapes/mask.ts';
import { filledIn, valuesIn, type Variables } from '../shapes/variables.ts';
import { Origin } from '../worker/requests/origin.ts';
import { RequestMix } from '../worker/requests/request-mix.ts';

/** A server of the user's own, and what it is asked to see whether it is there. */
interface Try {
  readonly url: string;
  readonly request: RequestTemplate;
  readonly keys: Workload['keys'];
  readonly seed: number;
}

/** What a server did that could be connected to. */
type Unreachable = Extract<FirstAnswer, { readonly kind: 'unreachable' }>;
type Connected = Exclude<FirstAnswer, Unreachable>;

/** Asked where the workload has nothing that could be asked without a consequence. */
const harmless: RequestTemplate = { name: 'GET /', method: 'GET', path: '/', weight: 1, headers: {}, check: {} };

/** Where targets are, and what their addresses and requests are filled in from. */
interface TargetContext {
  readonly environment: Variables;
  readonly addresses: TargetAddresses;
}

/** What one of a target's addresses did. */
interface Sight<Seen = FirstAnswer> {
  readonly ip: string;
  readonly seen: Seen;
}

/**
 * Asks each server that the user named by its address once, before any load: the first GET or HEAD of its workload, else `/`.
 * @returns what each did, with a note where that is hardly what was meant; and of the addresses those that took a connection, which
 * the load is to go to
 * @throws {LabError} where there is no connection to one; the signal's reason where it is aborted
 */
export async function tryTargets(
  plan: Plan,
  { environment, addresses }: TargetContext,
  signal: AbortSignal,
): Promise<{ readonly tried: readonly Tried[]; readonly addresses: TargetAddresses }> {
  const tried: Tried[] = [];
  const lost: LabError[] = [];
  const reached = new Map(addresses);
  for (const { checks, ...each } of triesOf(plan)) {
    const target = withoutPassword(each.url);
    const sights = await askAll(each, addressesIn(reached, each.url), environment, signal);
    const [there, gone] = [sights.filter(isConnected), sights.filter(isUnreachable)];
    if (there.length === 0) {
      lost.push(unreachable(target, gone));
      continue;
    }
    const ips = there.map(({ ip }) => ip);
    reached.set(each.url, ips);
    const notes = isOwn(each.url, environment)
      ? []
      : [...leftOut(each.url, sights.length, gone, environment), ...tooMany(plan, each.url, ips.length)];
    tried.push(...told(target, each.request, checks, there, notes));
  }
  const [first, ...others] = lost;
  if (first === undefined) return { tried, addresses: reached };
  throw new LabError(first.message, { hint: first.hint, details: others.map(({ message }) => message), cause: first });
}

function isConnected(sight: Sight): sight is Sight<Connected> {
  return sight.seen.kind !== 'unreachable';
}

function isUnreachable(sight: Sight): sight is Sight<Unreachable> {
  return sight.seen.kind === 'unreachable';
}

/** Asks all addresses of a target. Of this machine's own the first that takes a connection will do: no other server is behind the next. */
async function askAll(
  each: Try,
  ips: readonly string[],
  environment: Variables,
  signal: AbortSignal,
): Promise<readonly Sight[]> {
  const askAt = async (ip: string): Promise<Sight> => ({ ip, seen: await ask(each, ip, environment, signal) });
  if (!isOwn(each.url, environment)) return Promise.all(ips.map(askAt));
  const sights: Sight[] = [];
  for (const ip of ips) {
    const sight = await askAt(ip);
    sights.push(sight);
    if (isConnected(sight)) break;
  }
  return sights;
}

function isOwn(url: string, environment: Variables): boolean {
  return isLocalhost(new URL(filledIn(url, environment)).hostname);
}

/** That some of a name's addresses get no load, because they took no connection. They are hidden where the name itself is. */
function leftOut(
  url: string,
  all: number,
  gone: readonly Sight<Unreachable>[],
  environment: Variables,
): readonly string[] {
  if (gone.length === 0) return [];
  const each = gone.map(({ ip, seen }) => `${ip} (${seen.code})`).join(', ');
  const to = filledIn(url, environment) === url ? ` to ${each}` : '';
  return [`no load goes to ${gone.length} of the ${all} addresses of its name: there was no connection${to}`];
}

/** That some of a name's addresses get no load, because there are not as many connections. */
function tooMany({ trials }: Plan, url: string, all: number): readonly string[] {
  const loads = trials.flatMap(({ system, load }) =>
    system.kind === 'url' && system.url === url ? [sentLoad(load)] : [],
  );
  const fewest = Math.min(...loads.map(connectionsOf));
  if (fewest >= all) return [];
  const missing = `no load goes to ${all - fewest} of the ${all} addresses of its name`;
  return [`${missing}: there are no more than ${plural(fewest, 'connection')}`];
}

/** Each address with each first request, once, and all that scenarios expect of the answer. */
function triesOf({ scenarios, seed }: Plan): readonly (Try & { readonly checks: readonly AnswerCheck[] })[] {
  const tries = scenarios.flatMap(({ variants, workload: { requests, keys } }) =>
    variants.flatMap(({ system }): readonly Try[] => {
      if (system.kind !== 'url') return [];
      const request = requests.find(({ method }) => method === 'GET' || method === 'HEAD') ?? harmless;
      return [{ url: system.url, request, keys, seed }];
    }),
  );
  const keyOf = ({ url, request: { method, path, headers } }: Try): string =>
    JSON.stringify([url, method, path, headers]);
  return [...new Map(tries.map((each) => [keyOf(each), each]))].map(([key, each]) => {
    const checks = tries.filter((other) => keyOf(other) === key).map(({ request }) => request.check);
    return { ...each, checks };
  });
}

/** What the server did, without the values of variables and the credentials that it was sent: it may repeat them. */
async function ask(each: Try, ip: string, environment: Variables, signal: AbortSignal): Promise<FirstAnswer> {
  const { url, request, keys, seed } = each;
  const drawn = new RequestMix({ requests: [request], keys }, seed, undefined, environment).draw();
  const origin = new Origin({ url: filledIn(url, environment), ip }, 0);
  const seen = await firstAnswer(origin, drawn.bytesFor(origin, false), signal);
  const mask = new Mask();
  for (const text of [url, ...textsOf(request)])
    for (const [name, value] of valuesIn(text, environment)) mask.add(name, value);
  for (const secret of drawn.credentials) mask.hide(secret);
  return masked(seen, mask);
}

function masked(seen: FirstAnswer, mask: Mask): FirstAnswer {
  switch (seen.kind) {
    case 'answered':
      return { ...seen, location: seen.location === undefined ? undefined : mask.masked(seen.location) };
    case 'unreachable':
    case 'no-handshake':
      return { ...seen, message: mask.masked(seen.message) };
    case 'not-http':
      return { ...seen, text: mask.masked(seen.text) };
    case 'plain':
    case 'tls':
    case 'closed':
    case 'silent':
      return seen;
  }
}

/** What its addresses did, each answer once; with a note for each check to which that is not what was meant, and the other notes. */
function told(
  target: string,
  request: RequestTemplate,
  checks: readonly AnswerCheck[],
  sights: readonly Sight<Connected>[],
  notes: readonly string[],
): readonly Tried[] {
  const asked = `${request.method} ${request.path}`;
  const answers = new Map(sights.map(({ seen }) => [answerText(seen), seen]));
  return [...answers].flatMap(([answer, seen], index) => {
    const doubts = new Set(checks.flatMap((check) => doubtOf(seen, check, target.startsWith('http:')) ?? []));
    const all = [...doubts].map((doubt) => `${asked} ${answer}${doubt}`).concat(index === 0 ? notes : []);
    const tried = { target, request: asked, answer };
    return all.length === 0 ? [tried] : all.map((note) => ({ ...tried, note: `${target}: ${note}` }));
  });
}

const noAddress = { code: '', message: 'it has no address' };

/** As it is written in the file, variables included. */
function withoutPassword(address: string): string {
  return address.replace(/\/\/[^/@]*@/, '//');
}

/** Of several addresses one that refuses says most: its machine is there. */
function unreachable(target: string, gone: readonly Sight<Unreachable>[]): LabError {
  const { code, message } = (gone.find(({ seen }) => seen.code === 'ECONNREFUSED') ?? gone[0])?.seen ?? noAddress;
  switch (code) {
    case 'ECONNREFUSED':
      return new LabError(`Nothing listens at ${target}.`, {
        hint: 'Start the server first, or correct the address and its port.',
      });
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'EHOSTDOWN':
    case 'ENETDOWN':
      return new LabError(`There is no route to ${target} (${code}).`, {
        hint: 'See that this machine is in a network that reaches it.',
      });
    case 'TIMEOUT':
    case 'ETIMEDOUT':
      return new LabError(`Nothing answers at ${target}: ${message}.`, {
        hint: 'A firewall may drop what is sent there, or the address is nobody’s.',
      });
    default:
      return new LabError(`There is no connection to ${target}: ${message}.`);
  }
}

/** What follows the request: "was answered with status 302". */
function answerText(seen: Connected): string {
  switch (seen.kind) {
    case 'answered': {
      const place = seen.location === undefined || !isRedirect(seen.status) ? '' : `, to ${printable(seen.location)}`;
      return `was answered with status ${seen.status}${place}`;
    }
    case 'plain':
      return 'was not sent: the server speaks plain HTTP, and the address asks for TLS';
    case 'tls':
      return 'found a server that speaks TLS, and the address asks for plain HTTP';
    case 'no-handshake':
      return `was not sent: no TLS connection came about (${printable(seen.message)})`;
    case 'not-http':
      return `was answered with what is not HTTP: "${printable(seen.text)}"`;
    case 'closed':
      return 'got no answer: the server closed the connection';
    case 'silent':
      return `got no answer within ${formatDuration(seen.waitedMs)}`;
  }
}

/** What that means for the load, where it is hardly what was meant. */
function doubtOf(seen: Connected, check: AnswerCheck, isPlain: boolean): string | undefined {
  switch (seen.kind) {
    case 'plain':
      return '. Write http:// in place of https://';
    case 'tls':
      return '. Write https:// in place of http://';
    case 'no-handshake':
    case 'not-http':
    case 'silent':
      return '. The load goes on all the same';
    case 'closed':
      return `. The load goes on all the same${isPlain ? '; if it speaks TLS, write https:// in place of http://' : ''}`;
    case 'answered': {
      const { status } = seen;
      if (check.status === status) return undefined;
      if (check.status !== undefined) return `, and its check asks for ${check.status}: such answers count as errors`;
      if (isRedirect(status))
        return ', a redirect that no check asks for: such answers count as right, and are not followed';
      if (status === 401 || status === 403) {
        return ': it wants to know who asks. Give the request its header; such answers count as errors';
      }
      return status >= 400 ? ', which no check asks for: such answers count as errors' : undefined;
    }
  }
}

/** A stranger's text within a sentence: one line of what can be printed, and not much of it. */
function printable(text: string): string {
  const plain = text.replaceAll(/[^\x20-\x7e]+/g, ' ').trim();
  return plain.length > 80 ? `${plain.slice(0, 80)}…` : plain;
}
