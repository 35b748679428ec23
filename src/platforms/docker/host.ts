import { drawPort } from '../../machine/ports.ts';
import type { OnStep } from '../../model/steps.ts';
import type { Control, Copy, Preparation, Service } from '../../services/service.ts';
import { type Ask, untilReady } from '../common/answer.ts';
import type { Mortal } from '../common/deaths.ts';
import { withHint } from '../common/readiness.ts';
import { frontedIn, mayAnswer, placesFor, untilAnswered } from '../runner/balancers.ts';
import type { Host } from '../runner/host.ts';
import type { Agent } from './agent-connection.ts';
import type { Published } from './container-settings.ts';
import { askUntil, copyDescription, imageOf } from './copy-description.ts';
import { toWrite } from './files-in-memory.ts';
import { checkLimits } from './limits.ts';
import type { RunContext } from './run-context.ts';
import { type RunningCopy, type Surroundings, descriptionOf, findImageOf, placeOf } from './surroundings.ts';
import { versionIn } from './versions.ts';

type Copies = readonly RunningCopy[];

/** Copies as containers of a run. */
export class DockerHost implements Host<RunningCopy> {
  readonly keepsBalancers = true;
  readonly #run: RunContext;
  /** Who asks for the lab what only the network of the run can reach; undefined where it is not there yet. */
  readonly #agent: Agent | undefined;

  constructor(run: RunContext, agent?: Agent) {
    this.#run = run;
    this.#agent = agent;
  }

  get onStep(): OnStep {
    return this.#run.settings.onStep;
  }

  get ask(): Ask {
    if (this.#agent === undefined) throw new Error('Nobody can ask anything yet.');
    return this.#agent.ask;
  }

  /** All that is asked in here is asked through the agent. */
  get needed(): readonly Mortal[] {
    return this.#agent === undefined ? [] : [{ service: 'agent', copy: 'agent', handle: this.#agent.container }];
  }

  check({ limits }: Service): Promise<void> {
    checkLimits(this.#run.settings.engine, limits);
    return Promise.resolve();
  }

  async describe(
    service: Service,
    copy: Copy,
    _before: RunningCopy,
    running: Copies,
    signal: AbortSignal,
  ): Promise<unknown> {
    return descriptionOf(this.#around(running), service, copy, await findImageOf(this.#run, service, signal));
  }

  /** Fetches an image of the user's own, once for all copies. */
  async makeReady(service: Service, _copies: readonly Copy[], _running: Copies, signal: AbortSignal): Promise<void> {
    if ('own' in imageOf(service).from) await findImageOf(this.#run, service, signal);
  }

  async prepare(service: Service, { name }: Preparation, running: Copies, signal: AbortSignal): Promise<void> {
    const around = this.#around(running);
    const at = placeOf(around, service, { name, number: 1, of: 1 });
    const args = imageOf(service).prepareArgs?.(at);
    const found = await findImageOf(this.#run, service, signal);
    await this.#run.finish(copyDescription(service, at, found, args), signal);
  }

  async start(service: Service, copy: Copy, running: Copies, signal: AbortSignal): Promise<RunningCopy> {
    return unlessEnded(running, service, signal, () => this.#start(service, copy, running, signal));
  }

  /** The same container, with what it has on disk; a balancer takes no address that is not that of before, and is made anew. */
  async startAgain(copy: RunningCopy, running: Copies, signal: AbortSignal): Promise<RunningCopy> {
    if (copy.service.role === 'balancer') {
      await this.#run.remove([copy.handle]);
      return this.start(copy.service, copy, running, signal);
    }
    await this.#run.startAgain(copy.handle, signal);
    await this.#ready(copy, running, signal);
    return copy;
  }

  async tell(balancer: RunningCopy, service: Service, running: Copies, signal: AbortSignal): Promise<RunningCopy> {
    return unlessEnded(running, service, signal, async () => {
      const told = await placesFor(service, running);
      const described = await this.describe(service, balancer, balancer, running, signal);
      const at = placeOf(this.#around(running), service, balancer);
      const { script, environment } = toWrite(service.files(at));
      const command = ['sh', '-c', `${script}${service.reload?.(at) ?? ''}`];
      const { handle } = balancer;
      await handle.ready((limited) => handle.execute(command, limited, environment), signal);
      return { ...balancer, service, described, told };
    });
  }

  controlAt({ name }: RunningCopy, { inside }: Control): string {
    return `http://${name}:${inside}`;
  }

  async flush(copy: RunningCopy, signal: AbortSignal): Promise<void> {
    const { service, handle } = copy;
    if (service.flush === undefined) throw new Error(`${service.title} holds nothing that can be flushed.`);
    await handle.execute(['sh', '-c', service.flush(placeOf(this.#around([]), service, copy))], signal);
  }

  async retire(copies: Copies): Promise<void> {
    await Promise.all(copies.map(({ handle, service }) => handle.stop(service.stop.graceMs)));
    await this.#run.remove(copies.map(({ handle }) => handle));
  }

  /** At once: nothing is in flight on them, and there is no time to lose on their farewell. */
  async endOthers(staying: Copies): Promise<void> {
    const agent = this.#agent === undefined ? [] : [this.#agent.container];
    await this.#run.removeOthers([...agent, ...staying.map(({ handle }) => handle)]);
  }

  /** Starts a copy of a service within its limits, and waits until it is ready; nothing of it is left where that fails. */
  async #start(
    service: Service,
    { name, number, of }: Copy,
    running: Copies,
    signal: AbortSignal,
  ): Promise<RunningCopy> {
    const run = this.#run;
    const copy = { name, number, of };
    const found = await findImageOf(run, service, signal);
    const told = await placesFor(service, running);
    const described = descriptionOf(this.#around(running), service, copy, found);
    const handle = await run.start({ ...described, publish: await this.#drawn(described.publish) }, signal);
    const url = `http://${name}:${service.port.inside}`;
    const place = async (): Promise<string> => `${handle.id} at ${(await handle.state()).addresses.join()}`;
    const started = { ...copy, service, handle, described, told, url, place, version: undefined };
    try {
      return { ...started, version: await this.#ready(started, running, signal) };
    } catch (error) {
      // Its name may be wanted again. Where this fails, closing the run will do it.
      await run.remove([handle]).catch(() => undefined);
      throw error;
    }
  }

  /** At a port of this machine, where the Engine is here; else the Engine draws one. */
  async #drawn(publish: Published | undefined): Promise<Published | undefined> {
    return publish && { ...publish, at: this.#run.settings.engine.address.isHere ? await drawPort() : undefined };
  }

  /** Waits until a copy is ready; gives its version where it is told in the same breath. */
  async #ready(
    { service, handle, url }: RunningCopy,
    running: Copies,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const agent = this.#agent;
    const { http, command, limitMs } = service.ready;
    if (http !== undefined && agent !== undefined && mayAnswer(service, running)) {
      const asked = async (limited: AbortSignal): Promise<void> =>
        untilReady(url + http.path, limited, agent.ask, (status) => http.accepts(status));
      const answers = async (watched: AbortSignal): Promise<void> => handle.ready(asked, watched, limitMs);
      const wait = async (): Promise<void> => untilAnswered(service, running, signal, answers);
      const { hint } = imageOf(service);
      await (hint === undefined ? wait() : withHint(hint, wait));
      return undefined;
    }
    if (command === undefined) throw new Error(`Nobody can ask whether ${service.title} is ready.`);
    const version = service.version?.command;
    const asked = askUntil(command, version);
    const printed = await handle.ready((limited) => handle.execute(asked, limited), signal, limitMs);
    return version === undefined ? undefined : versionIn(printed);
  }

  #around(running: Copies): Surroundings {
    return { run: this.#run, running };
  }
}

/** Does something with a balancer, and once more where a copy was ended meanwhile that it was told of: it takes no name that leads nowhere. */
async function unlessEnded<Result>(
  running: Copies,
  service: Service,
  signal: AbortSignal,
  work: () => Promise<Result>,
): Promise<Result> {
  for (;;) {
    const fronted = frontedIn(running, service).map((copy) => ({ copy, life: copy.handle.life }));
    try {
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      if (fronted.every(({ copy, life }) => copy.handle.life === life && !copy.handle.isToEnd)) throw error;
    }
  }
}
