import { actTraits, type Act } from '../../model/acts.ts';
import { type LoadProfile, measuredMs } from '../../model/load-profile.ts';
import { servicesBeside } from '../../model/plan.ts';
import { autoscaleIn, testedName, type System } from '../../model/system.ts';
import { besideOf } from '../../services/system.ts';
import { durationText } from '../../shapes/units.ts';
import { drawActs } from '../planning/draw-acts.ts';
import type { Misfit, Runs } from './orchestration.ts';
import { mostCopies } from './service-schema.ts';

/** An act that does not go with what it is done to, with the load, or with the acts before it. */
export interface ActMisfit extends Omit<Misfit, 'key' | 'about'> {
  /** The act's place in the list. */
  readonly index: number;
  /** The key of it that is wrong. */
  readonly key: string;
  /** What would have to change: the load, the replica counts, or what the variant itself says. */
  readonly about: Misfit['about'] | 'variant';
}

/** What does not go with the acts of a variant; of each act one thing. */
export function actMisfits(acts: readonly Act[], system: System, { replicas, load }: Runs): readonly ActMisfit[] {
  const all = [
    ...acts.flatMap((act, index) => (load ? timeMisfits(act, index, load) : [])),
    ...acts.flatMap((act, index) => systemMisfits(act, index, acts, system)),
    // Whether all of them can be done depends on no seed.
    ...replicas.flatMap((count) =>
      drawActs(acts, system, count, 0).faults.map(({ index, isOfReplicas, sentence, hint }): ActMisfit => {
        return { index, key: acts[index]?.kind ?? '', about: isOfReplicas ? 'replicas' : 'variant', sentence, hint };
      }),
    ),
  ];
  return all.filter(({ index }, place) => all.findIndex((other) => other.index === index) === place);
}

function timeMisfits(act: Act, index: number, load: LoadProfile): readonly ActMisfit[] {
  const { noun } = actTraits[act.kind];
  const about = { index, key: 'at', about: 'load' } as const;
  if (load.kind === 'burst') {
    const sentence = `a ${noun} goes on under load, and between bursts there is none`;
    return [{ ...about, sentence, hint: 'use closed or open load' }];
  }
  if (load.kind === 'search' && act.kind !== 'roll-out') {
    const sentence = `a search runs its load again and again, and a ${noun} would change what the next probe finds`;
    return [{ ...about, sentence, hint: 'use closed or open load' }];
  }
  const endMs = measuredMs(load.kind === 'search' ? load.probe : load);
  const ends = `and the measured time ends at ${durationText(endMs)}`;
  if (act.atMs >= endMs) {
    const sentence = `the ${noun} would begin at ${durationText(act.atMs)}, ${ends}`;
    return [{ ...about, sentence, hint: 'let it begin earlier, or make the load last longer' }];
  }
  const overMs = act.atMs + (('lastsMs' in act ? act.lastsMs : undefined) ?? 0);
  if (overMs <= endMs) return [];
  const sentence = `the ${noun} would last until ${durationText(overMs)}, ${ends}`;
  return [{ ...about, key: 'for', sentence, hint: 'make it shorter, or make the load last longer' }];
}

/** What decides over the replicas by itself is not to be decided over by an act. */
function systemMisfits(act: Act, index: number, acts: readonly Act[], system: System): readonly ActMisfit[] {
  const about = { index, key: act.kind, about: 'variant' } as const;
  if (act.kind !== 'roll-out' && act.kind !== 'scale') return [];
  const { noun } = actTraits[act.kind];
  const isOfTested = act.service === testedName(system);
  if (isOfTested && autoscaleIn(system)) {
    const hint = 'one of them would hide what the other does';
    return [{ ...about, sentence: `a variant with autoscale has no ${noun}`, hint }];
  }
  const beside = servicesBeside(system).find(({ name }) => name === act.service);
  if (act.kind === 'scale' && beside && act.to > mostCopies) {
    return [{ ...about, sentence: `a service beside what is tested has at most ${mostCopies} copies` }];
  }
  const isKnown = besideOf(system).some((service) => service.name === act.service && service.isReachedByCopy === true);
  if (act.kind === 'scale' && isKnown) {
    const sentence = `what is tested is told where each ${act.service} is when it starts, and hears of no other`;
    return [{ ...about, sentence, hint: `write replicas: ${act.to} below services, and leave this out` }];
  }
  const scaled = isOfTested ? system : beside;
  if (act.kind === 'scale' && act.to > 1 && scaled?.kind === 'command' && scaled.port !== undefined) {
    const sentence = `${act.to} copies of a command cannot all listen on port ${scaled.port}`;
    const hint = `leave port out of the ${beside ? 'service' : 'target'}: each finds its own in the variable PORT`;
    return [{ ...about, sentence, hint }];
  }
  if (act.kind === 'roll-out' && acts.findIndex(({ kind }) => kind === 'roll-out') < index) {
    return [{ ...about, sentence: 'a variant rolls out once', hint: 'leave one of them out' }];
  }
  return [];
}
