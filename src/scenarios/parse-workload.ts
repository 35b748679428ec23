import type { RequestTemplate, Workload } from '../model/workload.ts';
import type { Extent, Fault } from '../shapes/fault.ts';
import { suggestion } from '../shapes/suggest.ts';
import { jsonOf } from './json-body.ts';
import type { Reader } from './reader.ts';
import { keySchema, keysIn, requestSchema } from './schema/workload.ts';
import { headerValueFaults, variableFaults } from './variable-check.ts';
import { field, type Branch, type Entry, type Table } from './yaml/tree.ts';

/** `workload:` and `keys:` of a scenario, which must fit together; nothing where one of them is wrong. */
export function parseWorkload(from: Table, reader: Reader): Workload | undefined {
  const list = field(from, 'workload')?.value;
  const items = list && reader.list(list, 'workload');
  const entries = keyEntries(field(from, 'keys'), reader);
  const requests = (items ?? []).map((item) => parseRequest(item, reader));
  const keys = entries.map(({ key, value }) => [key, reader.read(keySchema, value)] as const);
  if (items) {
    checkKeys(items, entries, reader);
    checkVariables(items, reader);
    checkNames(items, requests, reader);
  }
  const read = requests.filter((request) => request !== undefined);
  if (!items || read.length < requests.length || keys.some(([, key]) => key === undefined)) return undefined;
  return { requests: read, keys: Object.fromEntries(keys.flatMap(([name, key]) => (key ? [[name, key]] : []))) };
}

/** Texts that are sent as they are written. */
const sent = ['request', 'headers', 'check.contains'];

/** A body that is a text is sent as it is, and a map or a list as JSON. */
function parseRequest(item: Branch, reader: Reader): RequestTemplate | undefined {
  if (item.kind !== 'table') return reader.read(requestSchema, item, ['']);
  if (isTold(writtenSlip(item), reader)) return undefined;
  const body = field(item, 'body')?.value;
  if (!body || body.kind === 'leaf') return reader.read(requestSchema, item, [...sent, ...textBody(body)]);
  const json = { kind: 'leaf', value: jsonOf(body, reader), style: 'plain', place: body.place } as const;
  const entries = item.entries.map((entry) => (entry.key === 'body' ? { ...entry, value: json } : entry));
  const request = reader.read(requestSchema, { ...item, entries }, [...sent, 'body']);
  if (!request) return undefined;
  const typed = Object.keys(request.headers).some((name) => name.toLowerCase() === 'content-type');
  const headers = typed ? request.headers : { 'content-type': 'application/json', ...request.headers };
  return { ...request, headers, json: true };
}

/** A slip in the writing of a request: YAML has made a map of what was to be a text. */
function writtenSlip(item: Table): { readonly place: Extent; readonly fault: Fault } | undefined {
  const line = item.entries.find(({ key }) => /^[A-Z]+ \S/.test(key));
  if (line && !field(item, 'request')) {
    const hint = `write request: ${line.key} and, below it, what belongs to it; a path with a colon and a space needs quotes`;
    return { place: line.keyPlace, fault: { sentence: 'a request with more than one line is a map', hint } };
  }
  const braced = ['headers', 'body', 'check'].flatMap((key) => {
    const value = field(item, key)?.value;
    return value ? bracedKeys(value) : [];
  })[0];
  const [entry] = braced?.entries ?? [];
  if (!braced || !entry) return undefined;
  return { place: braced.place, fault: { sentence: 'a key in braces needs quotes', hint: `write '{${entry.key}}'` } };
}

/** Maps like `{user}`: one name, of which nothing is said. */
function bracedKeys(branch: Branch): readonly Table[] {
  if (branch.kind === 'leaf') return [];
  if (branch.kind === 'list') return branch.items.flatMap(bracedKeys);
  const [entry, ...others] = branch.entries;
  const isAlone = entry && others.length === 0 && entry.value.place.start === entry.keyPlace.start;
  const isBraced = isAlone && branch.place.start < entry.keyPlace.start;
  return isBraced ? [branch] : branch.entries.flatMap(({ value }) => bracedKeys(value));
}

function isTold(slip: ReturnType<typeof writtenSlip>, reader: Reader): boolean {
  if (slip) reader.fault(slip.place, slip.fault);
  return slip !== undefined;
}

/** A number alone is neither a text nor JSON that anyone means. */
function textBody(body: Branch | undefined): readonly string[] {
  return body?.kind === 'leaf' && typeof body.value === 'string' ? ['body'] : [];
}

function keyEntries(entry: Entry | undefined, reader: Reader): readonly Entry[] {
  return (entry && reader.named(entry.value, 'keys')) ?? [];
}

/** Every key that a request uses is defined, and every one that is defined is used. */
function checkKeys(items: readonly Branch[], entries: readonly Entry[], reader: Reader): void {
  const defined = entries.map((entry) => entry.key);
  const used = new Set<string>();
  for (const { text, tell } of items.flatMap((item) => textsOf(item, reader))) {
    for (const { name, start, end } of keysIn(text)) {
      used.add(name);
      if (defined.includes(name)) continue;
      const hint = defined.length > 0 ? suggestion(name, defined) : `write keys: { ${name}: { uniform: 1000 } }`;
      tell({ sentence: `the key "${name}" is not defined`, hint, within: { start, end } });
    }
  }
  for (const { key, keyPlace } of entries) {
    if (!used.has(key)) {
      reader.fault(keyPlace, {
        sentence: `no request uses the key "${key}"`,
        hint: `{${key}} in a path stands for it`,
      });
    }
  }
}

/** A name that is given belongs to one request; those that have none may say the same, and are told as one. */
function checkNames(
  items: readonly Branch[],
  requests: readonly (RequestTemplate | undefined)[],
  reader: Reader,
): void {
  for (const [index, item] of items.entries()) {
    const given = item.kind === 'table' ? field(item, 'name')?.value : undefined;
    const name = requests[index]?.name;
    if (!given || !requests.some((other, place) => place !== index && other?.name === name)) continue;
    reader.fault(given.place, {
      sentence: `another request is called "${name ?? ''}"`,
      hint: 'claims and results tell requests apart by their names',
    });
  }
}

/** Every variable that a request uses has a value, and one that can be sent there. */
function checkVariables(items: readonly Branch[], reader: Reader): void {
  const { environment } = reader;
  for (const { text, isHeader, tell } of items.flatMap((item) => textsOf(item, reader))) {
    variableFaults(text, environment).forEach(tell);
    if (isHeader) headerValueFaults(text, environment).forEach(tell);
  }
}

/** A text in which keys and variables are filled in. */
interface FilledText {
  readonly text: string;
  readonly isHeader: boolean;
  /** Tells what is wrong with it, at its place. */
  readonly tell: (fault: Fault) => void;
}

function textsOf(item: Branch, reader: Reader): readonly FilledText[] {
  if (item.kind !== 'table') return textsIn(item, reader);
  const check = field(item, 'check')?.value;
  const contains = check?.kind === 'table' ? field(check, 'contains')?.value : undefined;
  const headers = field(item, 'headers')?.value;
  const values = headers?.kind === 'table' ? headers.entries.map(({ value }) => value) : [];
  const parts = [field(item, 'request')?.value, field(item, 'body')?.value, contains];
  return [
    ...parts.flatMap((part) => (part ? textsIn(part, reader) : [])),
    ...values.flatMap((value) => textsIn(value, reader, true)),
  ];
}

function textsIn(branch: Branch, reader: Reader, isHeader = false): readonly FilledText[] {
  switch (branch.kind) {
    case 'leaf':
      if (typeof branch.value !== 'string') return [];
      return [{ text: branch.value, isHeader, tell: (fault) => reader.faultIn(branch, fault) }];
    case 'list':
      return branch.items.flatMap((item) => textsIn(item, reader));
    case 'table':
      return branch.entries.flatMap(({ key, keyPlace, value }) => [
        { text: key, isHeader, tell: (fault) => reader.fault(keyPlace, fault) },
        ...textsIn(value, reader),
      ]);
  }
}
