import { isOnLink, type Act } from '../model/acts.ts';
import type { Rollout } from '../model/system.ts';
import type { Reader } from './reader.ts';
import { actSchema, type WrittenAct } from './schema/act-forms.ts';
import { rolloutSchema } from './schema/orchestration.ts';
import { field, follow, type Branch, type Table } from './yaml/tree.ts';

/** `acts:` of a scenario, or of a variant, which may have none of its scenario's: an empty list. */
export function parseActs(branch: Branch, reader: Reader): readonly Act[] {
  if (branch.kind === 'list' && branch.items.length === 0) return [];
  const items = reader.list(branch, 'acts') ?? [];
  const written = items.flatMap((item) => {
    const act = reader.read(actSchema, item);
    return act ? [{ item, act }] : [];
  });
  const taken = new Set<string>();
  for (const { item, act } of written) {
    if (act.name === undefined) continue;
    const { branch } = follow(item, ['name']);
    if (taken.has(act.name)) reader.fault(branch.place, { sentence: `there is an act "${act.name}" already` });
    taken.add(act.name);
  }
  return written.map(({ act }) => ({ ...act, name: act.name ?? nameFor(act, taken) }));
}

/** The items of `acts:` that could be read, in the order of what they are, and whether that is all of them. */
export function actItems(
  branch: Branch,
  reader: Reader,
): { readonly items: readonly Branch[]; readonly areAll: boolean } {
  const written = branch.kind === 'list' ? branch.items : [];
  // What is wrong with the others has been told: once is enough for the reader.
  const items = written.filter((item) => reader.read(actSchema, item) !== undefined);
  return { items, areAll: items.length === written.length };
}

/** The acts of a variant: its own, its `rollout:`, which is one of them in short, or those of the scenario. */
export function actsOf(from: Table | undefined, shared: readonly Act[], reader: Reader): readonly Act[] {
  const own = from && field(from, 'acts');
  const short = from && field(from, 'rollout');
  if (own && short) {
    const hint = 'write it as one of the acts: { at: 5s, roll-out: app }';
    reader.fault(short.keyPlace, { sentence: 'a variant with acts has no "rollout"', hint });
  }
  if (own) return parseActs(own.value, reader);
  if (!short) return shared;
  const rollout = reader.read(rolloutSchema, short.value);
  return rollout ? [{ kind: 'roll-out', name: 'roll-out-app', service: 'app', ...rollout }] : [];
}

/** The roll-out among the acts, which decides over how replicas are started. */
export function rolloutIn(acts: readonly Act[]): Rollout | undefined {
  const rollout = acts.find((act) => act.kind === 'roll-out');
  return rollout && { atMs: rollout.atMs, shutdown: rollout.shutdown };
}

/** Called after what it does, `kill-app-2`; where that is taken, with the first number from 2 on that is free. */
function nameFor(act: WrittenAct, taken: Set<string>): string {
  const copy = 'whom' in act && 'copy' in act.whom ? `-${act.whom.copy}` : '';
  const plain = `${act.kind}-${isOnLink(act) ? act.to : act.service}${copy}`;
  let name = plain;
  for (let number = 2; taken.has(name); number++) name = `${plain}-${number}`;
  taken.add(name);
  return name;
}
