import { isDeepStrictEqual } from 'node:util';
import { UsageError } from '../../model/errors.ts';
import { servicesBeside, type Trial } from '../../model/plan.ts';
import { storesOf } from '../../services/system.ts';

/**
 * Refuses trials that mean different things by the name of a store: it is started once for all of them.
 * @throws {UsageError} that names the store and the scenarios
 */
export function checkStores(trials: readonly Trial[]): void {
  const stores = storesOf(trials.map(({ system }) => system)).map(({ name }) => name);
  const uses = trials.flatMap(({ scenario, system }) => servicesBeside(system).map((use) => ({ scenario, use })));
  for (const store of stores) {
    const [first, ...others] = uses.filter(({ use }) => use.name === store);
    const other = others.find(({ use }) => !isDeepStrictEqual(use, first?.use));
    if (first === undefined || other === undefined) continue;
    const where =
      first.scenario === other.scenario
        ? `the variants of "${first.scenario}" do`
        : `"${first.scenario}" and "${other.scenario}" do`;
    throw new UsageError(`"${store}" is started once for a run, and ${where} not mean the same by it.`, {
      hint: 'Give it the same settings, or another name.',
    });
  }
}
