import { extract, pack } from 'tar-stream';
import { expect, test } from 'vitest';
import { nameAlso } from './archive-names.ts';

const nameKey = 'io.containerd.image.name';

/** What is in an archive, by name, after it was given other names. */
async function renamed(
  files: Readonly<Record<string, string>>,
  names: ReadonlyMap<string, string | undefined>,
): Promise<ReadonlyMap<string, string>> {
  const archive = pack();
  for (const [name, text] of Object.entries(files)) archive.entry({ name }, text);
  archive.finalize();
  const read = new Map<string, string>();
  const entries = extract().on('entry', ({ name }, content, next) => {
    content.setEncoding('utf8').on('data', (text: string) => read.set(name, (read.get(name) ?? '') + text));
    content.on('end', next);
  });
  for await (const chunk of nameAlso(names)(archive)) entries.write(chunk);
  await new Promise((resolve) => entries.end(resolve));
  return read;
}

const parsed = (text = ''): unknown => JSON.parse(text);

test('an image in an archive gets another name besides its own, in both of its lists, and nothing else is changed', async () => {
  const layer = 'x'.repeat(100_000);
  const redis = { Config: 'a.json', RepoTags: ['redis:8'], Layers: ['l'] };
  const nginx = { Config: 'b.json', RepoTags: ['mine/nginx:1'], Layers: ['l'] };
  const nameless = { Config: 'c.json', RepoTags: null, Layers: [] };
  const described = (name: string) => ({ digest: `of ${name}`, size: 1, annotations: { [nameKey]: name, other: 'o' } });
  const manifests = [described('docker.io/library/redis:8'), described('docker.io/mine/nginx:1'), { digest: 'c' }];
  const files = {
    'blobs/layer': layer,
    'index.json': JSON.stringify({ schemaVersion: 2, manifests }),
    'manifest.json': JSON.stringify([redis, nginx, nameless]),
    'oci-layout': '{}',
  };
  const read = await renamed(
    files,
    new Map([
      ['redis:8', 'docker.io/lab/loaded:1'],
      ['mine/nginx:1', undefined],
    ]),
  );
  expect([...read.keys()]).toEqual(Object.keys(files));
  expect(read.get('blobs/layer')).toBe(layer);
  expect(parsed(read.get('manifest.json'))).toEqual([
    { ...redis, RepoTags: ['redis:8', 'docker.io/lab/loaded:1'] },
    nginx,
    { ...nameless, RepoTags: [] },
  ]);
  const again = {
    ...described('docker.io/library/redis:8'),
    annotations: { [nameKey]: 'docker.io/lab/loaded:1', other: 'o' },
  };
  expect(parsed(read.get('index.json'))).toEqual({ schemaVersion: 2, manifests: [...manifests, again] });
});

test('an archive that is none fails whoever reads it', async () => {
  await expect(renamed({ 'manifest.json': 'nothing' }, new Map())).rejects.toThrow();
});
