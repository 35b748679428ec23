import {
  imagePort,
  usualReadyLimitMs,
  type CommandSystem,
  type HostedSystem,
  type ImageSystem,
} from '../model/system.ts';
import type { Fault } from '../shapes/fault.ts';
import type { Reader } from './reader.ts';
import type { ServerChange } from './schema/target-schema.ts';
import { variableFaults } from './variable-check.ts';
import { field, leavesOf, type Leaf, type Table } from './yaml/tree.ts';

/** What of a server that is started may be said whatever it is. */
export const serverKeys = ['port', 'env', 'ready', 'ready-limit', 'metrics', 'counters'];

/** What is handed on as it is written; a variable in it is filled in where it is used, so that no report holds its value. */
export const asWritten = ['url', 'command', 'image', 'args', 'env'];

/** One of several things that a map can be: the one whose name is a key of it. */
export interface Kind<K extends string> {
  readonly kind: K;
  /** All that it may have. */
  readonly keys: readonly string[];
  /** "a target that is an image". */
  readonly noun: string;
  /** Why it has no others; left out where they are merely not known. */
  readonly hint?: string;
}

/**
 * Which of several things a map is: by its keys, else what it is laid over.
 * @param noun as messages call it: "a target"
 * @returns undefined where it is none or two of them, or has keys of another one, which is told
 */
export function kindOf<K extends string>(
  from: Table,
  kinds: readonly Kind<K>[],
  shared: K | undefined,
  { noun, none }: { readonly noun: string; readonly none: Fault },
  reader: Reader,
): K | undefined {
  const [named, other] = kinds.filter(({ kind }) => field(from, kind) !== undefined);
  const otherEntry = other && field(from, other.kind);
  if (named && otherEntry) {
    const sentence = `${noun} has one of ${named.kind} and ${other.kind}, not both`;
    reader.fault(otherEntry.keyPlace, { sentence });
    return undefined;
  }
  const found = named ?? kinds.find(({ kind }) => kind === shared);
  if (found === undefined) {
    reader.fault(from.place, none);
    return undefined;
  }
  const strangers = from.entries.filter(({ key }) => !found.keys.includes(key));
  const hint = found.hint ?? `its keys are: ${found.keys.join(', ')}`;
  for (const { key, keyPlace } of strangers)
    reader.fault(keyPlace, { sentence: `${found.noun} has no "${key}"`, hint });
  return strangers.length > 0 ? undefined : found.kind;
}

/**
 * Tells of variables that have no value; a command line that is one text is the shell's, with all that it can fill in.
 * @param own the names that a command line finds set besides
 */
export function checkVariables(from: Table, own: readonly string[], reader: Reader): boolean {
  const wrongs = from.entries.flatMap(({ key, value }): readonly (readonly [Leaf, Fault])[] => {
    if (!asWritten.includes(key) || (key === 'command' && value.kind === 'leaf')) return [];
    const known = key === 'command' ? own : [];
    return leavesOf(value).flatMap((leaf) =>
      variableFaults(String(leaf.value), reader.environment, known).map((fault) => [leaf, fault] as const),
    );
  });
  for (const [leaf, fault] of wrongs) reader.faultIn(leaf, fault);
  return wrongs.length === 0;
}

/**
 * A server that the lab starts, as a map says it, laid over another of the same kind. What is wrong with it is told.
 * @returns undefined where that cannot be read
 */
export function serverFrom(
  from: Table,
  kind: HostedSystem['kind'],
  change: ServerChange,
  before: HostedSystem | undefined,
  reader: Reader,
): HostedSystem | undefined {
  const server = changed(kind, change, before, reader.folder);
  if (server === undefined) return undefined;
  const own = kind === 'command' ? [...Object.keys(server.environment), 'PORT'] : [];
  if (!checkVariables(from, own, reader)) return undefined;
  const counters = field(from, 'counters');
  if (counters && server.metricsPath === undefined) {
    const hint = 'write metrics: /metrics, the path of its Prometheus endpoint';
    reader.fault(counters.keyPlace, { sentence: 'counters are read where metrics says', hint });
  }
  return server;
}

function changed(
  kind: HostedSystem['kind'],
  change: ServerChange,
  base: HostedSystem | undefined,
  folder: string,
): HostedSystem | undefined {
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
    return command === undefined ? undefined : ({ kind, command, folder, port, ...settings } satisfies CommandSystem);
  }
  const former = base?.kind === 'image' ? base : undefined;
  const image = change.image ?? former?.image;
  const args = change.args ?? former?.args;
  const port = change.port ?? former?.port ?? imagePort;
  return image === undefined ? undefined : ({ kind, image, args, port, ...settings } satisfies ImageSystem);
}
