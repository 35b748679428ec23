import { servicesBeside } from '../model/plan.ts';
import { appIn, isHosted, type EntryUse, type OwnUse, type ServiceUse, type System } from '../model/system.ts';
import { toldToApp } from '../services/app.ts';
import { catalogue, entryOf } from '../services/catalogue.ts';
import { standby } from '../services/postgres/standby.ts';
import type { Service } from '../services/service.ts';
import { besideOf } from '../services/system.ts';
import type { Extent } from '../shapes/fault.ts';
import type { Reader } from './reader.ts';
import { changeLimits } from './schema/limits.ts';
import {
  nameFault,
  nothing,
  serviceSchema,
  serviceWord,
  variableFor,
  type ServiceChange,
} from './schema/service-schema.ts';
import { asWritten, kindOf, serverFrom, serverKeys, type Kind } from './server.ts';
import { field, type Branch, type Entry, type Table } from './yaml/tree.ts';

const ownKeys = ['as', 'replicas', ...serverKeys];
const kinds: readonly Kind<'service' | OwnUse['kind']>[] = [
  { kind: 'service', keys: ['service', 'replicas', 'limits'], noun: 'a service of the catalogue' },
  { kind: 'command', keys: ['command', ...ownKeys], noun: 'a service that is a command' },
  { kind: 'image', keys: ['image', 'args', 'limits', ...ownKeys], noun: 'a service that is an image' },
];
const unlimited = { cpu: undefined, memoryBytes: undefined };

/**
 * `services:` of a scenario, or of a variant, which is laid over those of its scenario by name: it adds some, changes them, or
 * takes them away. What is wrong with one is told once: everything else finds a service of that name.
 */
export function parseServices(branch: Branch, shared: readonly ServiceUse[], reader: Reader): readonly ServiceUse[] {
  const uses = new Map(shared.map((use) => [use.name, use]));
  for (const entry of reader.named(branch, 'services', nameFault) ?? []) {
    const use = parseService(entry, uses.get(entry.key), reader);
    if (use === undefined) uses.delete(entry.key);
    else uses.set(entry.key, use);
  }
  return [...uses.values()];
}

/** One service, laid over the scenario's of that name; undefined where it is taken away. */
function parseService(
  { key: name, value }: Entry,
  before: ServiceUse | undefined,
  reader: Reader,
): ServiceUse | undefined {
  const wrong: OwnUse = { ...nobody, name, folder: reader.folder, variable: variableFor(name) };
  if (value.kind === 'leaf') {
    const word = reader.read(serviceWord, value);
    if (word === undefined) return wrong;
    if (word !== nothing) return entryUse(name, word, {}, undefined);
    if (before) return undefined;
    const hint = 'a variant takes away what its scenario has: leave it out';
    reader.fault(value.place, { sentence: `there is no service "${name}" to take away`, hint });
    return undefined;
  }
  const change = reader.read(serviceSchema, value, asWritten);
  if (!change || value.kind !== 'table') return wrong;
  const known = catalogue.map((entry) => entry.name).join(', ');
  const hint = `give it a service of the catalogue (${known}), a command, or an image`;
  const words = { noun: 'a service', none: { sentence: `"${name}" names no service`, hint } };
  const kind = kindOf(value, kinds, before?.kind === 'entry' ? 'service' : before?.kind, words, reader);
  if (kind === undefined) return wrong;
  const read =
    kind === 'service'
      ? entryFrom(name, value, change, before, reader)
      : ownFrom(name, value, kind, change, before, reader);
  return read ?? wrong;
}

/** Takes the place of a service that is wrong. */
const nobody = {
  kind: 'command',
  command: '',
  port: undefined,
  environment: {},
  readyPath: undefined,
  readyLimitMs: 0,
  metricsPath: undefined,
  counters: {},
  balancer: undefined,
  limits: unlimited,
  replicas: 1,
} as const;

function entryFrom(
  name: string,
  from: Table,
  change: ServiceChange,
  before: ServiceUse | undefined,
  reader: Reader,
): EntryUse | undefined {
  const former = before?.kind === 'entry' ? before : undefined;
  const entry = change.service ?? former?.entry;
  if (entry === undefined) return undefined;
  const count = field(from, 'replicas');
  if (count && entryOf(entry).copies === 'one') {
    reader.fault(count.keyPlace, { sentence: `there is always one ${entry}`, hint: 'leave replicas out' });
  }
  return entryUse(name, entry, change, former?.entry === entry ? former : undefined);
}

function entryUse(
  name: string,
  entry: string,
  { replicas, limits }: Pick<ServiceChange, 'replicas' | 'limits'>,
  before: EntryUse | undefined,
): EntryUse {
  const isOne = entryOf(entry).copies === 'one';
  const count = isOne ? undefined : (replicas ?? before?.replicas ?? 1);
  return { kind: 'entry', name, entry, replicas: count, limits: changeLimits(before?.limits ?? unlimited, limits) };
}

function ownFrom(
  name: string,
  from: Table,
  kind: OwnUse['kind'],
  change: ServiceChange,
  before: ServiceUse | undefined,
  reader: Reader,
): OwnUse | undefined {
  const former = before && isHosted(before) && before.kind === kind ? before : undefined;
  const server = serverFrom(from, kind, change, former, reader);
  if (server === undefined) return undefined;
  const replicas = change.replicas ?? former?.replicas ?? 1;
  if (server.kind === 'command' && server.port !== undefined && replicas > 1) {
    const sentence = `${replicas} copies of a command cannot all listen on port ${server.port}`;
    const hint = 'leave port out: each finds its own in the variable PORT, or where {port} is in the command';
    reader.fault((field(from, 'port') ?? field(from, 'replicas'))?.keyPlace ?? from.place, { sentence, hint });
  }
  const variable = change.as ?? former?.variable ?? variableFor(name);
  return { ...server, name, replicas, variable, limits: changeLimits(former?.limits ?? unlimited, change.limits) };
}

/**
 * Tells of a variant whose app notifies by a broker that is not there, loses what its outbox is to keep, or has its summaries from a
 * projection that nobody makes.
 */
export function checkNotifications(system: System, app: Entry | undefined, reader: Reader): void {
  const settings = appIn(system);
  if (app === undefined || settings === undefined) return;
  const { by, order, acks } = settings.notifications;
  if (by !== 'kafka' && acks === 'none') {
    const sentence = `acks: none is for Kafka, and the app notifies ${by === 'in-process' ? by : `by ${by}`}`;
    reader.fault(placeOf(app, 'notifications'), { sentence, hint: 'write by: kafka, or leave acks out' });
  }
  if (by === 'in-process' && order === 'outbox') {
    const sentence = 'an app that sends mails by itself loses those under way when it dies, also those of an outbox';
    const hint = 'write by: http, by: rabbitmq or by: kafka, or leave order out';
    reader.fault(placeOf(app, 'notifications'), { sentence, hint });
  }
  const uses = servicesBeside(system);
  const isThere = (name: string): boolean => uses.some((use) => use.kind === 'entry' && use.entry === name);
  if (settings.summaries === 'projection' && !(by === 'kafka' && order === 'outbox' && isThere('projector'))) {
    const sentence = 'summaries from a projection are made by a projector, of events that go from an outbox to Kafka';
    const hint =
      'write notifications: { by: kafka, order: outbox }, and services: { log: kafka, projector: projector }';
    reader.fault(placeOf(app, 'summaries'), { sentence, hint });
  }
  const broker = catalogue.find((entry) => entry.name === by);
  if (broker === undefined || isThere(broker.name)) return;
  const sentence = `the app notifies by ${broker.name}, and there is none beside it`;
  reader.fault(placeOf(app, 'notifications'), { sentence, hint: `write services: { broker: ${broker.name} }` });
}

/** Tells of a variant whose app reads from standbys that are not there. */
export function checkStandbys(system: System, app: Entry | undefined, reader: Reader): void {
  if (system.kind !== 'app' || app === undefined || system.app.reads.from === 'primary') return;
  if (system.services?.some((use) => use.kind === 'entry' && use.entry === standby.name)) return;
  const sentence = `the app reads ${system.app.reads.from}, and there is no standby beside it`;
  reader.fault(placeOf(app, 'reads'), { sentence, hint: `write services: { standby: ${standby.name} }` });
}

/** Where a service of a variant is written. */
type Find = (service: string) => Entry | undefined;

/** Tells of services of a variant that use one which is not there, set a variable which is set already, or want a port which another one has. */
export function checkServices(system: System, find: Find, reader: Reader): void {
  const services = besideOf(system);
  checkUses(services, find, reader);
  checkVariables(system, services, find, reader);
  checkPorts(system, services, find, reader);
}

/** A server of the user's own has no PostgreSQL of the lab's beside it. */
function checkUses(services: readonly Service[], find: Find, reader: Reader): void {
  for (const { name, uses } of services) {
    const missing = uses.find((used) => !services.some((other) => other.name === used));
    const entry = find(name);
    if (missing === undefined || !entry) continue;
    const sentence = `"${name}" uses ${missing}, which is not there`;
    reader.fault(entry.keyPlace, { sentence, hint: `leave it out: only the reference app has ${missing} beside it` });
  }
}

function checkVariables(system: System, services: readonly Service[], find: Find, reader: Reader): void {
  const setBy = new Map<string, string>([
    ...(isHosted(system) ? Object.keys(system.environment) : []).map(
      (variable) => [variable, 'the env of its target'] as const,
    ),
    ...(system.kind === 'app' ? toldToApp(system) : []).map((variable) => [variable, 'the lab'] as const),
  ]);
  for (const service of services) {
    // The same ones wherever it is.
    const given = Object.keys(service.reachedBy({ host: '', port: 0, copies: [], secret: () => '' }));
    for (const variable of given) {
      const other = setBy.get(variable);
      const entry = find(service.name);
      if (other !== undefined && entry) {
        const sentence = `"${service.name}" sets ${variable}, and ${other} does so already`;
        const hint = service.isForeign ? 'call it otherwise by as' : 'leave one of them out';
        reader.fault(placeOf(entry, 'as'), { sentence, hint });
      }
      setBy.set(variable, service.name);
    }
  }
}

function checkPorts(system: System, services: readonly Service[], find: Find, reader: Reader): void {
  const takenBy = new Map<number, string>();
  if (system.kind === 'command' && system.port !== undefined) takenBy.set(system.port, 'its target');
  for (const { name, port } of services) {
    if (port.fixed === undefined) continue;
    const other = takenBy.get(port.fixed);
    const entry = find(name);
    if (other !== undefined && entry) {
      const sentence = `"${name}" and ${other} cannot both listen on port ${port.fixed}`;
      reader.fault(placeOf(entry, 'port'), {
        sentence,
        hint: 'leave port out: each finds its own in the variable PORT',
      });
    }
    takenBy.set(port.fixed, name);
  }
}

/** Of a setting of a service, or else of its name. */
export function placeOf({ keyPlace, value }: Entry, key: string): Extent {
  return (value.kind === 'table' ? field(value, key)?.value.place : undefined) ?? keyPlace;
}
