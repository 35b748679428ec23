import { actTraits, copyName, subjectsOf, type Act, type LinkAct, type ResolvedAct } from './acts.ts';
import type { LinkShape } from './link.ts';
import { formatBytes, formatDuration, formatPercent } from './numbers.ts';
import { isNumbered, type Composition } from './system.ts';

/** The link that an act is done to: "the link from app to postgres". */
export function linkText({ from, to }: Pick<LinkAct, 'from' | 'to'>): string {
  return `the link from ${from} to ${to}`;
}

/** "latency 50 ms, jitter 5 ms, 1 MiB/s". */
function shapeText({ latencyMs, jitterMs, bytesPerSecond }: LinkShape): string {
  return [
    ...(latencyMs > 0 ? [`latency ${formatDuration(latencyMs)}`] : []),
    ...(jitterMs > 0 ? [`jitter ${formatDuration(jitterMs)}`] : []),
    ...(bytesPerSecond === undefined ? [] : [`${formatBytes(bytesPerSecond)}/s`]),
  ].join(', ');
}

type LastingLinkAct = Exclude<LinkAct, { readonly kind: 'heal-link' }>;

/** What the link is until that is over: "slow", "cut". */
function stateText({ kind }: LastingLinkAct): string {
  return kind === 'slow-link' ? 'slow' : 'cut';
}

/** "latency 50 ms, jitter 5 ms", "reset". */
function detailText(act: LastingLinkAct): string {
  return act.kind === 'slow-link' ? shapeText(act) : act.how;
}

/** " for 2 s"; nothing where it lasts until another act ends it. */
function lastingText({ lastsMs }: { readonly lastsMs: number | undefined }): string {
  return lastsMs === undefined ? '' : ` for ${formatDuration(lastsMs)}`;
}

/** What an act does to a system, as a scenario says it: "kills one of app at 5 s", "pauses postgres at 3 s for 2 s". */
export function describeAct(act: Act, system: Composition): string {
  const { does } = actTraits[act.kind];
  const at = `at ${formatDuration(act.atMs)}`;
  switch (act.kind) {
    case 'kill':
      return `${does} ${whomText(act, system)} ${at}${act.restart === 'always' ? ', and it starts again' : ''}`;
    case 'stop':
    case 'restart': {
      const grace = act.graceMs === undefined ? '' : `, with a grace of ${formatDuration(act.graceMs)}`;
      return `${does} ${whomText(act, system)} ${at}${grace}`;
    }
    case 'pause':
      return `${does} ${whomText(act, system)} ${at}${lastingText(act)}`;
    case 'resume':
      return `${does} ${whomText(act, system)} ${at}`;
    case 'flush':
      return `${does} ${act.service} ${at}`;
    case 'scale':
      return `${does} ${act.service} to ${act.to} ${at}`;
    case 'slow-link':
    case 'cut-link':
      return `${does} ${linkText(act)} (${detailText(act)}) ${at}${lastingText(act)}`;
    case 'heal-link':
      return `${does} ${linkText(act)} ${at}`;
    case 'roll-out':
      return `${does} ${at}, ${act.shutdown}`;
  }
}

function whomText({ service, whom }: Extract<Act, { readonly whom: unknown }>, system: Composition): string {
  if ('copy' in whom) return copyName(system, service, whom.copy);
  if (!isNumbered(system, service)) return service;
  if ('all' in whom) return `all of ${service}`;
  if ('share' in whom) return `${formatPercent(whom.share)} of ${service}`;
  return `${whom.count === 1 ? 'one' : whom.count} of ${service}`;
}

/** What a trial does, for its plan: "at 5 s kill app-2". */
export function orderText(act: ResolvedAct, system: Composition): string {
  const at = `at ${formatDuration(act.atMs)}`;
  switch (act.kind) {
    case 'pause':
      return `${at} pause ${listOf(subjectsOf(act, system))}${lastingText(act)}`;
    case 'scale':
      return `${at} scale ${act.service} to ${act.to}`;
    case 'slow-link':
    case 'cut-link':
      return `${at} ${stateText(act)} ${linkText(act)} (${detailText(act)})${lastingText(act)}`;
    case 'heal-link':
      return `${at} heal ${linkText(act)}`;
    case 'roll-out':
      return `${at} roll out ${act.service}, ${act.shutdown}`;
    case 'kill':
    case 'stop':
    case 'resume':
    case 'restart':
    case 'flush':
      return `${at} ${act.kind} ${listOf(subjectsOf(act, system))}`;
  }
}

/** What a timeline says of an act as it begins, and as it is over where there is more to say of it then. */
export interface ActWords {
  readonly began: string;
  readonly over?: string;
}

/** The words for a timeline. */
export function wordsFor(act: ResolvedAct, system: Composition): ActWords {
  const subjects = subjectsOf(act, system);
  const who = listOf(subjects);
  const [is, runs, goes] = subjects.length > 1 ? ['are', 'run', 'go'] : ['is', 'runs', 'goes'];
  switch (act.kind) {
    case 'kill':
      return { began: `${who} ${is} killed`, ...(act.restart === 'always' && { over: `${who} ${runs} again` }) };
    case 'stop':
      return { began: `${who} ${is} told to stop`, over: `${who} ${subjects.length > 1 ? 'have' : 'has'} stopped` };
    case 'restart':
      return { began: `${who} ${is} restarted`, over: `${who} ${runs} again` };
    case 'pause':
      return { began: `${who} ${is} paused`, ...(act.lastsMs !== undefined && { over: `${who} ${goes} on` }) };
    case 'resume':
      return { began: `${who} ${is} resumed` };
    case 'flush':
      return { began: `${who} ${is} flushed` };
    case 'scale':
      return { began: `${who} begins to scale to ${act.to}`, over: `${who} has scaled to ${act.to}` };
    case 'slow-link':
    case 'cut-link': {
      const began = `${linkText(act)} is ${stateText(act)} (${detailText(act)})`;
      return { began, ...(act.lastsMs !== undefined && { over: `${linkText(act)} is as before` }) };
    }
    case 'heal-link':
      return { began: `${linkText(act)} is healed` };
    case 'roll-out':
      return { began: 'a new version begins to roll out', over: 'the roll-out is over: every replica is new' };
  }
}

/** "app-1, app-2 and app-3". */
function listOf(names: readonly string[]): string {
  const last = names.at(-1) ?? '';
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} and ${last}`;
}
