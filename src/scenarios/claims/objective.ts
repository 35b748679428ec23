import { findMetric } from '../../metrics/catalogue.ts';
import { referencesOf, type Expectation } from '../../model/expectation.ts';
import type { Extent, Fault } from '../../shapes/fault.ts';
import { parseExpectation } from './expectation-parser.ts';
import { unknownRequest } from './metric-reference.ts';

/** An objective, or everything that is wrong with it, with places in its text. */
export type ParsedObjective =
  | { readonly ok: true; readonly claims: readonly Expectation[] }
  | { readonly ok: false; readonly faults: readonly Fault[] };

const hint = "write slo: 'p99 < 50ms, error_rate < 0.1%'";

/**
 * Understands a service level objective such as `p99 < 50ms, error_rate < 0.1%`: claims about one trial, all of which are to hold.
 * @param requests the names of the workload's requests; not checked where they are not given
 */
export function parseObjective(text: string, requests?: readonly string[]): ParsedObjective {
  const parts = partsOf(text);
  if (parts.length === 0) return { ok: false, faults: [{ sentence: 'the objective is empty', hint }] };
  const claims: Expectation[] = [];
  const faults: Fault[] = [];
  for (const { start, end } of parts) {
    const parsed = parseExpectation(text.slice(start, end), { variants: undefined, replicas: undefined, requests });
    if (!parsed.ok) {
      faults.push(...parsed.faults.map((fault) => moved(fault, { start, end })));
      continue;
    }
    const fault = faultIn(parsed.expectation);
    if (fault) faults.push({ ...fault, within: { start, end } });
    else claims.push(parsed.expectation);
  }
  return faults.length === 0 ? { ok: true, claims } : { ok: false, faults };
}

/** What is wrong with an objective on a workload that has no request of a name in it. */
export function objectiveFault(slo: readonly Expectation[], requests: readonly string[]): Fault | undefined {
  const named = slo.flatMap(referencesOf).flatMap(({ request }) => request ?? []);
  const faults = named.flatMap((name) => unknownRequest(name, requests) ?? []);
  return faults[0];
}

/** The claims between the commas, those in parentheses apart. */
function partsOf(text: string): readonly Extent[] {
  const parts: Extent[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at <= text.length; at++) {
    const character = text[at] ?? ',';
    if (character === '(') depth++;
    if (character === ')') depth--;
    if (at < text.length && (character !== ',' || depth > 0)) continue;
    parts.push({ start, end: at });
    start = at + 1;
  }
  return parts.filter((part) => text.slice(part.start, part.end).trim() !== '');
}

function moved(fault: Fault, { start, end }: Extent): Fault {
  const { within } = fault;
  return { ...fault, within: within ? { start: within.start + start, end: within.end + start } : { start, end } };
}

function faultIn(claim: Expectation): Fault | undefined {
  const references = referencesOf(claim);
  const narrowed = references.find(({ variant, replicas }) => (variant ?? replicas) !== undefined);
  if (narrowed) {
    const sentence = 'an objective is about whatever runs: it names no variant and no number of replicas';
    return { sentence, hint: `write ${narrowed.metric} alone` };
  }
  const circular = references.find(({ metric }) => findMetric(metric)?.bySearch === true);
  return circular && { sentence: `${circular.metric} is what is looked for, and no part of the objective`, hint };
}
