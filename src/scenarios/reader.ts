import type { z } from 'zod';
import type { Extent, Fault } from '../shapes/fault.ts';
import { faultOf, unknownKey } from '../shapes/shapes.ts';
import type { Variables } from '../shapes/variables.ts';
import { Settings } from './settings.ts';
import { SourceText, type Problem } from './yaml/problem.ts';
import { placeWithin } from './yaml/text-places.ts';
import { follow, plainOf, type Branch, type Entry, type Table } from './yaml/tree.ts';

/** Reads the branches of a file as what they should be, and collects what is wrong with it. */
export class Reader {
  /** Where the file is: commands run in there. Absolute. */
  readonly folder: string;
  /** What variables in the file stand for. */
  readonly environment: Variables;
  readonly #source: SourceText;
  readonly #problems = new Map<string, { readonly at: number; readonly problem: Problem }>();

  constructor(source: SourceText, folder: string, environment: Variables) {
    this.#source = source;
    this.folder = folder;
    this.environment = environment;
  }

  /** In the order of the file. */
  get problems(): readonly Problem[] {
    const found = [...this.#problems.values()];
    return found.sort((a, b) => a.at - b.at).map(({ problem }) => problem);
  }

  /** Something is wrong at that place. What stands behind an anchor is told once, however often it is used. */
  fault(place: Extent, fault: Fault): void {
    const key = `${place.start} ${fault.sentence}`;
    if (!this.#problems.has(key)) {
      this.#problems.set(key, { at: place.start, problem: this.#source.problem(place, fault) });
    }
  }

  /** Something is wrong with a value, or with the part of its text that the fault names. */
  faultIn(branch: Branch, fault: Fault): void {
    const { within } = fault;
    this.fault(within && branch.kind === 'leaf' ? placeWithin(this.#source.text, branch, within) : branch.place, fault);
  }

  /**
   * The value as a schema understands it; nothing if there is none or it is wrong, which is told. A setting may be a variable,
   * whose value it is then; texts at the paths of `asWritten` are left as they are, and numbers there are texts.
   */
  read<T>(schema: z.ZodType<T>, branch: Branch | undefined, asWritten: readonly string[] = []): T | undefined {
    if (branch === undefined) return undefined;
    const settings = new Settings(this.environment, asWritten, (leaf, fault) => this.faultIn(leaf, fault));
    const filled = settings.fill(branch);
    if (settings.isMissing) return undefined;
    const result = schema.safeParse(plainOf(filled));
    if (result.success) return result.data;
    for (const issue of result.error.issues) {
      const { path, onKey, ...read } = faultOf(issue);
      const fault = settings.masked(read);
      const found = follow(branch, path);
      if (onKey) this.fault(found.keyPlace, fault);
      else this.faultIn(found.branch, fault);
    }
    return undefined;
  }

  /** The entries of a map with known keys. */
  table(branch: Branch, noun: string, keys: readonly string[]): Table | undefined {
    if (branch.kind !== 'table') {
      this.fault(branch.place, { sentence: `${noun} must be a map`, hint: `its keys are: ${keys.join(', ')}` });
      return undefined;
    }
    for (const { key, keyPlace } of branch.entries) {
      if (!keys.includes(key)) this.fault(keyPlace, unknownKey(key, noun, keys));
    }
    return branch;
  }

  /** The entries of a map whose keys are names of the user's choice; `wrongIn` says what is wrong with one. */
  named(branch: Branch, noun: string, wrongIn = nameFault): readonly Entry[] | undefined {
    if (branch.kind !== 'table' || branch.entries.length === 0) {
      const sentence = branch.kind === 'table' ? `${noun} is empty` : `${noun} must be a map from names`;
      this.fault(branch.place, { sentence });
      return undefined;
    }
    for (const { key, keyPlace } of branch.entries) {
      const fault = wrongIn(key);
      if (fault) this.fault(keyPlace, fault);
    }
    return branch.entries;
  }

  /** The items of a list, which must not be empty. */
  list(branch: Branch, noun: string): readonly Branch[] | undefined {
    if (branch.kind === 'list' && branch.items.length > 0) return branch.items;
    const isDash = branch.kind === 'leaf' && typeof branch.value === 'string' && /^-\S/.test(branch.value);
    const hint = isDash ? 'a space comes after each dash' : 'put each item behind a dash, or all of them into [ ]';
    const fault = { sentence: `${noun} must be a list`, hint };
    this.fault(branch.place, branch.kind === 'list' ? { sentence: `${noun} is empty` } : fault);
    return undefined;
  }

  /** Values that all differ; those that do not are told. */
  distinct<T>(schema: z.ZodType<T>, branch: Branch, noun: string): readonly T[] | undefined {
    const items = this.list(branch, noun);
    if (items === undefined) return undefined;
    const values = new Set<T>();
    for (const item of items) {
      const value = this.read(schema, item);
      if (value === undefined) continue;
      if (values.has(value)) this.fault(item.place, { sentence: `${String(value)} is there twice` });
      values.add(value);
    }
    return [...values];
  }
}

function nameFault(name: string): Fault | undefined {
  if (/^[A-Za-z0-9][\w.+-]{0,59}$/.test(name)) return undefined;
  return { sentence: `"${name}" is not a name`, hint: 'letters, digits and - _ + . make a name' };
}
