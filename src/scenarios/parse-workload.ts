import type { Reader } from './reader.ts';
import type { RequestTemplate, Workload } from './scenario.ts';
import { suggestion } from './suggest.ts';
import { field, type Branch, type Entry, type Table } from './tree.ts';
import { keySchema, keysIn, requestSchema } from './workload.ts';

/** `workload:` and `keys:` of a scenario, which must fit together; nothing where one of them is wrong. */
export function parseWorkload(from: Table, reader: Reader): Workload | undefined {
  const list = field(from, 'workload')?.value;
  const items = list && reader.list(list, 'workload');
  const entries = keyEntries(field(from, 'keys'), reader);
  const requests = (items ?? []).map((item) => reader.read(requestSchema, item));
  const keys = entries.map(({ key, value }) => [key, reader.read(keySchema, value)] as const);
  if (items) {
    checkKeys(items, entries, reader);
    checkNames(items, requests, reader);
  }
  const read = requests.filter((request) => request !== undefined);
  if (!items || read.length < requests.length || keys.some(([, key]) => key === undefined)) return undefined;
  return { requests: read, keys: Object.fromEntries(keys.flatMap(([name, key]) => (key ? [[name, key]] : []))) };
}

function keyEntries(entry: Entry | undefined, reader: Reader): readonly Entry[] {
  return (entry && reader.named(entry.value, 'keys')) ?? [];
}

/** Every key that a request uses is defined, and every one that is defined is used. */
function checkKeys(items: readonly Branch[], entries: readonly Entry[], reader: Reader): void {
  const defined = entries.map((entry) => entry.key);
  const used = new Set<string>();
  for (const text of items.flatMap(textsOf)) {
    for (const { name, start, end } of keysIn(text.value)) {
      used.add(name);
      if (defined.includes(name)) continue;
      const hint = defined.length > 0 ? suggestion(name, defined) : `write keys: { ${name}: { uniform: 1000 } }`;
      reader.faultIn(text.branch, { sentence: `the key "${name}" is not defined`, hint, within: { start, end } });
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

/** The texts of a request in which keys are filled in, with their places. */
function textsOf(item: Branch): { readonly value: string; readonly branch: Branch }[] {
  if (item.kind !== 'table') return textsIn(item);
  const check = field(item, 'check')?.value;
  const contains = check?.kind === 'table' ? field(check, 'contains')?.value : undefined;
  const parts = [field(item, 'request')?.value, field(item, 'body')?.value, contains];
  return parts.flatMap((part) => (part ? textsIn(part) : []));
}

function textsIn(branch: Branch): { readonly value: string; readonly branch: Branch }[] {
  switch (branch.kind) {
    case 'leaf':
      return typeof branch.value === 'string' ? [{ value: branch.value, branch }] : [];
    case 'list':
      return branch.items.flatMap(textsIn);
    case 'table':
      return branch.entries.flatMap(({ value }) => textsIn(value));
  }
}
