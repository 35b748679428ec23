import { changeLoad, loadSchema, roundCount } from './load-profile.ts';
import { narrow } from './narrow.ts';
import { parseReplicas, type ScenarioOutline } from './parse-scenario.ts';
import type { Reader } from './reader.ts';
import type { Scenario, Suite } from './scenario.ts';
import { choice } from './shapes.ts';
import { suggestion } from './suggest.ts';
import { field, type Branch, type Entry, type Table } from './tree.ts';

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
  const replicas = field(from, 'replicas')?.value;
  const load = reader.read(loadSchema, field(from, 'load')?.value);
  const selection = {
    variants: parseVariantNames(from, outline, reader),
    replicas: replicas && parseReplicas(replicas, reader),
    load: outline && changeLoad(outline.load, load),
    rounds: reader.read(roundCount, field(from, 'rounds')?.value),
  };
  return outline?.scenario && narrow(outline.scenario, selection);
}

function parseVariantNames(
  from: Table,
  outline: ScenarioOutline | undefined,
  reader: Reader,
): readonly string[] | undefined {
  const names = field(from, 'variants')?.value;
  if (!names || !outline?.variants) return undefined;
  return reader.distinct(choice('the variant', outline.variants), names, 'variants');
}
