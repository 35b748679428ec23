import {
  imagePort,
  usualReadyLimitMs,
  type CommandSystem,
  type HostedSystem,
  type ImageSystem,
  type System,
  type UrlSystem,
} from '../model/system.ts';
import type { Fault } from '../shapes/fault.ts';
import { filledIn, type Variables } from '../shapes/variables.ts';
import type { Reader } from './reader.ts';
import { readAddress, targetSchema, type TargetChange } from './schema/target-schema.ts';
import { variableFaults } from './variable-check.ts';
import { field, leavesOf, type Branch, type Leaf, type Table } from './yaml/tree.ts';

/** A server of the user's own: one that runs already, or one that the lab starts. */
export type TargetSystem = UrlSystem | HostedSystem;

const kinds = ['url', 'command', 'image'] as const;
const hostedKeys = ['port', 'env', 'ready', 'ready-limit', 'metrics', 'counters'];
const keysOf: Readonly<Record<TargetSystem['kind'], readonly string[]>> = {
  url: ['url'],
  command: ['command', ...hostedKeys],
  image: ['image', 'args', ...hostedKeys],
};
const nouns: Readonly<Record<TargetSystem['kind'], string>> = {
  url: 'a target that runs already',
  command: 'a target that is a command',
  image: 'a target that is an image',
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
  const [named, other] = kinds.filter((kind) => change[kind] !== undefined);
  const otherEntry = other && field(branch, other);
  if (named && otherEntry) {
    reader.fault(otherEntry.keyPlace, { sentence: `a target has one of ${named} and ${other}, not both` });
    return wrong;
  }
  const kind = named ?? shared?.kind;
  if (kind === undefined) {
    const hint = 'give it a url, a command, or an image';
    reader.fault(branch.place, { sentence: 'the target names no server', hint });
    return wrong;
  }
  if (hasStrangers(branch, kind, reader)) return wrong;
  const before = shared?.kind === kind ? shared : undefined;
  const system = kind === 'url' ? urlOf(change, before) : hostedOf(kind, change, before, reader);
  if (system && !checkVariables(branch, system, reader)) return wrong;
  const told = field(branch, 'counters');
  if (told && system && !isTelling(system)) {
    const hint = 'write metrics: /metrics, the path of its Prometheus endpoint';
    reader.fault(told.keyPlace, { sentence: 'counters are read where metrics says', hint });
  }
  return system ?? wrong;
}

/** What is handed on as it is written; a variable in it is filled in where it is used, so that no report holds its value. */
const asWritten = ['url', 'command', 'image', 'args', 'env'];

/** Tells of variables that have no value; a command line that is one text is the shell's, with all that it can fill in. */
function checkVariables(from: Table, system: TargetSystem, reader: Reader): boolean {
  const { environment } = reader;
  const own = system.kind === 'command' ? [...Object.keys(system.environment), 'PORT'] : [];
  const wrongs = from.entries.flatMap(({ key, value }): readonly (readonly [Leaf, Fault])[] => {
    if (!asWritten.includes(key) || (key === 'command' && value.kind === 'leaf')) return [];
    const known = key === 'command' ? own : [];
    return leavesOf(value).flatMap((leaf) => {
      const text = String(leaf.value);
      const faults = variableFaults(text, environment, known);
      return [...faults, ...(key === 'url' && faults.length === 0 ? addressFaults(text, environment) : [])].map(
        (fault) => [leaf, fault] as const,
      );
    });
  });
  for (const [leaf, fault] of wrongs) reader.faultIn(leaf, fault);
  return wrongs.length === 0;
}

/** What is wrong with an address once its variables are filled in; of one that has none it was told when it was read. */
function addressFaults(text: string, environment: Variables): readonly Fault[] {
  const read = readAddress(filledIn(text, environment), text);
  return 'fault' in read ? [{ sentence: read.fault.sentence, hint: read.fault.hint }] : [];
}

/** Tells of keys that this kind of target does not have. */
function hasStrangers(from: Table, kind: TargetSystem['kind'], reader: Reader): boolean {
  const strangers = from.entries.filter(({ key }) => !keysOf[kind].includes(key));
  const hint = kind === 'url' ? 'the lab starts nothing of it' : `its keys are: ${keysOf[kind].join(', ')}`;
  for (const { key, keyPlace } of strangers) {
    reader.fault(keyPlace, { sentence: `${nouns[kind]} has no "${key}"`, hint });
  }
  return strangers.length > 0;
}

function urlOf({ url }: TargetChange, before: TargetSystem | undefined): UrlSystem | undefined {
  const known = url ?? (before?.kind === 'url' ? before.url : undefined);
  return known === undefined ? undefined : { kind: 'url', url: known };
}

function hostedOf(
  kind: HostedSystem['kind'],
  change: TargetChange,
  before: TargetSystem | undefined,
  reader: Reader,
): HostedSystem | undefined {
  const base = before?.kind === 'url' ? undefined : before;
  const settings = {
    environment: { ...base?.environment, ...change.env },
    readyPath: change.ready ?? base?.readyPath,
    readyLimitMs: change['ready-limit'] ?? base?.readyLimitMs ?? usualReadyLimitMs,
    metricsPath: change.metrics ?? base?.metricsPath,
    counters: { ...base?.counters, ...change.counters },
    balancer: undefined,
    limits: { cpu: undefined, memoryBytes: undefined },
  };
  if (kind === 'command') {
    const command = change.command ?? (base?.kind === 'command' ? base.command : undefined);
    const port = change.port ?? base?.port;
    return command === undefined
      ? undefined
      : ({ kind, command, folder: reader.folder, port, ...settings } satisfies CommandSystem);
  }
  const former = base?.kind === 'image' ? base : undefined;
  const image = change.image ?? former?.image;
  const args = change.args ?? former?.args;
  const port = change.port ?? former?.port ?? imagePort;
  return image === undefined ? undefined : ({ kind, image, args, port, ...settings } satisfies ImageSystem);
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
