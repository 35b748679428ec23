import type { Environment } from '../../../machine/environment.ts';
import { type Printed, ProgramFailure, requireProgram, runProgram } from '../../../machine/program.ts';
import { type ImageSource, type Loader, type WantedImage, loadFailure } from './loader-contract.ts';

/** How the program that made a cluster takes images from the Engine by itself, and puts them onto its nodes. */
export interface Command {
  readonly load: (images: readonly string[], cluster: string) => readonly string[];
  /** Tells a failure that the exit code keeps to itself. */
  readonly hasFailed?: (printed: Printed) => boolean;
  readonly install: string;
  /** The command line that shows whether the cluster is there. */
  readonly look: string;
}

/** The commands of kind and k3d. */
export const commands = {
  kind: {
    load: (images, cluster) => ['load', 'docker-image', ...images, '--name', cluster],
    install: 'Install it: brew install kind, or kind.sigs.k8s.io/docs/user/quick-start',
    look: 'kind get clusters',
  },
  k3d: {
    load: (images, cluster) => ['image', 'import', ...images, '--cluster', cluster],
    // k3d ends with zero when it could not import: github.com/k3d-io/k3d/issues/1484
    hasFailed: ({ output, errors }) => /^(ERRO|FATA)\b|level=(error|fatal)/m.test(`${output}\n${errors}`),
    install: 'Install it: brew install k3d, or k3d.io',
    look: 'k3d cluster list',
  },
} as const satisfies Readonly<Record<string, Command>>;

/** Loads images by one command, which passes over what is there by itself. */
export class CommandLoader implements Loader {
  readonly #name: string;
  readonly #command: Command;
  readonly #path: string;
  readonly #cluster: string;
  readonly #environment: Environment;

  private constructor(name: string, command: Command, path: string, cluster: string, environment: Environment) {
    this.#name = name;
    this.#command = command;
    this.#path = path;
    this.#cluster = cluster;
    this.#environment = environment;
  }

  /** @throws {LabError} where the program is not installed */
  static async open(name: string, command: Command, cluster: string, environment: Environment): Promise<CommandLoader> {
    const path = await requireProgram(name, command.install, environment);
    return new CommandLoader(name, command, path, cluster, environment);
  }

  /** All of them: asking would not be cheap. */
  async missing(images: readonly WantedImage[]): Promise<readonly WantedImage[]> {
    return Promise.resolve(images);
  }

  async load(images: readonly WantedImage[], _source: ImageSource, signal: AbortSignal): Promise<void> {
    const names = images.map(({ name }) => name);
    const { look, load, hasFailed } = this.#command;
    const target = { program: this.#name, cluster: this.#cluster, look };
    let printed: Printed;
    try {
      printed = await runProgram(this.#path, load(names, this.#cluster), { environment: this.#environment }, signal);
    } catch (error) {
      if (error instanceof ProgramFailure) throw loadFailure(names, target, error.printed, error);
      throw error;
    }
    if (hasFailed?.(printed) === true) throw loadFailure(names, target, printed);
  }
}
