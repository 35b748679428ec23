import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { isFree, withPort } from '../../machine/ports.ts';
import { LabError, messageOf } from '../../model/errors.ts';
import { step } from '../../model/steps.ts';
import { type Address, type Copy, type Service, copiesOf } from '../../services/service.ts';
import { ask, untilReady } from '../common/answer.ts';
import { type Mortal, whileAnyRuns } from '../common/deaths.ts';
import { withHint } from '../common/readiness.ts';
import { type Described, type Ports, describedAt, drawPorts, host, placeOf, programAt } from './copy-description.ts';
import { makeFolder, removeFiles, writeFiles } from './copy-files.ts';
import type { LocatedService } from './located-service.ts';
import type { LocalProcess } from './process.ts';

/** A copy of a service that runs as a process of this machine, and is ready. Its name is that of its usage and its death. */
export interface RunningCopy extends Copy, Address, Ports {
  readonly service: Service;
  readonly located: LocatedService;
  readonly process: LocalProcess;
  /** What it was started from. */
  readonly described: Described;
  readonly url: string;
  /** "unknown" where nothing tells it. */
  readonly version: string;
}

/** How long a copy may take to heed a script. */
const scriptLimitMs = 30_000;

/** What is run to its end listens nowhere. */
const noPorts: Ports = { port: 0, ports: {} };

/**
 * Does what comes before the first start of a copy: its data folder is there, with nothing of what one before it has left, and what
 * its program says was run to its end.
 */
export async function makeReady(
  located: LocatedService,
  copy: Copy,
  running: readonly RunningCopy[],
  signal: AbortSignal,
): Promise<void> {
  const { run, program, found, user } = located;
  const at = placeOf(located, copy, noPorts, running);
  await rm(at.data, { recursive: true, force: true });
  await makeFolder(at.data, program.dataMode, user);
  const first = program.first?.(at, found);
  if (first === undefined) return;
  const { title: name, command, args, files, stopSignal } = first;
  const log = `${path.basename(command)}.log`;
  await writeFiles(at.folder, files, user);
  try {
    await run.finish({ ...programAt(at, located), name, command, args, log, stopSignal }, signal);
  } finally {
    await removeFiles(at.folder, files);
  }
}

/** Does what is done once before anything asks a service, as a step, where something is; `running` are the copies of others. */
export async function prepare(
  located: LocatedService,
  running: readonly RunningCopy[],
  signal: AbortSignal,
): Promise<void> {
  const { run, service, program, found, user } = located;
  if (service.prepare === undefined) return;
  const { title, name } = service.prepare;
  const at = placeOf(located, { name, number: 1, of: 1 }, noPorts, running);
  const args = found.prepareArgs?.(at);
  if (args === undefined) return;
  await step(run.onStep, title, async () => {
    await makeFolder(at.data, program.dataMode, user);
    await run.finish({ ...programAt(at, located), args }, signal);
  });
}

/**
 * Starts a copy on a port that is drawn, or on its own one, and waits until it is ready.
 * @param running the copies of other services: it is told of those that it uses or fronts
 * @throws {LabError} with the end of its log, where it ends or does not become ready
 */
export async function startCopy(
  located: LocatedService,
  copy: Copy,
  running: readonly RunningCopy[],
  signal: AbortSignal,
): Promise<RunningCopy> {
  const { title, port } = located.service;
  const { fixed } = port;
  const { hint } = located.program;
  if (fixed !== undefined && !(await isFree(fixed))) {
    throw new LabError(`Port ${fixed}, which the ${title} is to listen on, is taken.`, {
      hint: 'End what listens there, or leave port out: the server finds a free one in the variable PORT.',
    });
  }
  const startOn = (on: number): Promise<RunningCopy> => startAt(located, copy, on, running, signal);
  const start = (): Promise<RunningCopy> => (fixed === undefined ? withPort(startOn) : startOn(fixed));
  return hint === undefined ? start() : withHint(hint, start);
}

async function startAt(
  located: LocatedService,
  copy: Copy,
  port: number,
  running: readonly RunningCopy[],
  signal: AbortSignal,
): Promise<RunningCopy> {
  const { run, service, program, user } = located;
  const ports = await drawPorts(program, port);
  const at = placeOf(located, copy, ports, running);
  const described = describedAt(at, located);
  await makeFolder(at.data, program.dataMode, user);
  await writeFiles(at.folder, described.files, user);
  const process = await run.start(described.program, signal);
  const started = { ...copy, ...ports, host, url: `http://${host}:${port}`, service, located, process, described };
  await untilReadyIs(started, running, signal);
  return { ...started, version: await versionOf(located, process) };
}

/**
 * Starts a copy that has ended again: at its ports, with its files and its data as they are, and waits until it is ready.
 * @param running the copies of other services that run
 * @throws {LabError} with the end of its log, where it ends or does not become ready; it has ended then
 */
export async function startAgain(
  copy: RunningCopy,
  running: readonly RunningCopy[],
  signal: AbortSignal,
): Promise<RunningCopy> {
  const { run } = copy.located;
  const process = await run.start(copy.described.program, signal);
  try {
    await untilReadyIs({ ...copy, process }, running, signal);
  } catch (error) {
    await run.stop([process]);
    throw error;
  }
  return { ...copy, process };
}

/**
 * Has a copy heed that others are there, or are there no more: those which it fronts.
 * @param running the copies of other services that there are
 * @throws {LabError} where it does not
 */
export async function tellOfOthers(
  copy: RunningCopy,
  running: readonly RunningCopy[],
  signal: AbortSignal,
): Promise<RunningCopy> {
  const { located, service } = copy;
  const at = placeOf(located, copy, copy, running);
  const described = describedAt(at, located);
  await writeFiles(at.folder, described.files, located.user);
  // One that is gone will read them when it starts.
  if (service.reload !== undefined && copy.process.end === undefined)
    await runScript(copy, 'reload', service.reload(at), signal);
  return { ...copy, described };
}

/** Makes a copy hold nothing any more. */
export async function flush(copy: RunningCopy, signal: AbortSignal): Promise<void> {
  const { located, service } = copy;
  if (service.flush === undefined) throw new Error(`${service.title} holds nothing that can be flushed.`);
  await runScript(copy, 'flush', service.flush(placeOf(located, copy, copy, [])), signal);
}

/** Removes what a copy that has ended may have left beyond its folders, if it was killed: the clean-up goes on where that fails. */
export async function removeRemains(copy: RunningCopy, signal: AbortSignal): Promise<void> {
  const { located } = copy;
  const at = placeOf(located, copy, copy, []);
  const script = located.program.removeRemains?.(at);
  if (script === undefined || copy.process.end === undefined || !existsSync(at.data)) return;
  await runScript(copy, 'clean-up', script, signal).catch((error: unknown) => located.run.onStep(messageOf(error)));
}

/** Runs a script of a copy's for `sh`, which finds the programs that lie beside its own. */
async function runScript(
  { located, described: { program } }: RunningCopy,
  what: string,
  script: string,
  signal: AbortSignal,
): Promise<void> {
  const { run, found } = located;
  const PATH = [path.dirname(found.command), program.environment.PATH].join(path.delimiter);
  const environment = { ...program.environment, PATH };
  const told = { name: `the ${what} of ${program.name}`, command: '/bin/sh', args: ['-c', script], environment };
  const log = `${what}-${program.log}`;
  await run.finish({ ...program, ...told, log, stopSignal: 'SIGKILL', stopsGroup: true }, signal, scriptLimitMs);
}

/** Its log comes first, where that says that it listens: an answer before that would be somebody else's. */
async function untilReadyIs(
  { service, process, url }: Pick<RunningCopy, 'service' | 'process' | 'url'>,
  running: readonly RunningCopy[],
  signal: AbortSignal,
): Promise<void> {
  const { log, http, limitMs } = service.ready;
  if (log !== undefined) {
    const isSaid = process.logged((text) => log.test(text) || undefined);
    await process.ready(isSaid, signal, limitMs);
  }
  if (http === undefined) return;
  const answers = (limited: AbortSignal): Promise<void> =>
    process.ready(
      (inner) => untilReady(url + http.path, inner, ask, (status) => http.accepts(status)),
      limited,
      limitMs,
    );
  const others = running.filter(({ service: { name } }) => service.fronts.includes(name));
  // With none of them left nothing can answer.
  if (http.isOfOthers && others.length === 0) return;
  await (http.isOfOthers ? whileAnyRuns(others.map(mortal), signal, answers) : answers(signal));
}

async function versionOf({ service: { version }, found }: LocatedService, process: LocalProcess): Promise<string> {
  if (found.version !== undefined) return found.version;
  return version?.log?.exec(await process.log())?.groups?.version ?? 'unknown';
}

/**
 * Those copies of a service that would be started just so again where they are.
 * @param before copies that run, of any service
 * @param running the copies of other services that there will be beside it
 */
export function stayingOf(
  before: readonly RunningCopy[],
  wanted: LocatedService,
  running: readonly RunningCopy[],
): readonly RunningCopy[] {
  const { service } = wanted;
  if (service.betweenTrials === 'anew') return [];
  const copies = copiesOf(service);
  return before.filter((copy) => {
    const again = copies.find(({ name }) => name === copy.name);
    if (again === undefined) return false;
    const described = describedAt(placeOf(wanted, again, copy, running), wanted);
    return isDeepStrictEqual([copy.described, copy.service.limits], [described, service.limits]);
  });
}

/** As what runs is asked whether it has ended. */
export function mortal({ name, process }: RunningCopy): Mortal {
  return { name, service: process };
}
