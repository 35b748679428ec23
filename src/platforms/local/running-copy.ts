import { rm } from 'node:fs/promises';
import path from 'node:path';
import { isFree, withPort } from '../../machine/ports.ts';
import { LabError } from '../../model/errors.ts';
import type { Address, Copy } from '../../services/service.ts';
import { ask, untilReady } from '../common/answer.ts';
import { withHint } from '../common/readiness.ts';
import { mayAnswer, placesFor, untilAnswered } from '../runner/balancers.ts';
import type { RunningCopy as AnyRunningCopy } from '../runner/host.ts';
import { type Described, type Ports, describedAt, drawPorts, host, placeOf, programAt } from './copy-description.ts';
import { makeFolder, removeFiles, writeFiles } from './copy-files.ts';
import type { LocatedService } from './located-service.ts';
import type { LocalProcess } from './process.ts';

/** A copy of a service as a process of this machine. */
export interface RunningCopy extends AnyRunningCopy, Address, Ports {
  readonly handle: LocalProcess;
  readonly described: Described;
  /** "unknown" where nothing tells it. */
  readonly version: string;
}

/** How long a copy may take to heed a script. */
const scriptLimitMs = 30_000;

/** What is run to its end listens nowhere. */
export const noPorts: Ports = { port: 0, ports: {} };

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
  const first = found.first?.(at);
  if (first === undefined) return;
  const { title: name, command, args, files, stopSignal } = first;
  const runsAs = first.user === 'this' ? undefined : user;
  const log = `${path.basename(command)}.log`;
  await writeFiles(at.folder, files, user);
  try {
    await run.finish({ ...programAt(at, located), name, command, args, log, stopSignal, user: runsAs }, signal);
  } finally {
    await removeFiles(at.folder, files);
  }
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
  await makeFolder(placeOf(located, copy, ports, running).data, program.dataMode, user);
  const informed = await inform(located, { ...copy, ...ports }, running);
  const handle = await run.start(informed.described.program, signal);
  const { name, number, of } = copy;
  const url = `http://${host}:${port}`;
  // It keeps its port, also when it is started again.
  const place = (): Promise<string> => Promise.resolve(url);
  const started = { name, number, of, ...ports, host, url, place, service, handle, ...informed };
  await untilReadyIs(started, running, signal);
  return { ...started, version: await versionOf(located, handle) };
}

/** Writes the files of a copy as they are to be now. */
export async function inform(
  located: LocatedService,
  copy: Copy & Ports,
  running: readonly RunningCopy[],
): Promise<Pick<RunningCopy, 'described' | 'told'>> {
  const at = placeOf(located, copy, copy, running);
  const told = await placesFor(located.service, running);
  const described = describedAt(at, located);
  await writeFiles(at.folder, described.files, located.user);
  return { described, told };
}

/** Runs a script of a copy's for `sh`, which finds the programs that lie beside its own. */
export async function runScript(
  { run, found }: LocatedService,
  { described: { program } }: RunningCopy,
  what: string,
  script: string,
  signal: AbortSignal,
): Promise<void> {
  const PATH = [path.dirname(found.command), program.environment.PATH].join(path.delimiter);
  const environment = { ...program.environment, PATH };
  const told = { name: `the ${what} of ${program.name}`, command: '/bin/sh', args: ['-c', script], environment };
  const log = `${what}-${program.log}`;
  await run.finish({ ...program, ...told, log, stopSignal: 'SIGKILL', stopsGroup: true }, signal, scriptLimitMs);
}

/** Its log comes first, where that says that it listens: an answer before that would be somebody else's. */
export async function untilReadyIs(
  { service, handle, url }: Pick<RunningCopy, 'service' | 'handle' | 'url'>,
  running: readonly RunningCopy[],
  signal: AbortSignal,
): Promise<void> {
  const { log, http, limitMs } = service.ready;
  if (log !== undefined) {
    const isSaid = handle.logged((text) => log.test(text) || undefined);
    await handle.ready(isSaid, signal, limitMs);
  }
  if (http === undefined || !mayAnswer(service, running)) return;
  const answers = (limited: AbortSignal): Promise<void> =>
    handle.ready(
      (inner) => untilReady(url + http.path, inner, ask, (status) => http.accepts(status)),
      limited,
      limitMs,
    );
  await untilAnswered(service, running, signal, answers);
}

async function versionOf({ service: { version }, found }: LocatedService, process: LocalProcess): Promise<string> {
  if (found.version !== undefined) return found.version;
  return version?.log?.exec(await process.log())?.groups?.version ?? 'unknown';
}
