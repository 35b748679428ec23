import { isOnLink } from '../model/acts.ts';
import { servicesBeside } from '../model/plan.ts';
import type { Variant } from '../model/scenario.ts';
import { besideOf, usedIn } from '../services/system.ts';
import { actItems } from './parse-acts.ts';
import { checkNotifications, checkServices, checkStandbys } from './parse-services.ts';
import type { Reader } from './reader.ts';
import { actMisfits, type ActMisfit } from './schema/act-misfits.ts';
import { misfitsOf, type Runs } from './schema/orchestration.ts';
import { checkSharding } from './sharding-check.ts';
import { field, follow, type Branch, type Entry, type Table } from './yaml/tree.ts';

/** The variants of a scenario that do not go with its replica counts or its load, or whose services do not go with each other. */
export function checkMisfits(from: Table, variants: readonly Variant[], runs: Runs, reader: Reader): void {
  const named = field(from, 'variants')?.value;
  const namesBeside = ({ system }: Pick<Variant, 'system'>) => servicesBeside(system).map((use) => use.name);
  const all = variants.flatMap(namesBeside);
  for (const { name, system, load = runs.load, acts = [] } of variants) {
    const variant = named?.kind === 'table' ? field(named, name)?.value : undefined;
    const find = (key: string) => (variant?.kind === 'table' ? field(variant, key) : undefined) ?? field(from, key);
    for (const { key, sentence, hint } of misfitsOf(system, runs)) {
      const entry = find(key);
      if (entry) reader.fault(entry.keyPlace, { sentence, hint });
    }
    const lacking = all.filter((service) => !namesBeside({ system }).includes(service));
    const unused = besideOf(system).flatMap((service) => (usedIn(system).includes(service.name) ? [] : service.name));
    const servicesIn = [variant, from].flatMap((table) => {
      const services = table?.kind === 'table' ? field(table, 'services')?.value : undefined;
      return services?.kind === 'table' ? services.entries : [];
    });
    // What defaults say of the app has no place in the scenario.
    const app = find('app') ?? find('workload');
    checkNotifications(system, app, reader);
    checkStandbys(system, app, reader);
    checkSharding(system, app, reader);
    checkServices(system, (service) => servicesIn.find(({ key }) => key === service), reader);
    checkActs(
      { acts: find('acts')?.value, rollout: find('rollout') },
      actMisfits(acts, system, { ...runs, load }).map((misfit) => {
        const act = acts[misfit.index];
        if (act === undefined) return misfit;
        const service = isOnLink(act) ? act.to : act.service;
        if (isOnLink(act) && unused.includes(service)) return ofVariant(misfit, name, `does not use ${service}`);
        return lacking.includes(service)
          ? ofVariant(misfit, name, `has no ${service} that something could be done to`)
          : misfit;
      }),
      reader,
    );
  }
}

/** What is wrong with an act on something that other variants have, or use. */
function ofVariant(misfit: ActMisfit, variant: string, problem: string): ActMisfit {
  if (misfit.about !== 'variant') return misfit;
  const sentence = `the variant "${variant}" ${problem}`;
  return { ...misfit, sentence, hint: 'give it acts of its own: acts: []' };
}

/** Tells what does not go with the acts of a variant, at the act, or at the short form of one. */
function checkActs(
  written: { readonly acts: Branch | undefined; readonly rollout: Entry | undefined },
  misfits: readonly ActMisfit[],
  reader: Reader,
): void {
  const { acts, rollout } = written;
  const { items, areAll } = acts ? actItems(acts, reader) : { items: [], areAll: false };
  for (const { index, key, about, sentence, hint } of misfits) {
    // What else does not go with the short form is said of its key; and what an act finds there, those decide that cannot be read.
    if (about !== 'load' && (rollout ?? !areAll)) continue;
    const item = items[index];
    if (rollout) reader.fault(rollout.keyPlace, { sentence, hint });
    else if (item) reader.fault(follow(item, [key]).branch.place, { sentence, hint });
  }
}
