import { isOnLink, type Act } from '../model/acts.ts';
import type { Variant } from '../model/scenario.ts';
import { type AppSystem, type HostedSystem, type ServiceUse, type System, usesRedis } from '../model/system.ts';
import { besideOf } from '../services/system.ts';
import { duration } from '../shapes/shapes.ts';
import { durationText } from '../shapes/units.ts';
import { parseLoad } from './change-load.ts';
import type { CommonSettings } from './common-settings.ts';
import { actsOf, parseActs, rolloutIn } from './parse-acts.ts';
import { parseServices } from './parse-services.ts';
import type { Reader } from './reader.ts';
import { appSchema, changeApp, mostQueryCostMs } from './schema/app-settings.ts';
import { balancerSchema } from './schema/balancer.ts';
import { changeLimits, limitsSchema } from './schema/limits.ts';
import { autoscaleSchema } from './schema/orchestration.ts';
import { isUnread, parseTarget, type TargetSystem } from './target.ts';
import { field, type Table } from './yaml/tree.ts';

const slowReplica = duration('the slowness of the slow replica', 0, mostQueryCostMs);
const appKeys = ['app', 'balancer', 'limits', 'slow-replica', 'autoscale', 'rollout'];
const ofAppOnly = ['app', 'slow-replica', 'autoscale', 'rollout'];
const variantKeys = [...appKeys, 'target', 'services', 'load', 'acts'];

/** The systems of a scenario: the one that its variants share, and what each makes of it. */
export interface Systems {
  /** Undefined where they share none of the user's own. */
  readonly target: System | undefined;
  /** Undefined where they cannot be read. */
  readonly variants: readonly Variant[] | undefined;
}

/** The target and the variants of a scenario; one that names no variants has a single one. */
export function parseSystems(from: Table, common: CommonSettings, reader: Reader): Systems {
  const written = field(from, 'target')?.value;
  const named = field(from, 'services')?.value;
  const target = written && parseTarget(written, undefined, reader);
  const shared = { target, services: named ? parseServices(named, [], reader) : [] };
  return {
    target: target && parseSystem(undefined, shared, common, [], reader),
    variants: besideTheSame(parseVariants(from, shared, common, reader)),
  };
}

/** What of their systems the variants of a scenario share. */
interface Shared {
  readonly target: TargetSystem | undefined;
  readonly services: readonly ServiceUse[];
}

/**
 * All variants run beside the same cache, and have a link wherever an act of one is done to it: so nothing but what is written differs
 * between them.
 */
function besideTheSame(variants: readonly Variant[] | undefined): readonly Variant[] | undefined {
  const hasRedis = variants?.some(({ system }) => system.kind === 'app' && system.hasRedis) ?? false;
  const leadTo = variants?.flatMap(({ acts = [] }) => acts.filter(isOnLink).map(({ to }) => to)) ?? [];
  return variants?.map((variant) => {
    const { system: own } = variant;
    const system = own.kind === 'app' ? { ...own, hasRedis } : own;
    const links = besideOf(system).flatMap(({ name }) => (leadTo.includes(name) ? [name] : []));
    return { ...variant, system: links.length === 0 ? system : { ...system, links } };
  });
}

function parseVariants(
  from: Table,
  shared: Shared,
  common: CommonSettings,
  reader: Reader,
): readonly Variant[] | undefined {
  const variants = field(from, 'variants')?.value;
  const listed = field(from, 'acts')?.value;
  const sharedActs = listed ? parseActs(listed, reader) : [];
  const variantFrom = (name: string, table: Table | undefined): Variant => {
    const acts = actsOf(table, sharedActs, reader);
    const system = parseSystem(table, shared, common, acts, reader);
    return { name, system, ...(acts.length > 0 && { acts }) };
  };
  if (variants === undefined) return [variantFrom('default', undefined)];
  return reader.named(variants, 'variants')?.map(({ key: name, value }): Variant => {
    const unchanged = value.kind === 'leaf' && value.value === null;
    const table = unchanged ? undefined : reader.table(value, `the variant "${name}"`, variantKeys);
    const own = table && field(table, 'load')?.value;
    const load = own && parseLoad(own, common.load, reader);
    return { ...variantFrom(name, table), load };
  });
}

function parseSystem(
  from: Table | undefined,
  shared: Shared,
  common: CommonSettings,
  acts: readonly Act[],
  reader: Reader,
): System {
  const own = from && field(from, 'target')?.value;
  const target = own ? parseTarget(own, shared.target, reader) : shared.target;
  if (target?.kind === 'url') {
    const keys = isUnread(target) ? appKeys : [...appKeys, 'services'];
    if (from) refuse(from, keys, 'a variant with a target', ofTarget, reader);
    return target;
  }
  const tested = target ? hostedSystem(from, target, common, reader) : appSystem(from, common, acts, reader);
  const named = from && field(from, 'services')?.value;
  const services = named ? parseServices(named, shared.services, reader) : shared.services;
  return services.length === 0 ? tested : { ...tested, services };
}

function hostedSystem(
  from: Table | undefined,
  target: HostedSystem,
  common: CommonSettings,
  reader: Reader,
): HostedSystem {
  const at = (key: string) => from && field(from, key)?.value;
  if (from) refuse(from, ofAppOnly, 'a variant with a target', ofHosted, reader);
  const hosted = { ...target, balancer: reader.read(balancerSchema, at('balancer')) };
  if (hosted.kind === 'image') {
    return { ...hosted, limits: changeLimits(common.limits, reader.read(limitsSchema, at('limits'))) };
  }
  if (from) refuse(from, ['limits'], 'a variant with a command', ofProcess, reader);
  return hosted;
}

function appSystem(
  from: Table | undefined,
  { app, limits }: CommonSettings,
  acts: readonly Act[],
  reader: Reader,
): AppSystem {
  const at = (key: string) => from && field(from, key)?.value;
  const changed = changeApp(app, reader.read(appSchema, at('app')));
  const system = {
    kind: 'app',
    app: changed,
    hasRedis: usesRedis(changed),
    balancer: reader.read(balancerSchema, at('balancer')),
    limits: changeLimits(limits, reader.read(limitsSchema, at('limits'))),
    slowReplicaMs: reader.read(slowReplica, at('slow-replica')) ?? 0,
    autoscale: reader.read(autoscaleSchema, at('autoscale')),
    rollout: rolloutIn(acts),
  } as const;
  if (from) checkSlowness(from, system, reader);
  if (from) checkOrchestration(from, system, reader);
  return system;
}

/** The slow replica is told one query cost, which is both. */
function checkSlowness(from: Table, { app, slowReplicaMs }: AppSystem, reader: Reader): void {
  const slow = field(from, 'slow-replica');
  if (!slow || app.queryCostMs + slowReplicaMs <= mostQueryCostMs) return;
  const sentence = `query-cost and slow-replica must be at most ${durationText(mostQueryCostMs)} together`;
  reader.fault(slow.value.place, { sentence });
}

/** What a variant that is scaled, or rolled out, cannot have beside that. */
function checkOrchestration(from: Table, { limits, rollout }: AppSystem, reader: Reader): void {
  const autoscale = field(from, 'autoscale');
  if (autoscale) {
    refuse(from, ['rollout'], 'a variant with autoscale', 'one of them would hide what the other does', reader);
    refuse(from, ['slow-replica'], 'a variant with autoscale', 'which of its replicas is the last one changes', reader);
  }
  if (autoscale && limits.cpu === undefined) {
    const hint = 'write limits: { cpu: 0.25 }';
    reader.fault(autoscale.keyPlace, { sentence: 'autoscale needs a CPU limit: its cpu is a share of it', hint });
  }
  const noun = autoscale ? 'a variant with autoscale' : 'a variant with a roll-out';
  // nginx would go on sending to addresses that are gone.
  if (autoscale ?? rollout) refuse(from, ['balancer'], noun, 'its platform deals requests out', reader);
}

/** Why a target has none of the settings of the reference app. */
const ofTarget = 'a target runs already: the lab changes nothing of it';
const ofHosted = 'that is of the reference app: a server of your own is told things by the env of its target';

/** Why a scenario in which there is nothing else has none of them either. */
export const ofTargets = 'that is of the reference app, and the scenario has none of it';

/** Why nothing runs beside them. */
export const ofUrls = 'they run already: the lab starts nothing of them';

/** Why a command has no limits, and neither has what runs already. */
export const ofProcess = 'a process of this machine has none: the lab limits images only';

/** Settings that nothing would heed. */
export function refuse(from: Table, keys: readonly string[], noun: string, hint: string, reader: Reader): void {
  for (const { key, keyPlace } of from.entries) {
    if (keys.includes(key)) reader.fault(keyPlace, { sentence: `${noun} has no "${key}"`, hint });
  }
}
