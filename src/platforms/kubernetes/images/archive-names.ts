import type { Readable } from 'node:stream';
import { json } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { type Headers, type Pack, extract, pack } from 'tar-stream';
import { z } from 'zod';
import { fullName } from './image-name.ts';

/** As `docker save` has always written it. */
const manifestSchema = z.array(z.looseObject({ RepoTags: z.array(z.string()).nullable() }));

const nameAnnotation = 'io.containerd.image.name';
/** As Docker 25 and later write it besides: the layout of the Open Container Initiative. */
const indexSchema = z.looseObject({
  manifests: z.array(z.looseObject({ annotations: z.record(z.string(), z.string()).optional() })),
});

/** The second name of an image, by the first. */
type Also = (name: string) => readonly string[];

const rewriting: Readonly<Record<string, (content: unknown, also: Also) => unknown>> = {
  'manifest.json': (content, also) =>
    manifestSchema.parse(content).map((image) => {
      const tags = image.RepoTags ?? [];
      return { ...image, RepoTags: [...tags, ...tags.flatMap(also)] };
    }),
  'index.json': (content, also) => {
    const index = indexSchema.parse(content);
    const others = index.manifests.flatMap((image) =>
      also(image.annotations?.[nameAnnotation] ?? '').map((name) => ({
        ...image,
        annotations: { ...image.annotations, [nameAnnotation]: name },
      })),
    );
    return { ...index, manifests: [...index.manifests, ...others] };
  },
};

/**
 * Gives images in an archive of `docker save` another name besides theirs, as it goes by: whoever loads it has both, or none.
 * @param names the other name of each image; none for one that is to stay as it is
 */
export function nameAlso(
  names: ReadonlyMap<string, string | undefined>,
): (archive: AsyncIterable<Buffer>) => AsyncIterable<Buffer> {
  const others = new Map([...names].map(([name, other]) => [fullName(name), other]));
  const also: Also = (name) => [others.get(fullName(name)) ?? []].flat();
  return (archive) => {
    const rewritten = pack();
    rewrite(archive, rewritten, also).catch((error: unknown) =>
      rewritten.destroy(error instanceof Error ? error : new Error(String(error))),
    );
    return rewritten;
  };
}

async function rewrite(archive: AsyncIterable<Buffer>, into: Pack, also: Also): Promise<void> {
  const entries = extract();
  entries.on('entry', (header, content, next) => {
    put(header, content).then(() => next(), next);
  });
  await pipeline(archive, entries);
  into.finalize();

  async function put(header: Headers, content: Readable): Promise<void> {
    const change = rewriting[header.name];
    if (change === undefined) return pipeline(content, into.entry(header));
    const { size: _, ...others } = header;
    into.entry(others, JSON.stringify(change(await json(content), also)));
  }
}
