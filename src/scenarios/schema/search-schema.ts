import { z } from 'zod';
import type { Expectation } from '../../model/expectation.ts';
import { bounds, type RateSearch } from '../../model/load-profile.ts';
import { choice, duration, issueOf, percentage, rate } from '../../shapes/shapes.ts';
import { withForm } from '../../shapes/written-form.ts';
import { parseObjective } from '../claims/objective.ts';

/** What a search looks for. */
export const searchGoals = ['max-rps'] as const;

const example = "write slo: 'p99 < 50ms, error_rate < 0.1%'";

const readObjective = z.unknown().transform((input, context): readonly Expectation[] => {
  if (typeof input !== 'string') {
    context.issues.push(issueOf(input, { sentence: 'the objective must be a text', hint: example }));
    return z.NEVER;
  }
  const parsed = parseObjective(input);
  if (parsed.ok) return parsed.claims;
  for (const fault of parsed.faults) context.issues.push(issueOf(input, fault));
  return z.NEVER;
});
const objective = withForm(readObjective, { type: 'string', minLength: 1, description: 'Claims about one trial' });

/** The keys of a `load:` that looks for a rate. */
export const searchKeys = {
  find: choice('what is looked for', searchGoals).optional(),
  slo: objective.optional(),
  confirm: duration('the time to confirm', bounds.durationMs.least, bounds.durationMs.most).optional(),
  precision: percentage('the precision', 1).optional(),
  budget: duration('the budget', 10_000, 3_600_000).optional(),
  most: rate('the highest rate', 1, bounds.ratePerSecond.most).optional(),
};

/** What a `load:` changes of a search. */
export type SearchChange = { readonly [Key in keyof typeof searchKeys]?: z.output<(typeof searchKeys)[Key]> };

/** What a search has besides its probes. */
export type SearchSettings = Omit<RateSearch, 'kind' | 'probe'>;

/** A search that says nothing but its objective. */
export const defaultSearch: Omit<SearchSettings, 'slo'> = {
  confirmMs: 10_000,
  precision: 0.02,
  budgetMs: 300_000,
  mostPerSecond: bounds.ratePerSecond.most,
};

/** The load that a search begins with, where nothing is said of it. */
export const firstProbe = { ratePerSecond: 100, warmupMs: 1000, durationMs: 3000, drainMs: 2000 } as const;
/** No finer precision makes sense of rates that vary by themselves. */
export const precisions = { least: 0.001, most: 0.5 } as const;

/** The settings of a search with a change laid over them; nothing where there is no objective. */
export function changeSearch(base: SearchSettings | undefined, change: SearchChange): SearchSettings | undefined {
  const slo = change.slo ?? base?.slo;
  if (slo === undefined) return undefined;
  const of = base ?? defaultSearch;
  return {
    slo,
    confirmMs: change.confirm ?? of.confirmMs,
    precision: change.precision ?? of.precision,
    budgetMs: change.budget ?? of.budgetMs,
    mostPerSecond: change.most ?? of.mostPerSecond,
  };
}
