import { z } from 'zod';
import type { Environment } from '../../../machine/environment.ts';
import { type Printed, ProgramFailure, requireProgram, runProgram } from '../../../machine/program.ts';
import { withArchive } from './image-archive.ts';
import { fullName } from './image-name.ts';
import { type ImageSource, type Loader, type WantedImage, loadFailure } from './loader-contract.ts';

/** What `minikube image ls --format json` tells of an image of the nodes. */
const listedSchema = z
  .array(
    z.object({
      id: z.string(),
      repoDigests: z.array(z.string()).nullish(),
      repoTags: z.array(z.string()).nullish(),
    }),
  )
  .nullable();

type Listed = NonNullable<z.infer<typeof listedSchema>>;

/** Where minikube puts an archive on a node to load it from, and leaves it. */
const archivesOnNode = '/var/lib/minikube/images';

/**
 * Loads images onto minikube's nodes, all in one archive: by their names minikube compresses each anew, which takes several times
 * as long. What is loaded gets a second name, which says which image of the Engine it is: the ids that nodes and Engine give an
 * image are not the same, and its name may have been another's.
 */
export class MinikubeLoader implements Loader {
  readonly #path: string;
  readonly #profile: string;
  readonly #environment: Environment;

  private constructor(path: string, profile: string, environment: Environment) {
    this.#path = path;
    this.#profile = profile;
    this.#environment = environment;
  }

  /** @throws {LabError} where minikube is not installed, with where to get it */
  static async open(profile: string, environment: Environment): Promise<Loader> {
    const install = 'Install it: brew install minikube, or minikube.sigs.k8s.io/docs/start';
    return new MinikubeLoader(await requireProgram('minikube', install, environment), profile, environment);
  }

  async missing(images: readonly WantedImage[], signal: AbortSignal): Promise<readonly WantedImage[]> {
    const listed = await this.#list(signal);
    return images.filter((image) => !listed.some((candidate) => isSame(candidate, image)));
  }

  async load(images: readonly WantedImage[], source: ImageSource, signal: AbortSignal): Promise<void> {
    const names = new Map(images.map(({ name, id }) => [name, id === undefined ? undefined : markOf(id)]));
    const failure = (printed: Printed, cause?: unknown) => {
      const target = {
        program: 'minikube',
        cluster: this.#profile,
        look: `minikube status --profile ${this.#profile}`,
      };
      return loadFailure([...names.keys()], target, printed, cause);
    };
    const printed = await withArchive(source, names, signal, async (archive) => {
      try {
        return await this.#run(['image', 'load', archive], signal);
      } catch (error) {
        throw error instanceof ProgramFailure ? failure(error.printed, error) : error;
      } finally {
        await this.#forget(archive);
      }
    });
    // minikube ends with zero when it could not load, too: github.com/kubernetes/minikube/issues/23471
    if ((await this.missing(images, signal)).length > 0) throw failure(printed);
  }

  /** Which images the nodes have; none where minikube does not say: why, the load that follows will. */
  async #list(signal: AbortSignal): Promise<Listed> {
    try {
      const { output } = await this.#run(['image', 'ls', '--format', 'json'], signal);
      return listedSchema.parse(JSON.parse(output)) ?? [];
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof ProgramFailure || error instanceof SyntaxError || error instanceof z.ZodError) return [];
      throw error;
    }
  }

  /** Removes the archive from the node, which has loaded it, or never will; one that stays goes with the node. */
  async #forget(archive: string): Promise<void> {
    const file = `${archivesOnNode}/${archive.slice(archive.lastIndexOf('/') + 1)}`;
    const removing = this.#run(['ssh', '--', 'sudo', 'rm', '-f', file], AbortSignal.timeout(10_000));
    await removing.catch(() => undefined);
  }

  #run(args: readonly string[], signal: AbortSignal): Promise<Printed> {
    const [command = '', ...others] = args;
    const whole = [command, '--profile', this.#profile, ...others];
    return runProgram(this.#path, whole, { environment: this.#environment }, signal);
  }
}

/** The second name of an image that was loaded from an Engine: its id there. */
function markOf(id: string): string {
  return `docker.io/scale-lab/loaded:${digestOf(id)}`;
}

/** Whether it is that image of the Engine: by its mark, by its id, or by the digest under which both have pulled it. */
function isSame({ id, repoTags, repoDigests }: Listed[number], image: WantedImage): boolean {
  const tags = repoTags ?? [];
  const names = [image.name, fullName(image.name), `localhost/${image.name}`];
  if (!tags.some((tag) => names.includes(tag))) return false;
  if (image.id === undefined) return true;
  const digest = digestOf(image.id);
  return (
    tags.includes(markOf(image.id)) ||
    digestOf(id) === digest ||
    (repoDigests ?? []).some((pulled) => pulled.endsWith(`@sha256:${digest}`))
  );
}

function digestOf(id: string): string {
  return id.replace(/^sha256:/, '');
}
