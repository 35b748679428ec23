import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import Docker from 'dockerode';
import { chooseImages } from '../src/platforms/common/image-names.ts';
import { followProgress } from '../src/platforms/engine/progress-stream.ts';
import { savedImages } from '../src/platforms/engine/saved-images.ts';
import { openDocker } from '../test/conformance/docker-engine.ts';

/** How long it may take to answer, and to end. */
const limitMs = 60_000;
const lookEveryMs = 200;

/** So much of its log is shown where it does not start. */
const mostLogged = 2_000;

/**
 * A Docker Engine that nobody else uses, which may be restarted: with data, sockets and a containerd of its own, and its own networks and
 * mounts, so that the Engine of this machine neither sees it nor what it does to firewall rules. Linux and root are needed.
 */
export class OwnEngine implements AsyncDisposable {
  /** What leads the lab to it. */
  readonly environment: { readonly DOCKER_HOST: string };
  readonly #command: string;
  readonly #folder: string;
  /** Keeps its namespaces while the Engine is restarted. */
  readonly #holder: ChildProcess;
  readonly #docker: Docker;
  #engine: ChildProcess | undefined;

  private constructor(command: string, folder: string, holder: ChildProcess) {
    const socketPath = path.join(folder, 'docker.sock');
    this.environment = { DOCKER_HOST: `unix://${socketPath}` };
    this.#command = command;
    this.#folder = folder;
    this.#holder = holder;
    this.#docker = new Docker({ socketPath });
  }

  /**
   * Starts one, with the base images of the Engine that is there.
   * @param command `dockerd`, with what it needs on this machine; where its data are is told it besides
   */
  static async start(command: string): Promise<OwnEngine> {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'scale-lab-engine-'));
    const script = 'ip link set lo up && echo && exec sleep infinity';
    const holder = spawn('unshare', ['--net', '--mount', 'sh', '-c', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    });
    const own = new OwnEngine(command, folder, holder);
    try {
      // It says so once it has them: before that the Engine would be in those of everybody.
      const hasThem = once(holder.stdout, 'data').then(() => true);
      const isOver = once(holder, 'exit').then(() => false);
      if (!(await Promise.race([hasThem, isOver])))
        throw new Error('There are no namespaces for an Engine of its own.');
      await own.#start();
      await own.#bringImages();
      return own;
    } catch (error) {
      // What went wrong first is what is to be known.
      await own[Symbol.asyncDispose]().catch(() => undefined);
      throw error;
    }
  }

  /** Ends it as a service manager does, and starts it again. */
  async restart(): Promise<void> {
    await this.#stop();
    await this.#start();
  }

  async #start(): Promise<void> {
    const at = (name: string): string => path.join(this.#folder, name);
    const own = ['--host', this.environment.DOCKER_HOST, '--pidfile', at('pid'), '--exec-root', at('exec')];
    const told = [...own, '--data-root', at('data')];
    const inside = ['--target', String(this.#holder.pid), '--net', '--mount', 'sh', '-c'];
    await using log = await open(at('log'), 'a');
    const script = `exec ${this.#command} "$@"`;
    const engine = spawn('nsenter', [...inside, script, 'dockerd', ...told], {
      stdio: ['ignore', log.fd, log.fd],
      detached: true,
    });
    await once(engine, 'spawn');
    this.#engine = engine;
    const endMs = performance.now() + limitMs;
    while (!(await this.#answers())) {
      if (engine.exitCode !== null || engine.signalCode !== null || performance.now() > endMs)
        throw new Error(`The Engine does not start: ${(await readFile(at('log'), 'utf8')).slice(-mostLogged)}`);
      await pause(lookEveryMs);
    }
  }

  async #answers(): Promise<boolean> {
    try {
      await this.#docker.ping();
      return true;
    } catch {
      // There is no socket yet, or it is that of before.
      return false;
    }
  }

  async #bringImages(): Promise<void> {
    const there = await openDocker();
    const names = Object.values(chooseImages(process.env)).filter((name) => name !== undefined);
    const looked = names.map(async (name) => ((await isThere(there, name)) ? [name] : []));
    const { signal } = new AbortController();
    const archive = await savedImages({ docker: there }, (await Promise.all(looked)).flat(), signal);
    const answer = new Readable().wrap(await this.#docker.loadImage(archive));
    await followProgress(answer, () => undefined, signal);
  }

  async #stop(): Promise<void> {
    const engine = this.#engine;
    // Undefined where there was none.
    if (engine?.exitCode !== null || engine.signalCode !== null) return;
    const ended = once(engine, 'exit');
    engine.kill('SIGTERM');
    const isLate = Symbol('late');
    const waiting = new AbortController();
    const late = pause(limitMs, isLate, { signal: waiting.signal });
    if ((await Promise.race([ended, late])) === isLate) engine.kill('SIGKILL');
    waiting.abort();
    await Promise.allSettled([ended, late]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stop();
    // Its mounts go with the last process that sees them.
    if (this.#holder.kill('SIGKILL')) await once(this.#holder, 'exit');
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 500 });
  }
}

async function isThere(docker: Docker, name: string): Promise<boolean> {
  const found = await docker.listImages({ filters: { reference: [name] } });
  return found.length > 0;
}
