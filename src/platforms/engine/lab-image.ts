import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { pack } from 'tar-stream';
import { unlessAborted } from '../../machine/time-limit.ts';
import { step, type OnStep } from '../../model/steps.ts';
import { type Programs, inImage } from '../common/programs.ts';
import { type Image, findImage } from './base-images.ts';
import type { Engine } from './engine.ts';
import { type Labels, label } from './labels.ts';
import { inTime, refusal } from './refusal.ts';

export { inImage };

const repository = 'scale-lab';

/** Where the programs lie, and are started. */
const folder = 'scale-lab';

// Owner and group by number: a base image need not know them by name.
const settings = { User: '1000:1000', WorkingDir: `/${folder}`, Entrypoint: ['node'] };

/** An image as it is to be, named by its content: the base image and every file. */
export interface LabImage {
  readonly name: string;
  readonly base: string;
  /** By name. */
  readonly files: ReadonlyMap<string, Buffer>;
}

/** Reads the programs, and names the image that they make on a base. */
export async function describeLabImage(base: Image, programs: Programs, host: string): Promise<LabImage> {
  const files = new Map([
    [inImage.app, await readFile(programs.app)],
    [inImage.worker, await readFile(programs.worker)],
    [inImage.agent, await readFile(programs.agent)],
    [inImage.link, await readFile(programs.link)],
  ]);
  const hash = createHash('sha256').update(JSON.stringify([base.id, host, settings]));
  for (const [name, content] of files) hash.update(`\0${name}\0${content.length}\0`).update(content);
  return { name: `${repository}:${hash.digest('hex').slice(0, 16)}`, base: base.name, files };
}

/** Builds the image unless it is there: one small layer. Returns its name. @param labels those of the run that it is built for */
export async function ensureLabImage(
  engine: Engine,
  image: LabImage,
  labels: Labels,
  onStep: OnStep,
  signal: AbortSignal,
): Promise<string> {
  const { name } = image;
  if ((await findImage(engine, name, signal)) !== undefined) return name;
  try {
    await step(onStep, `the image ${name} is built`, () => build(engine, image, labels, signal));
  } catch (error) {
    signal.throwIfAborted();
    throw refusal(`The image ${name} cannot be built`, error);
  }
  return name;
}

/**
 * Puts the files into a container that never runs, and makes an image of that. By a Dockerfile an Engine that does so itself makes a
 * container for each line, and compares all of its files with those of the line before.
 */
async function build(
  { docker }: Engine,
  { name, base, files }: LabImage,
  labels: Labels,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  const HostConfig = { NetworkMode: 'none' };
  // Not broken off by the signal: nobody would know whether to remove it.
  const container = await inTime(
    docker.createContainer({ Image: base, ...settings, Labels: { ...labels }, HostConfig }),
  );
  const remove = async (): Promise<unknown> => inTime(container.remove({ force: true, v: true }));
  try {
    await unlessAborted(container.putArchive(archive(files), { path: '/' }), signal);
    // The container is the run's, and removed where that was killed; the image stays.
    const changes = `LABEL ${label.image}=true ${label.owner}=""`;
    await unlessAborted(container.commit({ repo: repository, tag: name.split(':')[1], changes, pause: false }), signal);
  } catch (error) {
    // What went wrong first is what the user has to know; the next run removes the container.
    await remove().catch(() => undefined);
    throw error;
  }
  await remove();
}

function archive(files: LabImage['files']): NodeJS.ReadableStream {
  const tar = pack();
  const mtime = new Date(0);
  tar.entry({ name: folder, type: 'directory', mode: 0o755, mtime });
  for (const [name, content] of files) tar.entry({ name: `${folder}/${name}`, mode: 0o644, mtime }, content);
  tar.finalize();
  return tar;
}
