import { LabError } from '../../../errors.ts';
import type { Environment } from '../../common/app-environment.ts';
import { type Printed, ProgramFailure, lastLines, requireProgram, runProgram } from './program.ts';

/** How the program that made a cluster puts an image onto its nodes. */
interface Command {
  readonly load: (image: string, cluster: string) => readonly string[];
  /** Asks which images the nodes have, a line each; left out where that is not cheap. */
  readonly list?: (cluster: string) => readonly string[];
  /** Tells a failure that the exit code keeps to itself. */
  readonly hasFailed?: (printed: Printed) => boolean;
  readonly install: string;
  /** The command line that shows whether the cluster is there. */
  readonly look: (cluster: string) => string;
}

const commands = {
  minikube: {
    load: (image, cluster) => ['image', 'load', image, '--profile', cluster],
    list: (cluster) => ['image', 'ls', '--profile', cluster],
    install: 'Install it: brew install minikube, or minikube.sigs.k8s.io/docs/start',
    look: (cluster) => `minikube status --profile ${cluster}`,
  },
  kind: {
    load: (image, cluster) => ['load', 'docker-image', image, '--name', cluster],
    install: 'Install it: brew install kind, or kind.sigs.k8s.io/docs/user/quick-start',
    look: () => 'kind get clusters',
  },
  k3d: {
    load: (image, cluster) => ['image', 'import', image, '--cluster', cluster],
    // k3d ends with zero when it could not import: github.com/k3d-io/k3d/issues/1484
    hasFailed: ({ output, errors }) => /^(ERRO|FATA)\b|level=(error|fatal)/m.test(`${output}\n${errors}`),
    install: 'Install it: brew install k3d, or k3d.io',
    look: () => 'k3d cluster list',
  },
} as const satisfies Readonly<Record<string, Command>>;

/** The programs that load images onto the nodes of the clusters that they make. */
export type LoaderName = keyof typeof commands;

/** Puts images of the local Engine onto the nodes of one cluster. */
export class Loader {
  readonly #name: LoaderName;
  readonly #command: Command;
  readonly #path: string;
  readonly #cluster: string;
  readonly #environment: Environment;

  private constructor(name: LoaderName, path: string, cluster: string, environment: Environment) {
    this.#name = name;
    this.#command = commands[name];
    this.#path = path;
    this.#cluster = cluster;
    this.#environment = environment;
  }

  /** @throws {LabError} where the program is not installed, with where to get it */
  static async open(name: LoaderName, cluster: string, environment: Environment): Promise<Loader> {
    return new Loader(name, await requireProgram(name, commands[name].install, environment), cluster, environment);
  }

  /** The images that the nodes have, as far as they can be asked. */
  async listed(signal: AbortSignal): Promise<(image: string) => boolean> {
    const { list } = this.#command;
    if (list === undefined) return () => false;
    try {
      const { output } = await this.#run(list(this.#cluster), signal);
      const names = new Set(output.split('\n').map((line) => line.trim()));
      return (image) => fullNames(image).some((name) => names.has(name));
    } catch (error) {
      if (!(error instanceof ProgramFailure)) throw error;
      // Why it does not answer is what the load that follows will say.
      return () => false;
    }
  }

  /**
   * Loads one image.
   * @throws {LabError} with what the program said, where it did not get there
   */
  async load(image: string, signal: AbortSignal): Promise<void> {
    let printed: Printed;
    try {
      printed = await this.#run(this.#command.load(image, this.#cluster), signal);
    } catch (error) {
      if (error instanceof ProgramFailure) throw this.#failure(image, error.printed, error);
      throw error;
    }
    // minikube ends with zero when it could not load, too: github.com/kubernetes/minikube/issues/23471
    const isThere = this.#command.list === undefined || (await this.listed(signal))(image);
    if (!isThere || this.#command.hasFailed?.(printed) === true) throw this.#failure(image, printed);
  }

  #run(args: readonly string[], signal: AbortSignal): Promise<Printed> {
    return runProgram(this.#path, args, { environment: this.#environment }, signal);
  }

  #failure(image: string, printed: Printed, cause?: unknown): LabError {
    return new LabError(`${this.#name} could not load ${image} into the cluster ${this.#cluster}.`, {
      hint: `See whether the cluster is there and has room: ${this.#command.look(this.#cluster)}`,
      details: lastLines(printed),
      cause,
    });
  }
}

/** Whether a cluster is made by a program that loads images. */
export function isLoaderName(name: string): name is LoaderName {
  return Object.hasOwn(commands, name);
}

/** How container runtimes may call an image: Docker's short names are long ones elsewhere. */
function fullNames(image: string): readonly string[] {
  return [image, `docker.io/library/${image}`, `docker.io/${image}`, `localhost/${image}`];
}
