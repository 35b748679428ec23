import { appSchema, changeApp } from './app-settings.ts';
import type { CommonSettings } from './common-settings.ts';
import { changeLimits, limitsSchema } from './limits.ts';
import type { Reader } from './reader.ts';
import { balancers, type System, type UrlSystem, type Variant } from './scenario.ts';
import { choice, duration } from './shapes.ts';
import { targetSchema } from './target.ts';
import { field, type Branch, type Table } from './tree.ts';

const balancerSchema = choice('the balancer', balancers);
const slowReplica = duration('the slowness of the slow replica', 0, 60_000);
const appKeys = ['app', 'balancer', 'limits', 'slow-replica'];
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
  if (from) refuse(from, appKeys, 'a variant with a target', reader);
  return target;
}

function appSystem(from: Table | undefined, { app, limits }: CommonSettings, reader: Reader): System {
  const at = (key: string) => from && field(from, key)?.value;
  return {
    kind: 'app',
    app: changeApp(app, reader.read(appSchema, at('app'))),
    balancer: reader.read(balancerSchema, at('balancer')),
    limits: changeLimits(limits, reader.read(limitsSchema, at('limits'))),
    slowReplicaMs: reader.read(slowReplica, at('slow-replica')) ?? 0,
    autoscale: undefined,
    rollout: undefined,
  };
}

/** Settings that nothing would heed, because they are those of the reference app. */
export function refuse(from: Table, keys: readonly string[], noun: string, reader: Reader): void {
  for (const { key, keyPlace } of from.entries) {
    if (!keys.includes(key)) continue;
    reader.fault(keyPlace, {
      sentence: `${noun} has no "${key}"`,
      hint: 'a target runs already: the lab changes nothing of it',
    });
  }
}
