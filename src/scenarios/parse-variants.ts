import { appSchema, changeApp } from './app-settings.ts';
import type { CommonSettings } from './common-settings.ts';
import { changeLimits, limitsSchema } from './limits.ts';
import { autoscaleSchema, misfitsOf, rolloutSchema, type Runs } from './orchestration.ts';
import type { Reader } from './reader.ts';
import type { Variant } from './scenario.ts';
import { balancers, type Limits, type System, type UrlSystem } from './system.ts';
import { choice, duration } from './shapes.ts';
import { targetSchema } from './target.ts';
import { field, type Branch, type Table } from './tree.ts';

const balancerSchema = choice('the balancer', balancers);
const slowReplica = duration('the slowness of the slow replica', 0, 60_000);
const appKeys = ['app', 'balancer', 'limits', 'slow-replica', 'autoscale', 'rollout'];
const variantKeys = [...appKeys, 'target'];

/** The variants of a scenario, or the only one of a scenario that names none; nothing where they cannot be read. */
export function parseVariants(from: Table, common: CommonSettings, reader: Reader): readonly Variant[] | undefined {
  const variants = field(from, 'variants')?.value;
  const target = parseTarget(field(from, 'target')?.value, reader);
  if (variants === undefined) return [{ name: 'default', system: target ?? appSystem(undefined, common, reader) }];
  return reader.named(variants, 'variants')?.map(({ key: name, value }): Variant => {
    const unchanged = value.kind === 'leaf' && value.value === null;
    const table = unchanged ? undefined : reader.table(value, `the variant "${name}"`, variantKeys);
    return { name, system: parseSystem(table, target, common, reader) };
  });
}

/** `target:`. What is wrong with it is told once: everything else takes it for a target. */
function parseTarget(branch: Branch | undefined, reader: Reader): UrlSystem | undefined {
  return branch && { kind: 'url', url: reader.read(targetSchema, branch)?.url ?? '' };
}

function parseSystem(
  from: Table | undefined,
  shared: UrlSystem | undefined,
  common: CommonSettings,
  reader: Reader,
): System {
  const target = (from && parseTarget(field(from, 'target')?.value, reader)) ?? shared;
  if (!target) return appSystem(from, common, reader);
  if (from) refuse(from, appKeys, 'a variant with a target', ofTarget, reader);
  return target;
}

function appSystem(from: Table | undefined, { app, limits }: CommonSettings, reader: Reader): System {
  const at = (key: string) => from && field(from, key)?.value;
  const system = {
    kind: 'app',
    app: changeApp(app, reader.read(appSchema, at('app'))),
    balancer: reader.read(balancerSchema, at('balancer')),
    limits: changeLimits(limits, reader.read(limitsSchema, at('limits'))),
    slowReplicaMs: reader.read(slowReplica, at('slow-replica')) ?? 0,
    autoscale: reader.read(autoscaleSchema, at('autoscale')),
    rollout: reader.read(rolloutSchema, at('rollout')),
  } as const;
  if (from) checkOrchestration(from, system.limits, reader);
  return system;
}

/** What a variant that is scaled, or rolled out, cannot have beside that. */
function checkOrchestration(from: Table, { cpu }: Limits, reader: Reader): void {
  const autoscale = field(from, 'autoscale');
  if (autoscale) {
    refuse(from, ['rollout'], 'a variant with autoscale', 'one of them would hide what the other does', reader);
    refuse(from, ['slow-replica'], 'a variant with autoscale', 'which of its replicas is the last one changes', reader);
  }
  if (autoscale && cpu === undefined) {
    const hint = 'write limits: { cpu: 0.25 }';
    reader.fault(autoscale.keyPlace, { sentence: 'autoscale needs a CPU limit: its cpu is a share of it', hint });
  }
  const noun = autoscale ? 'a variant with autoscale' : 'a variant with a rollout';
  // nginx would go on sending to addresses that are gone.
  if (autoscale ?? field(from, 'rollout')) refuse(from, ['balancer'], noun, 'its platform deals requests out', reader);
}

/** The variants of a scenario that do not go with its replica counts or its load. */
export function checkMisfits(from: Table, variants: readonly Variant[], runs: Runs, reader: Reader): void {
  const named = field(from, 'variants')?.value;
  for (const { name, system } of variants) {
    const variant = named?.kind === 'table' ? field(named, name)?.value : undefined;
    for (const { key, sentence, hint } of misfitsOf(system, runs)) {
      const entry = variant?.kind === 'table' ? field(variant, key) : undefined;
      if (entry) reader.fault(entry.keyPlace, { sentence, hint });
    }
  }
}

/** Why a target has none of the settings of the reference app. */
export const ofTarget = 'a target runs already: the lab changes nothing of it';

/** Settings that nothing would heed. */
export function refuse(from: Table, keys: readonly string[], noun: string, hint: string, reader: Reader): void {
  for (const { key, keyPlace } of from.entries) {
    if (keys.includes(key)) reader.fault(keyPlace, { sentence: `${noun} has no "${key}"`, hint });
  }
}
