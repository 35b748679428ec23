import {
  actTraits,
  copyName,
  isOnLink,
  type Act,
  type LinkAct,
  type ResolvedAct,
  type Whom,
} from '../../model/acts.ts';
import { plural } from '../../model/numbers.ts';
import { seedOf, shuffled } from '../../model/random.ts';
import { autoscaleIn, copiesIn, isNumbered, testedName, type System } from '../../model/system.ts';
import { besideOf } from '../../services/system.ts';
import type { Fault } from '../../shapes/fault.ts';
import { suggestion } from '../../shapes/suggest.ts';
import { durationText } from '../../shapes/units.ts';
import { LinkStates } from './link-state.ts';

/** An act that cannot be done to what there is then. */
export interface ActFault extends Fault {
  /** The act's place in the list. */
  readonly index: number;
  /** Whether another number of replicas would mend it. */
  readonly isOfReplicas: boolean;
}

/** The acts with the copies that they are for, in the order of time, and those that cannot be done. */
export interface DrawnActs {
  readonly acts: readonly ResolvedAct[];
  readonly faults: readonly ActFault[];
}

/**
 * Draws the copies that each act is for. What is drawn depends on the seed and the act's name alone, never on a copy that a
 * later act names: so whether all of them can be done depends on no seed.
 * @param replicas how many there are of what is tested when the load begins; with autoscaling those that are always there count
 */
export function drawActs(acts: readonly Act[], system: System, replicas: number, seed: number): DrawnActs {
  const lasting = autoscaleIn(system)?.least ?? replicas;
  const copies = copiesIn(system, lasting);
  const states = new Map([...copies].map(([service, count]) => [service, new ServiceState(system, service, count)]));
  const links = new LinkStates(system);
  const drawn: ResolvedAct[] = [];
  const faults: ActFault[] = [];
  const inOrder = acts.map((act, index) => ({ act, index })).sort((one, other) => one.act.atMs - other.act.atMs);
  for (const [place, { act, index }] of inOrder.entries()) {
    const later = inOrder.slice(place + 1).map((entry) => entry.act);
    const apply = (): { readonly act: ResolvedAct } | Refusal => {
      if (copies.size === 0) return runsAlready;
      if (isOnLink(act)) return links.apply(act);
      const state = states.get(act.service);
      return state?.apply(act, later, seedOf(seed, 'act', act.name)) ?? unknownService(act.service, [...copies.keys()]);
    };
    const done = apply();
    if ('act' in done) drawn.push(done.act);
    else faults.push({ index, isOfReplicas: false, ...done });
  }
  return { acts: drawn, faults };
}

type Refusal = Fault & { readonly isOfReplicas?: boolean };

const runsAlready: Refusal = {
  sentence: 'nothing can be done to a server that runs already',
  hint: 'let the lab start it: write command or image in place of url',
};

function unknownService(service: string, known: readonly string[]): Refusal {
  if (service === 'nginx') {
    const sentence = 'there is no nginx at 1 replica: nothing has to be dealt out';
    return { sentence, hint: 'begin with more replicas', isOfReplicas: true };
  }
  return { sentence: `the service "${service}" is not known`, hint: suggestion(service, known) };
}

/** The copies of one service, as the acts before have left them. */
class ServiceState {
  readonly #system: System;
  readonly #service: string;
  readonly #there: Set<number>;
  /** What ended each copy that nothing starts again. */
  readonly #gone = new Map<number, Act>();
  /** Until when each is paused. */
  readonly #paused = new Map<number, number>();

  constructor(system: System, service: string, count: number) {
    this.#system = system;
    this.#service = service;
    this.#there = new Set(numbersTo(count));
  }

  apply(act: Exclude<Act, LinkAct>, later: readonly Act[], seed: number): { readonly act: ResolvedAct } | Refusal {
    if ('whom' in act) {
      const { whom, ...rest } = act;
      const chosen = this.#choose(act, whom, later, seed);
      if ('sentence' in chosen) return chosen;
      for (const copy of chosen) this.#note(act, copy);
      return { act: { ...rest, copies: chosen } };
    }
    switch (act.kind) {
      case 'flush':
        return this.#holdsFault() ?? this.#goneFault(1) ?? { act };
      case 'scale':
        if (!this.#isNumbered) return { sentence: `there is always one ${this.#service}`, hint: this.#scalableHint };
        for (const copy of this.#copies()) {
          const refusal = (this.#paused.get(copy) ?? 0) > act.atMs ? this.#pauseFault(copy) : undefined;
          if (refusal) return refusal;
        }
        this.#scale(act.to);
        return { act };
      case 'roll-out':
        if (this.#service !== 'app')
          return { sentence: 'only the reference app rolls out', hint: 'write roll-out: app' };
        this.#gone.clear();
        this.#paused.clear();
        return { act };
    }
  }

  #choose(act: Act, whom: Whom, later: readonly Act[], seed: number): readonly number[] | Refusal {
    if ('copy' in whom) return this.#refusalOf(act, whom.copy) ?? [whom.copy];
    const able = this.#copies().filter((copy) => this.#refusalOf(act, copy) === undefined);
    if ('all' in whom) return able.length > 0 ? able : (this.#refusalOf(act, 1) ?? able);
    // A copy that is named later has to be there then.
    const named = new Set(later.flatMap((other) => copiesNamedBy(other, this.#service)));
    const free = able.filter((copy) => !named.has(copy));
    const count = 'count' in whom ? whom.count : Math.max(1, Math.round(whom.share * this.#there.size));
    if (count <= free.length)
      return shuffled(free, seed)
        .slice(0, count)
        .toSorted((one, other) => one - other);
    const [only] = this.#copies();
    if (this.#there.size === 1 && only !== undefined && count === 1) {
      const refusal = this.#refusalOf(act, only);
      if (refusal) return refusal;
    }
    const left = `${plural(free.length, 'copy').replace('copys', 'copies')} of ${this.#service}`;
    const sentence = `${count} cannot be drawn: ${left} can be then`;
    const hint = 'those are left out that have ended, or that a later act names';
    return { sentence, hint, isOfReplicas: this.#isTested };
  }

  get #isTested(): boolean {
    return this.#service === testedName(this.#system);
  }

  get #isNumbered(): boolean {
    return isNumbered(this.#system, this.#service);
  }

  get #scalableHint(): string {
    const names = [...copiesIn(this.#system, 1).keys()].filter((name) => isNumbered(this.#system, name));
    return `any number of copies there may be of ${names.join(', ')}`;
  }

  #holdsFault(): Refusal | undefined {
    const holders = besideOf(this.#system).flatMap(({ name, flush }) => (flush ? [name] : []));
    if (holders.includes(this.#service)) return undefined;
    const sentence = `${this.#service} holds nothing to flush`;
    return holders.length === 0 ? { sentence } : { sentence, hint: `what does: ${holders.join(', ')}` };
  }

  #nameOf(copy: number): string {
    return copyName(this.#system, this.#service, copy);
  }

  #copies(): readonly number[] {
    return [...this.#there].toSorted((one, other) => one - other);
  }

  #refusalOf({ kind, atMs }: Act, copy: number): Refusal | undefined {
    const name = this.#nameOf(copy);
    if (!this.#isNumbered && copy > 1) return { sentence: `there is always one ${this.#service}` };
    if (!this.#there.has(copy)) {
      const sentence = `there is no ${name} at ${plural(this.#there.size, 'replica')}`;
      return { sentence, hint: 'begin with more replicas', isOfReplicas: this.#isTested };
    }
    const isPaused = (this.#paused.get(copy) ?? 0) > atMs;
    if (kind === 'pause' && isPaused) return { sentence: `${name} is paused already` };
    if (isPaused) {
      const refusal = this.#pauseFault(copy);
      if (refusal) return refusal;
    }
    if (kind === 'resume' && !isPaused)
      return { sentence: `${name} is not paused then`, hint: 'a pause comes before it' };
    return this.#goneFault(copy);
  }

  /** What goes on by itself has to be there then. */
  #pauseFault(copy: number): Refusal | undefined {
    const untilMs = this.#paused.get(copy) ?? Infinity;
    if (untilMs === Infinity) return undefined;
    const sentence = `${this.#nameOf(copy)} is paused until ${durationText(untilMs)}, and goes on by itself then`;
    return { sentence, hint: 'let this begin later, or write a resume in place of for' };
  }

  #goneFault(copy: number): Refusal | undefined {
    const by = this.#gone.get(copy);
    if (!by) return undefined;
    const sentence = `${this.#nameOf(copy)} is gone by then: the ${actTraits[by.kind].noun} at ${durationText(by.atMs)} ends it`;
    return {
      sentence,
      hint: by.kind === 'kill' ? 'write restart: always beside that kill' : 'write restart in place of stop',
    };
  }

  #note(act: Act, copy: number): void {
    this.#paused.delete(copy);
    if (act.kind === 'pause') this.#paused.set(copy, act.lastsMs === undefined ? Infinity : act.atMs + act.lastsMs);
    if (act.kind === 'stop' || (act.kind === 'kill' && act.restart !== 'always')) this.#gone.set(copy, act);
  }

  #scale(to: number): void {
    for (const copy of [...this.#there]) if (copy > to) this.#there.delete(copy);
    for (const copy of numbersTo(to)) this.#there.add(copy);
    for (const copy of [...this.#gone.keys(), ...this.#paused.keys()]) {
      if (this.#there.has(copy)) continue;
      this.#gone.delete(copy);
      this.#paused.delete(copy);
    }
  }
}

function copiesNamedBy(act: Act, service: string): readonly number[] {
  return act.service === service && 'whom' in act && 'copy' in act.whom ? [act.whom.copy] : [];
}

function numbersTo(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}
