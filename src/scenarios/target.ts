import { isHosted, type HostedSystem, type System, type UrlSystem } from '../model/system.ts';
import { filledIn } from '../shapes/variables.ts';
import type { Reader } from './reader.ts';
import { readAddress, targetSchema, type TargetChange } from './schema/target-schema.ts';
import { asWritten, checkVariables, kindOf, serverFrom, serverKeys, type Kind } from './server.ts';
import { field, type Branch, type Table } from './yaml/tree.ts';

/** A server of the user's own: one that runs already, or one that the lab starts. */
export type TargetSystem = UrlSystem | HostedSystem;

const kinds: readonly Kind<TargetSystem['kind']>[] = [
  { kind: 'url', keys: ['url'], noun: 'a target that runs already', hint: 'the lab starts nothing of it' },
  { kind: 'command', keys: ['command', ...serverKeys], noun: 'a target that is a command' },
  { kind: 'image', keys: ['image', 'args', ...serverKeys], noun: 'a target that is an image' },
];
const words = {
  noun: 'a target',
  none: { sentence: 'the target names no server', hint: 'give it a url, a command, or an image' },
};

/** Takes the place of a target that is wrong, so that this is told once. */
const wrong: UrlSystem = { kind: 'url', url: '' };

/**
 * `target:`, laid over the scenario's own where it is of the same kind or names none: variants may differ in one variable.
 * What is wrong with it is told once: everything else takes it for a target.
 */
export function parseTarget(branch: Branch, shared: TargetSystem | undefined, reader: Reader): TargetSystem {
  const change = reader.read(targetSchema, branch, asWritten);
  if (!change || branch.kind !== 'table') return wrong;
  const kind = kindOf(branch, kinds, shared?.kind, words, reader);
  if (kind === undefined) return wrong;
  if (kind === 'url') return urlFrom(branch, change, shared, reader) ?? wrong;
  const before = shared && isHosted(shared) && shared.kind === kind ? shared : undefined;
  return serverFrom(branch, kind, change, before, reader) ?? wrong;
}

/** Whether it takes the place of one that could not be read, so that nothing more is to be said of it. */
export function isUnread(system: System): boolean {
  return system === wrong;
}

function urlFrom(
  from: Table,
  change: TargetChange,
  shared: TargetSystem | undefined,
  reader: Reader,
): UrlSystem | undefined {
  const written = field(from, 'url')?.value;
  if (written && (!checkVariables(from, [], reader) || !checkAddress(written, reader))) return undefined;
  const url = change.url ?? (shared?.kind === 'url' ? shared.url : undefined);
  return url === undefined ? undefined : { kind: 'url', url };
}

/** Tells what is wrong with an address once its variables are filled in; of one that has none it was told when it was read. */
function checkAddress(branch: Branch, reader: Reader): boolean {
  const text = branch.kind === 'leaf' ? String(branch.value) : '';
  const read = readAddress(filledIn(text, reader.environment), text);
  if (!('fault' in read)) return true;
  const { sentence, hint } = read.fault;
  reader.faultIn(branch, { sentence, hint });
  return false;
}

/**
 * A server that takes the place of a target, with what that says beside its command or image. What the server has itself wins.
 * An image listens inside its container, and a command on this machine: port, args and limits are taken from a target of the same
 * kind only.
 */
export function withRestOf(target: HostedSystem, server: HostedSystem, hasPort: boolean): HostedSystem {
  const shared = {
    environment: { ...target.environment, ...server.environment },
    readyPath: server.readyPath ?? target.readyPath,
    readyLimitMs: target.readyLimitMs,
    metricsPath: server.metricsPath ?? target.metricsPath,
    counters: target.counters,
    balancer: target.balancer,
    services: target.services,
    links: target.links,
  };
  if (server.kind === 'command') {
    const port = server.port ?? (target.kind === 'command' ? target.port : undefined);
    return { ...server, ...shared, port };
  }
  if (target.kind !== 'image') return { ...server, ...shared };
  const { args, limits } = target;
  return { ...server, ...shared, args, limits, port: hasPort ? server.port : target.port };
}

/** Whether it can tell counters of itself. */
export function isTelling(system: System): boolean {
  return system.kind === 'app' || (system.kind !== 'url' && system.metricsPath !== undefined);
}
