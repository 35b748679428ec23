import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pack } from 'tar-stream';
import { step, type OnStep } from '../../model/steps.ts';
import { type Programs, inImage } from '../common/programs.ts';
import { type Image, findImage } from './base-images.ts';
import type { Engine } from './engine.ts';
import { label } from './labels.ts';
import { followProgress } from './progress-stream.ts';
import { refusal } from './refusal.ts';

export { inImage };

const repository = 'scale-lab';

/** What the image is made of: files by name. */
type Context = ReadonlyMap<string, Buffer>;

// Owner and group by number: a base image need not know them by name.
const dockerfile = (base: string, host: string): string => `FROM ${base}
LABEL ${label.image}=true ${label.host}="${host}"
USER 1000:1000
WORKDIR /scale-lab
COPY *.mjs /scale-lab/
ENTRYPOINT ["node"]
`;

/** An image as it is to be, named by its content: the base image and every file. */
export interface LabImage {
  readonly tag: string;
  readonly context: Context;
}

/** Reads the programs, and names the image that they make on a base. */
export async function describeLabImage(base: Image, programs: Programs, host: string): Promise<LabImage> {
  const context: Context = new Map([
    ['Dockerfile', Buffer.from(dockerfile(base.name, host))],
    [inImage.app, await readFile(programs.app)],
    [inImage.worker, await readFile(programs.worker)],
    [inImage.agent, await readFile(programs.agent)],
    [inImage.link, await readFile(programs.link)],
  ]);
  const hash = createHash('sha256').update(base.id);
  for (const [name, content] of context) hash.update(`\0${name}\0${content.length}\0`).update(content);
  return { tag: `${repository}:${hash.digest('hex').slice(0, 16)}`, context };
}

/** Builds the image unless it is there: one small layer, without a network. Returns its name. */
export async function ensureLabImage(
  engine: Engine,
  image: LabImage,
  labels: Readonly<Record<string, string>>,
  onStep: OnStep,
  signal: AbortSignal,
): Promise<string> {
  const { tag, context } = image;
  if ((await findImage(engine, tag, signal)) !== undefined) return tag;
  try {
    await step(onStep, `the image ${tag} is built`, async () => {
      const stream = await engine.docker.buildImage(archive(context), {
        t: tag,
        labels,
        networkmode: 'none',
        rm: true,
        forcerm: true,
        abortSignal: signal,
      });
      await followProgress(new Readable().wrap(stream), () => undefined, signal);
    });
  } catch (error) {
    signal.throwIfAborted();
    throw refusal(`The image ${tag} cannot be built`, error);
  }
  return tag;
}

function archive(context: Context): Readable {
  const tar = pack();
  for (const [name, content] of context) tar.entry({ name, mode: 0o644, mtime: new Date(0) }, content);
  tar.finalize();
  return tar;
}
