import { LabError } from '../../../model/errors.ts';
import type { Copy, Place, Preparation, Service } from '../../../services/service.ts';
import { frontedIn, placesFor } from '../balancers.ts';
import type { Handle, Host, RunningCopy } from '../host.ts';

/** A process that is none: it ends when it is told to, or when a test says so. */
export class ScriptedHandle implements Handle {
  end: string | undefined;
  isToEnd = false;
  isPaused = false;
  readonly ended: Promise<string>;
  #settle: (end: string) => void = () => undefined;

  constructor() {
    this.ended = new Promise((resolve) => (this.#settle = resolve));
  }

  die(how: string): void {
    this.end = how;
    this.#settle(how);
  }

  failure(what: string): Promise<LabError> {
    return Promise.resolve(new LabError(`It ${what}.`));
  }

  kill(): Promise<void> {
    this.isToEnd = true;
    this.die('was killed');
    return Promise.resolve();
  }

  stop(): Promise<void> {
    return this.kill();
  }

  pause(): Promise<void> {
    this.isPaused = true;
    return Promise.resolve();
  }

  resume(): Promise<void> {
    this.isPaused = false;
    return Promise.resolve();
  }
}

/** A copy that is nowhere. */
export interface ScriptedCopy extends RunningCopy {
  readonly handle: ScriptedHandle;
}

/** Starts nothing, and writes down what it is asked to do. */
export class ScriptedHost implements Host<ScriptedCopy> {
  readonly needed = [];
  readonly keepsBalancers: boolean;
  /** What was done since it was read last. */
  #done: string[] = [];
  readonly #there = new Set<ScriptedCopy>();
  /** Each copy that is started has another place, and keeps it. */
  #places = 0;
  /** The copy that does not start. */
  broken: string | undefined;
  /** The copy that ends then. */
  dying: string | undefined;
  /** The copy that cannot be ended. */
  lasting: string | undefined;

  constructor({ keepsBalancers = false } = {}) {
    this.keepsBalancers = keepsBalancers;
  }

  /** The names of all that it has started and that has not been ended. */
  get there(): readonly string[] {
    return [...this.#there].filter(({ handle }) => handle.end === undefined).map(({ name }) => name);
  }

  done(): readonly string[] {
    const done = this.#done;
    this.#done = [];
    return done;
  }

  onStep = (): void => undefined;

  ask = (): Promise<never> => Promise.reject(new Error('Nobody answers here.'));

  check({ name }: Service): Promise<void> {
    return name === this.broken ? Promise.reject(new LabError(`There is no ${name}.`)) : Promise.resolve();
  }

  describe(service: Service, copy: Copy, _: ScriptedCopy, running: readonly ScriptedCopy[]): Promise<unknown> {
    return Promise.resolve(described(service, copy, running));
  }

  prepare(_: Service, { name }: Preparation): Promise<void> {
    this.#done.push(`does ${name}`);
    return Promise.resolve();
  }

  async start(service: Service, copy: Copy, running: readonly ScriptedCopy[]): Promise<ScriptedCopy> {
    this.#done.push(`starts ${copy.name}${inFront(service, running)}`);
    const told = await placesFor(service, running);
    const handle = new ScriptedHandle();
    const number = ++this.#places;
    const place = (): Promise<string> => Promise.resolve(`place ${number}`);
    const started = { ...copy, service, handle, described: described(service, copy, running), told, url: '', place };
    this.#there.add(started);
    if (copy.name !== this.broken) return started;
    for (const { name, handle } of this.#there) if (name === this.dying) handle.die('fell over');
    throw new LabError(`${copy.name} does not start.`);
  }

  async startAgain(copy: ScriptedCopy, running: readonly ScriptedCopy[]): Promise<ScriptedCopy> {
    this.#done.push(`starts ${copy.name} again`);
    const again = { ...copy, handle: new ScriptedHandle(), told: await placesFor(copy.service, running) };
    this.#there.add(again);
    return again;
  }

  async tell(balancer: ScriptedCopy, service: Service, running: readonly ScriptedCopy[]): Promise<ScriptedCopy> {
    this.#done.push(`tells ${balancer.name}${inFront(service, running)}`);
    const told = await placesFor(service, running);
    return { ...balancer, service, described: described(service, balancer, running), told };
  }

  controlAt({ name }: ScriptedCopy): string {
    return `http://${name}`;
  }

  flush({ name }: ScriptedCopy): Promise<void> {
    this.#done.push(`flushes ${name}`);
    return Promise.resolve();
  }

  async retire(copies: readonly ScriptedCopy[]): Promise<void> {
    for (const { name, handle } of copies) {
      this.#done.push(`retires ${name}`);
      await handle.kill();
    }
  }

  async endOthers(staying: readonly ScriptedCopy[]): Promise<void> {
    for (const { name, handle } of this.#there) {
      if (handle.end !== undefined || staying.some((copy) => copy.handle === handle)) continue;
      if (name === this.lasting) throw new LabError(`${name} cannot be ended.`);
      this.#done.push(`ends ${name}`);
      await handle.kill();
    }
  }
}

function inFront(service: Service, running: readonly ScriptedCopy[]): string {
  const names = frontedIn(running, service).map(({ name }) => name);
  return names.length === 0 ? '' : ` in front of ${names.join(', ')}`;
}

function described(service: Service, copy: Copy, running: readonly ScriptedCopy[]): unknown {
  const secret = (): string => 'secret';
  const copiesOf = (name: string) =>
    frontedIn(running, { fronts: [name] }).map((each) => ({ host: each.name, port: 1 }));
  const addressOf = (name: string) => ({ host: name, port: 1 });
  const place = { host: 'here', addressOf, port: 1, ports: {}, folder: '/files', data: '/data', lingerMs: 0 };
  const at: Place = { copy, ...place, secret, copiesOf, reached: () => ({ DATABASE_URL: 'postgres://here/data' }) };
  return [service.uses, service.environment(at), service.files(at)];
}
