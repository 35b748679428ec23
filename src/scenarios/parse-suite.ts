import type { LoadProfile } from '../model/load-profile.ts';
import { runsAlready, type Scenario, type Suite } from '../model/scenario.ts';
import { choice } from '../shapes/shapes.ts';
import { suggestion } from '../shapes/suggest.ts';
import { parseLoad } from './change-load.ts';
import { parseReplicas, roundCount } from './common-settings.ts';
import { narrow } from './narrow.ts';
import { checkObjective } from './objective-check.ts';
import { onlyReplica, type ScenarioOutline } from './parse-scenario.ts';
import type { Reader } from './reader.ts';
import { actMisfits } from './schema/act-misfits.ts';
import { misfitsOf } from './schema/orchestration.ts';
import { field, type Branch, type Entry, type Table } from './yaml/tree.ts';

const itemKeys = ['scenario', 'variants', 'replicas', 'load', 'rounds'];

/** One suite: scenarios by name, some of them narrowed or shortened. */
export function parseSuite(
  { key: name, keyPlace, value }: Entry,
  outlines: readonly ScenarioOutline[],
  reader: Reader,
): Suite {
  if (outlines.some((outline) => outline.name === name)) {
    reader.fault(keyPlace, { sentence: `"${name}" is the name of a scenario`, hint: 'name the suite otherwise' });
  }
  const seen = new Set<string>();
  const scenarios = (reader.list(value, `the suite "${name}"`) ?? []).flatMap((item) => {
    const named = nameOf(item, reader);
    if (!named) return [];
    const outline = outlines.find((candidate) => candidate.name === named.name);
    if (!outline) {
      const hint = suggestion(
        named.name,
        outlines.map((candidate) => candidate.name),
      );
      reader.fault(named.branch.place, { sentence: `the scenario "${named.name}" is not known`, hint });
    }
    if (seen.has(named.name)) reader.fault(named.branch.place, { sentence: `"${named.name}" is in this suite twice` });
    seen.add(named.name);
    const derived = parseItem(item, outline, reader);
    return derived ? [derived] : [];
  });
  return { name, scenarios };
}

/** `cache-hit` alone, or `{ scenario: cache-hit, … }`. */
function nameOf(item: Branch, reader: Reader): { readonly name: string; readonly branch: Branch } | undefined {
  const branch = item.kind === 'table' ? field(item, 'scenario')?.value : item;
  if (branch?.kind === 'leaf' && typeof branch.value === 'string') return { name: branch.value, branch };
  reader.fault((branch ?? item).place, {
    sentence: 'the name of a scenario is missing',
    hint: 'write cache-hit, or { scenario: cache-hit, replicas: [1] }',
  });
  return undefined;
}

function parseItem(item: Branch, outline: ScenarioOutline | undefined, reader: Reader): Scenario | undefined {
  if (item.kind !== 'table') return outline?.scenario;
  const from = reader.table(item, 'an entry of a suite', itemKeys);
  if (!from) return undefined;
  const variants = parseVariantNames(from, outline, reader);
  const selected = outline?.variants?.filter(({ name }) => variants?.includes(name) ?? true);
  if (outline?.scenario) checkObjective(field(from, 'load')?.value, outline.scenario.workload, reader);
  const branch = field(from, 'replicas')?.value;
  const replicas = branch && parseReplicas(branch, reader);
  const selection = {
    variants,
    replicas: selected?.some(runsAlready) ? onlyReplica(branch, replicas, reader) : replicas,
    load: parseLoads(field(from, 'load')?.value, outline, reader),
    rounds: reader.read(roundCount, field(from, 'rounds')?.value),
  };
  const misfits = (selected ?? []).flatMap(({ system, load = outline?.load, acts = [] }) => {
    const runs = { replicas: selection.replicas ?? [], load: load && selection.load?.(load) };
    return [...misfitsOf(system, runs), ...actMisfits(acts, system, runs)];
  });
  for (const { about, sentence, hint } of misfits) {
    const changed = field(from, about);
    // What the entry does not change was told of the scenario.
    if (changed) reader.fault(changed.value.place, { sentence, hint });
  }
  return outline?.scenario && narrow(outline.scenario, selection);
}

/** `load:` laid over the load of the scenario, and over those that its variants have of their own. */
function parseLoads(
  branch: Branch | undefined,
  outline: ScenarioOutline | undefined,
  reader: Reader,
): ((before: LoadProfile) => LoadProfile) | undefined {
  if (!branch) return undefined;
  const after = new Map<LoadProfile, LoadProfile>();
  for (const before of [outline?.load, ...(outline?.variants ?? []).map(({ load }) => load ?? outline?.load)]) {
    if (before && after.has(before)) continue;
    const changed = parseLoad(branch, before, reader);
    // What is wrong with it has been told, and would be told again of the next one.
    if (!before || !changed) return undefined;
    after.set(before, changed);
  }
  return (before) => after.get(before) ?? before;
}

function parseVariantNames(
  from: Table,
  outline: ScenarioOutline | undefined,
  reader: Reader,
): readonly string[] | undefined {
  const names = field(from, 'variants')?.value;
  if (!names || !outline?.variants) return undefined;
  const known = outline.variants.map(({ name }) => name);
  return reader.distinct(choice('the variant', known), names, 'variants');
}
