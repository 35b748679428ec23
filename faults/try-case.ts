import { messageOf } from '../src/model/errors.ts';
import { scaleLab, type Ended } from '../test/e2e/cli.ts';
import { Workbench } from '../test/e2e/workbench.ts';
import type { FaultCase, PlaceName } from './case.ts';
import { faults } from './catalogue.ts';
import { checks, readRecords, type Seen } from './checks.ts';
import { argsOf, delayMs, hasBegun, serves } from './commands.ts';
import { type Armed, type Expectation, type Fault, type Means, wellEnded } from './fault.ts';
import { LabUnderFault } from './lab.ts';
import type { Place } from './place.ts';
import { scenarioFile } from './systems.ts';

/** What became of a case. */
export interface Tried {
  /**
   * `too late` is a run that was over before its moment, and held: it says nothing of the fault. Neither does `not begun`: there was no
   * run, or nothing that could be done to it.
   */
  readonly outcome: 'held' | 'failed' | 'too late' | 'not begun';
  readonly code: number | undefined;
  readonly tookMs: number;
  /** The checks that did not hold, and what was wrong. */
  readonly failed: readonly { readonly check: string; readonly why: string }[];
  /** What the command has written, for whoever looks at a failure. */
  readonly written: string;
}

/** How cases are tried together. */
export interface Abreast {
  readonly abreast: number;
  readonly means?: Means;
  /** Once it is given no other case is begun. */
  readonly signal?: AbortSignal;
  readonly onTried: (kase: FaultCase, tried: Tried) => void | Promise<void>;
}

/** More than the longest that the lab waits for anything by itself, a program that works on data, takes 5 minutes. */
const limitsMs: Readonly<Record<PlaceName, number>> = { local: 400_000, docker: 420_000, kubernetes: 600_000 };

/** Whoever has `up` on a terminal looks at what it says for so long before Ctrl-C. */
const lookMs = 4_000;

/** The fault of a case. */
export function faultOf({ fault: name }: FaultCase): Fault {
  const fault = faults.find((candidate) => candidate.name === name);
  if (fault === undefined) throw new Error(`There is no fault "${name}".`);
  return fault;
}

const undisturbed: Expectation = { codes: wellEnded, says: () => undefined };

/** Runs a case to its end, and looks at all that must hold then. */
export async function tryCase(kase: FaultCase, place: Place, means: Means = {}): Promise<Tried> {
  const startMs = performance.now();
  const fault = faultOf(kase);
  await using bench = await Workbench.create();
  await bench.write('scenarios.yaml', scenarioFile(kase.system, kase.command));
  const armed = await fault.arm({ kase, bench, place, means });
  const own = { ...bench.env, ...place.environment, TMPDIR: bench.temporary };
  const lab = async (...args: readonly string[]): Promise<Ended> => scaleLab(args, { cwd: bench.folder, env: own });
  try {
    const environment = { ...own, ...armed.environment };
    const limitMs = limitsMs[kase.platform];
    const settings = { folder: bench.folder, environment, limitMs };
    const running = await LabUnderFault.start(argsOf(kase, fault.needsJson === true), settings);
    const isStruck = await strike(kase, armed, running, fault);
    const code = await endOf(running);
    const [written, records] = [await running.text(), await readRecords(bench)];
    await armed.mend?.();
    const expected = isStruck ? fault.expects(kase) : undisturbed;
    const mayLeave = expected.leavesWork === true || code === undefined;
    const cleaned = mayLeave ? await lab('clean') : undefined;
    const missed = await armed.stays?.();
    const left = await place.left(bench);
    const seen = { expected, code, limitMs, written, records, cleaned, missed, left };
    const failed = failuresOf(seen);
    return {
      outcome: failed.length > 0 ? 'failed' : isStruck ? 'held' : 'too late',
      code,
      tookMs: Math.round(performance.now() - startMs),
      failed,
      written,
    };
  } finally {
    // Whatever came of it, nothing of it is to be in the way of others.
    if ((await place.left(bench)).length > 0) await lab('clean').then(async () => lab('down'));
    await armed.close?.();
  }
}

/**
 * Tries cases, so many at the same time; each is told as soon as it is over. One that could not even begin is told as well.
 */
export async function tryCases(
  cases: readonly FaultCase[],
  place: Place,
  { abreast, means, signal, onTried }: Abreast,
): Promise<void> {
  const remaining = [...cases];
  const tryNext = async (): Promise<void> => {
    for (let kase = remaining.shift(); kase !== undefined && signal?.aborted !== true; kase = remaining.shift()) {
      const tried = await tryCase(kase, place, means).catch((error: unknown): Tried => ({
        outcome: 'not begun',
        code: undefined,
        tookMs: 0,
        failed: [{ check: 'begins', why: messageOf(error) }],
        written: '',
      }));
      await onTried(kase, tried);
    }
  };
  await Promise.all(Array.from({ length: Math.min(abreast, place.mostAbreast) }, tryNext));
}

function failuresOf(seen: Seen): Tried['failed'] {
  return checks.flatMap(({ name, fault }) => {
    const why = fault(seen);
    return why === undefined ? [] : [{ check: name, why }];
  });
}

/** Waits for the moment of a case and strikes; `up` is then told to end, as a person does it. */
async function strike(kase: FaultCase, armed: Armed, running: LabUnderFault, fault: Fault): Promise<boolean> {
  const { phase, command } = kase;
  const begun = async (): Promise<true | undefined> =>
    hasBegun(phase, command, await running.text()) ? true : undefined;
  const isStruck =
    (await running.until(begun)) === true && (await running.waits(delayMs(kase))) && (await armed.strike(running));
  if (command !== 'up') return isStruck;
  const { codes, says } = fault.expects(kase);
  const word = codes.map(says).find((pattern) => pattern !== undefined);
  await running.until(async () => (serves(await running.text()) ? true : undefined));
  await running.until(async () => (word?.test(await running.text()) === true ? true : undefined), lookMs);
  running.send('SIGINT');
  return isStruck;
}

/** The exit code; undefined of a command that has to be killed, as its time is up. */
async function endOf(running: LabUnderFault): Promise<number | undefined> {
  await running.waits(Infinity);
  if (running.code !== undefined) return running.code;
  running.send('SIGKILL');
  await running.ended;
  return undefined;
}
