import { Readable, addAbortSignal } from 'node:stream';
import type Docker from 'dockerode';
import { z } from 'zod';
import { endOfLog, mostLogLines, withLog } from '../../machine/log-tail.ts';
import { pause, settlesWithin, unlessAborted } from '../../machine/time-limit.ts';
import { LabError, messageOf } from '../../model/errors.ts';
import { NotReady } from '../common/answer.ts';
import { untilSign } from '../common/readiness.ts';
import { asked, hintForRefusal, inTime, refusedWith } from '../engine/refusal.ts';
import type { Handle } from '../runner/host.ts';
import { type ContainerDescription, environmentList } from './container-settings.ts';
import { allOutput, standardOutput } from './frames.ts';

const stateSchema = z.object({
  RestartCount: z.int().nonnegative(),
  State: z.object({ Running: z.boolean(), OOMKilled: z.boolean(), ExitCode: z.int(), Error: z.string() }),
  NetworkSettings: z.object({
    Networks: z.record(z.string(), z.object({ IPAddress: z.string() })).nullish(),
  }),
});

const wasKilled = 'was killed';
/** That it was at its limit the Engine hears by another way than that it ended: so long after that, at most. */
const oomLagMs = 2_000;
const oomPollMs = 100;
/** Within which the news has come of an end that the Engine has brought about. */
const newsMs = 5_000;

/** What the Engine knows of a container. */
export interface ContainerState {
  readonly restarts: number;
  readonly outOfMemory: boolean;
  /** How it ended; undefined while it runs. */
  readonly end: string | undefined;
  /** Its addresses in the networks that it is in; none once it has ended. */
  readonly addresses: readonly string[];
}

/** A time for which it runs, from a start to its end. */
class Life {
  readonly ended: Promise<string>;
  end: string | undefined;
  settle: (end: string) => void = () => undefined;

  constructor() {
    this.ended = new Promise<string>((resolve) => (this.settle = resolve)).then((end) => (this.end = end));
  }
}

/**
 * A container that was made. It always knows how it ended, and tells with the last lines of its own log. One that is started again
 * is the same container, and has not ended any more.
 */
export class Container implements Handle {
  readonly description: ContainerDescription;
  readonly #container: Docker.Container;
  #life = new Life();
  #isEndMeant = false;
  #isPaused = false;

  constructor(container: Docker.Container, description: ContainerDescription) {
    this.#container = container;
    this.description = description;
  }

  get ended(): Promise<string> {
    return this.#life.ended;
  }

  get end(): string | undefined {
    return this.#life.end;
  }

  /** Whether it is killed or stopped here, also while it has not ended yet. */
  get isToEnd(): boolean {
    return this.#isEndMeant;
  }

  /** The time for which it runs, or has run last: another one after each start. */
  get life(): object {
    return this.#life;
  }

  /** Whether it stands still. */
  get isPaused(): boolean {
    return this.#isPaused;
  }

  get id(): string {
    return this.#container.id;
  }

  /** Starts it, also again once it has ended; whether it works is for {@link ready} to say. */
  async start(gone: AbortSignal): Promise<void> {
    await asked(`${this.description.title} cannot be started`, this.#container.start());
    if (this.end !== undefined) this.#life = new Life();
    this.#isEndMeant = false;
    void this.#watch(this.#life, gone);
  }

  /** Waits for a sign of readiness. If the container ends instead, or takes too long, this fails with its log. */
  async ready<T>(sign: (signal: AbortSignal) => Promise<T>, signal: AbortSignal, limitMs?: number): Promise<T> {
    return untilSign(this, sign, signal, limitMs);
  }

  /** Opens its standard input and output; before it is started, so that nothing is missed. */
  async attach(): Promise<NodeJS.ReadWriteStream> {
    const all = { stream: true, stdin: true, stdout: true, stderr: true, hijack: true };
    return asked(`${this.description.title} cannot be spoken to`, this.#container.attach(all));
  }

  /** Runs a command in it to its end, and gives what it printed. Once the signal is given nobody waits for it any more. */
  async execute(
    command: readonly string[],
    signal: AbortSignal,
    environment: ContainerDescription['environment'] = {},
  ): Promise<string> {
    try {
      return await unlessAborted(execute(this.#container, command, environment, signal), signal);
    } catch (error) {
      signal.throwIfAborted();
      // What the command said is of no interest where the whole container has ended.
      if (await settlesWithin(500, this.ended, signal)) throw await this.failure(this.end ?? 'ended', error);
      throw await this.failure(`could not run ${String(command[0])}: ${messageOf(error)}`, error);
    }
  }

  /** What the Engine knows of it. */
  async state(): Promise<ContainerState> {
    const { State, RestartCount, NetworkSettings } = stateSchema.parse(await this.#container.inspect());
    return {
      restarts: RestartCount,
      outOfMemory: State.OOMKilled,
      end: State.Running ? undefined : describeEnd(State),
      addresses: Object.values(NetworkSettings.Networks ?? {}).flatMap(({ IPAddress }) => IPAddress || []),
    };
  }

  /** What it has used so far, as the Engine says it. */
  async stats(): Promise<unknown> {
    return this.#container.stats({ stream: false, 'one-shot': true });
  }

  /** The same once a second, a JSON line each, until the signal is given. */
  async followStats(signal: AbortSignal): Promise<Readable> {
    const stream = await unlessAborted(this.#container.stats({ stream: true }), signal);
    return addAbortSignal(signal, stream instanceof Readable ? stream : new Readable().wrap(stream));
  }

  /** The end of everything that it has logged. */
  async log(): Promise<string> {
    const asked = { stdout: true, stderr: true, tail: mostLogLines };
    const bytes: unknown = await inTime(this.#container.logs(asked)).catch(() => undefined);
    return Buffer.isBuffer(bytes) ? endOfLog(allOutput(bytes)) : '';
  }

  /** What went wrong with it, with the end of its log and what to do where that is known. */
  async failure(what: string, cause?: unknown): Promise<LabError> {
    const told = withLog(this.description, await this.log());
    // What it does not answer, and what a stranger logs, is no trouble of the Engine's.
    const ofEngine = [
      ...(cause instanceof NotReady ? [] : [what]),
      ...(this.description.isForeign === true ? [] : told.details),
    ];
    const hint = hintForRefusal(ofEngine.join('\n'));
    return new LabError(`${this.description.title} ${what}.`, {
      ...told,
      cause,
      ...(hint === undefined ? {} : { hint }),
    });
  }

  /** Kills it at once, whatever it is at, and waits until it has ended. */
  async kill(): Promise<void> {
    await this.#finish('killed', this.#container.kill({ signal: 'SIGKILL' }));
  }

  /** Asks it to stop, waits for that, and kills it when it takes longer. */
  async stop(graceMs: number): Promise<void> {
    // The Engine counts in whole seconds.
    const stopped = this.#finish('stopped', this.#container.stop({ t: Math.ceil(graceMs / 1000) }));
    if (graceMs % 1000 !== 0 && !(await settlesWithin(graceMs, stopped))) await this.kill();
    await stopped;
  }

  /** Lets all of its processes stand still, with what they hold. */
  async pause(): Promise<void> {
    await asked(`${this.description.title} cannot be paused`, this.#container.pause());
    this.#isPaused = true;
  }

  /** Lets them go on; content where they do. */
  async resume(): Promise<void> {
    if (!this.#isPaused) return;
    await asked(`${this.description.title} cannot be resumed`, this.#container.unpause());
    this.#isPaused = false;
  }

  /** Waits for an end that is meant, content where it has ended or is gone. The Engine resumes what it is to end. */
  async #finish(how: string, ending: Promise<unknown>): Promise<void> {
    this.#isEndMeant = true;
    const there = ending.catch((error: unknown) => {
      if (![304, 404, 409].includes(refusedWith(error) ?? 0)) throw error;
    });
    await asked(`${this.description.title} cannot be ${how}`, there);
    this.#isPaused = false;
    await settlesWithin(newsMs, this.ended);
  }

  /** Waits until it ends. A signal, once there is no interest in that any more, ends the wait. */
  async #watch(life: Life, gone: AbortSignal): Promise<void> {
    try {
      await this.#container.wait({ abortSignal: gone });
      let { end } = await this.state();
      const isLimited = this.description.limits?.memoryBytes !== undefined && !this.#isEndMeant;
      for (let waitedMs = 0; isLimited && end === wasKilled && waitedMs < oomLagMs; waitedMs += oomPollMs) {
        await pause(oomPollMs, gone);
        ({ end } = await this.state());
      }
      life.settle(end ?? 'ended');
    } catch (error) {
      // Removed by somebody, or the Engine has stopped: it does not run any more as far as anybody can tell.
      if (!gone.aborted)
        life.settle(
          refusedWith(error) === 404
            ? 'was removed'
            : `is out of reach: the connection to the Docker Engine broke (${messageOf(error)})`,
        );
    }
  }
}

function describeEnd({ OOMKilled, ExitCode, Error: problem }: z.infer<typeof stateSchema>['State']): string {
  if (OOMKilled) return 'was killed: it was at its memory limit';
  if (problem !== '') return `could not be started: ${problem}`;
  if (ExitCode === 137) return wasKilled;
  return `exited with code ${ExitCode}`;
}

const resultSchema = z.object({ Running: z.boolean(), ExitCode: z.int().nullable() });

async function execute(
  container: Docker.Container,
  command: readonly string[],
  environment: ContainerDescription['environment'],
  signal: AbortSignal,
): Promise<string> {
  const Env = environmentList(environment);
  const exec = await container.exec({ Cmd: [...command], Env, AttachStdout: true, AttachStderr: true });
  const stream = await exec.start({ abortSignal: signal });
  let printed = '';
  let problem = '';
  for await (const piece of standardOutput(stream, (text) => (problem += text.toString()))) printed += piece.toString();
  signal.throwIfAborted();
  const { ExitCode } = resultSchema.parse(await exec.inspect());
  if (ExitCode === 0) return printed;
  throw new Error((problem || printed).trim() || `it exited with code ${String(ExitCode)}`);
}
