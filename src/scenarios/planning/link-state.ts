import { linkText } from '../../model/act-words.ts';
import type { LinkAct } from '../../model/acts.ts';
import { servicesBeside } from '../../model/plan.ts';
import { testedName, type System } from '../../model/system.ts';
import { entryOf } from '../../services/catalogue.ts';
import { besideOf, usedIn } from '../../services/system.ts';
import type { Fault } from '../../shapes/fault.ts';
import { suggestion } from '../../shapes/suggest.ts';
import { durationText } from '../../shapes/units.ts';

/** The links of a system, as the acts before have left them: one thing at a time is done to each. */
export class LinkStates {
  readonly #from: string;
  readonly #known: readonly string[];
  /** What another is reached through, by the name of that. */
  readonly #inFront: ReadonlyMap<string, string>;
  /** By where a link leads: what was done to it last, unless that is over. */
  readonly #under = new Map<string, LinkAct & { readonly untilMs: number }>();

  constructor(system: System) {
    this.#from = testedName(system);
    // What is reached copy by copy would be reached past the link.
    const byCopy = besideOf(system).flatMap(({ name, isReachedByCopy }) => (isReachedByCopy === true ? [name] : []));
    this.#known = usedIn(system).filter((name) => !byCopy.includes(name));
    this.#inFront = new Map(
      servicesBeside(system).flatMap((use) => {
        const { inFrontOf } = use.kind === 'entry' ? entryOf(use.entry) : {};
        return inFrontOf === undefined ? [] : [[inFrontOf, use.name] as const];
      }),
    );
  }

  /** Does an act, where it can be done then. */
  apply(act: LinkAct): { readonly act: LinkAct } | Fault {
    const fault = this.#unknown(act) ?? this.#collision(act);
    if (fault) return fault;
    if (act.kind === 'heal-link') this.#under.delete(act.to);
    else this.#under.set(act.to, { ...act, untilMs: act.atMs + (act.lastsMs ?? Infinity) });
    return { act };
  }

  /** Links lead from what is tested to what it uses. */
  #unknown({ from, to }: LinkAct): Fault | undefined {
    const inFront = this.#inFront.get(to);
    if (from === this.#from && inFront !== undefined)
      return { sentence: `${from} reaches ${to} through ${inFront}`, hint: `name that: to: ${inFront}` };
    if (from === this.#from && this.#known.includes(to)) return undefined;
    const sentence = `there is no link from ${from} to ${to}`;
    if (this.#known.length === 0)
      return { sentence, hint: `there is nothing beside ${this.#from} that one could lead to` };
    const hint =
      from === this.#from ? suggestion(to, this.#known) : `links lead from ${this.#from} to ${this.#known.join(', ')}`;
    return { sentence, hint };
  }

  #collision(act: LinkAct): Fault | undefined {
    const last = this.#under.get(act.to);
    const isOver = last === undefined || last.untilMs <= act.atMs;
    if (act.kind === 'heal-link') {
      if (isOver) return { sentence: `${linkText(act)} is neither slow nor cut then`, hint: 'leave this out' };
      if (last.untilMs === Infinity) return undefined;
      const sentence = `${linkText(act)} is as before at ${durationText(last.untilMs)} by itself`;
      return { sentence, hint: 'leave this out, or take the for out of the earlier act' };
    }
    if (isOver) return undefined;
    const until = last.untilMs === Infinity ? '' : ` until ${durationText(last.untilMs)}`;
    const sentence = `${linkText(act)} is ${last.kind === 'cut-link' ? 'cut' : 'slow'} already${until}`;
    return { sentence, hint: 'give the earlier act a for, or add a heal-link before this one' };
  }
}
