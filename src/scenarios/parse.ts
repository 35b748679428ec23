import { open } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { messageOf, UsageError } from '../model/errors.ts';
import { imageNames, type ScenarioFile } from '../model/scenario.ts';
import { table, text } from '../shapes/shapes.ts';
import type { Variables } from '../shapes/variables.ts';
import { commonKeys, defaultSettings, parseCommon } from './common-settings.ts';
import { parseScenario } from './parse-scenario.ts';
import { parseSuite } from './parse-suite.ts';
import { Reader } from './reader.ts';
import { ScenarioFileError, SourceText, type Problem } from './yaml/problem.ts';
import { field, type Branch, type Table } from './yaml/tree.ts';
import { growTree } from './yaml/yaml-tree.ts';

/** A scenario file, or everything that is wrong with it. */
export type ParsedScenarioFile =
  { readonly ok: true; readonly file: ScenarioFile } | { readonly ok: false; readonly problems: readonly Problem[] };

const fileKeys = ['version', 'defaults', 'images', 'scenarios', 'suites'];
const image = text('the image', 500);
const imagesSchema = table('images', Object.fromEntries(imageNames.map((name) => [name, image.optional()])));
const largestFile = 1_048_576;

/** Where a scenario file is, and what it can take from there. */
export interface FileContext {
  /** Commands run in it. Absolute. */
  readonly folder?: string;
  /** What its variables stand for. */
  readonly environment?: Variables;
}

/** Understands the text of a scenario file. `path` is what problems are said to be in. */
export function parseScenarioFile(
  text: string,
  path: string,
  { folder = '/', environment = {} }: FileContext = {},
): ParsedScenarioFile {
  const source = new SourceText(path, text.replace(/^\uFEFF/, ''));
  const reader = new Reader(source, folder, environment);
  const root = growTree(source.text, (place, fault) => reader.fault(place, fault));
  const file = root && parseFile(root, path, reader);
  const { problems } = reader;
  return file && problems.length === 0 ? { ok: true, file } : { ok: false, problems };
}

function parseFile(root: Branch, path: string, reader: Reader): ScenarioFile | undefined {
  const from = reader.table(withoutExtensions(root), 'the file', fileKeys);
  if (!from) return undefined;
  checkVersion(from, reader);
  const defaults = field(from, 'defaults')?.value;
  const table = defaults && reader.table(defaults, 'defaults', commonKeys);
  const common = table ? parseCommon(table, defaultSettings, reader) : defaultSettings;
  const scenarios = field(from, 'scenarios')?.value;
  if (!scenarios)
    reader.fault({ start: 0, end: 0 }, { sentence: 'the file has no scenarios', hint: 'scenarios: { … }' });
  const entries = (scenarios && reader.named(scenarios, 'scenarios')) ?? [];
  const outlines = entries.map((entry) => parseScenario(entry, common, reader));
  const suites = field(from, 'suites')?.value;
  return {
    path,
    images: reader.read(imagesSchema, field(from, 'images')?.value) ?? {},
    scenarios: outlines.flatMap(({ scenario }) => (scenario ? [scenario] : [])),
    suites: ((suites && reader.named(suites, 'suites')) ?? []).map((entry) => parseSuite(entry, outlines, reader)),
  };
}

/** Keys that begin with `x-` are the user's own, for anchors that several scenarios share. */
function withoutExtensions(root: Branch): Branch {
  if (root.kind !== 'table') return root;
  return { ...root, entries: root.entries.filter(({ key }) => !key.startsWith('x-')) };
}

function checkVersion(from: Table, reader: Reader): void {
  const version = field(from, 'version')?.value;
  if (version?.kind === 'leaf' && version.value === 1) return;
  const sentence = version ? 'this version of the format is not known' : 'the file has no version';
  reader.fault(version?.place ?? { start: 0, end: 0 }, { sentence, hint: 'write version: 1' });
}

/**
 * Reads and understands a scenario file, whose variables the environment holds; problems call it `shownAs`.
 * @throws {ScenarioFileError} with every problem of the file
 * @throws {UsageError} where it cannot be read
 */
export async function readScenarioFile(
  path: string,
  shownAs = path,
  environment: Variables = {},
): Promise<ScenarioFile> {
  const folder = dirname(resolve(path));
  const parsed = parseScenarioFile(await readText(path, shownAs), shownAs, { folder, environment });
  if (parsed.ok) return parsed.file;
  throw new ScenarioFileError(shownAs, parsed.problems);
}

async function readText(path: string, shownAs: string): Promise<string> {
  const bytes = await readBytes(path, shownAs);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new UsageError(`${shownAs} is not a text in UTF-8`, { hint: 'Save it as UTF-8.' });
  }
}

/** No more than is allowed is read, whatever the file says of its size: it may be a pipe or a device. */
async function readBytes(path: string, shownAs: string): Promise<Uint8Array> {
  try {
    await using file = await open(path);
    const buffer = new Uint8Array(largestFile + 1);
    let length = 0;
    for (;;) {
      const { bytesRead } = await file.read(buffer, length, buffer.length - length);
      length += bytesRead;
      if (length > largestFile) throw new UsageError(`${shownAs} is larger than 1 MB, which no scenario file is`);
      if (bytesRead === 0) return buffer.subarray(0, length);
    }
  } catch (error) {
    throw error instanceof UsageError ? error : unreadable(error, shownAs);
  }
}

function unreadable(error: unknown, shownAs: string): UsageError {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const hint = 'Name a scenario file with --file, or leave it out to use the shipped one.';
  if (code === 'ENOENT') return new UsageError(`There is no file ${shownAs}`, { hint, cause: error });
  if (code === 'EISDIR') return new UsageError(`${shownAs} is a folder, not a scenario file`, { hint, cause: error });
  return new UsageError(`${shownAs} cannot be read: ${messageOf(error)}`, { cause: error });
}
