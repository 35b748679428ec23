import { UsageError } from '../../model/errors.ts';
import type { LoadProfile } from '../../model/load-profile.ts';
import type { Plan } from '../../model/plan.ts';
import { loadsOf, type Scenario } from '../../model/scenario.ts';
import { requestNames } from '../../model/workload.ts';
import { capitalised } from '../../shapes/fault.ts';
import { changeLoad } from '../change-load.ts';
import { objectiveFault } from '../claims/objective.ts';
import { narrow } from '../narrow.ts';
import type { LoadChange } from '../schema/load-schema.ts';
import type { SearchChange } from '../schema/search-schema.ts';
import { planOfScenarios } from './expand.ts';
import type { Overrides } from './override-checks.ts';
import { override } from './overrides.ts';

/**
 * The plan that looks for the highest rate of each variant of a scenario. Its claims are about the load that it has itself: they are
 * judged only where that is such a search already.
 * @throws {UsageError} for what does not fit, and where no objective is given
 */
export function planOfSearch(base: Scenario, search: SearchChange, overrides: Overrides, seed: number): Plan {
  const fault = search.slo && objectiveFault(search.slo, requestNames(base.workload));
  if (fault) throw new UsageError(`--slo: ${fault.sentence}`, { hint: capitalised(fault.hint ?? '') });
  const isSearch = loadsOf(base).every(({ kind }) => kind === 'search');
  const narrowed = narrow(base, { load: (load) => searchingLoad(load, search) });
  const searching = { ...narrowed, expectations: isSearch ? base.expectations : [] };
  const overridden = override([{ original: searching, chosen: searching }], overrides);
  return planOfScenarios(
    overridden.map(({ scenario }) => scenario),
    overrides,
    seed,
  );
}

function searchingLoad(load: LoadProfile, search: SearchChange): LoadProfile {
  const change: LoadChange = { ...search, find: 'max-rps' };
  const changed = changeLoad(load, change);
  if ('value' in changed) return changed.value;
  const { sentence, hint = '' } = changed.fault;
  throw new UsageError(capitalised(sentence), { hint: `${capitalised(hint)}.` });
}
