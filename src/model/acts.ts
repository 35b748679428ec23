import type { Cut, LinkShape } from './link.ts';
import { isNumbered, type Composition, type shutdowns } from './system.ts';

/** What can be done to a service while the load goes on. */
export const actKinds = [
  'kill',
  'stop',
  'pause',
  'resume',
  'restart',
  'flush',
  'scale',
  'slow-link',
  'cut-link',
  'heal-link',
  'roll-out',
] as const;

/** One of {@link actKinds}. */
export type ActKind = (typeof actKinds)[number];

/** Whether something starts a killed copy again, at its place: nobody, or whatever runs it. */
export const restarts = ['none', 'always'] as const;

/** Which copies of a service an act is for. */
export type Whom =
  /** So many, drawn from the seed: 1 where only the service is named. */
  | { readonly count: number }
  /** That one, from 1. */
  | { readonly copy: number }
  /** So many of those that there are, at least one, drawn from the seed. */
  | { readonly share: number }
  | { readonly all: true };

interface Timed {
  /** What claims and reports call it; each of a trial has its own. */
  readonly name: string;
  /** As usage calls it, without the number of a copy: `app`, `postgres`; of a link, `postgres-link`. */
  readonly service: string;
  /** From the start of the measured time. */
  readonly atMs: number;
}

/** A link: how one service reaches another. */
interface OnLink {
  readonly from: string;
  readonly to: string;
}

/** An act on a link. */
type LinkDeed = OnLink &
  (
    | ({
        readonly kind: 'slow-link';
        /** After how long it is as before; undefined for not before an act heals it. */
        readonly lastsMs: number | undefined;
      } & LinkShape)
    | { readonly kind: 'cut-link'; readonly how: Cut; readonly lastsMs: number | undefined }
    | { readonly kind: 'heal-link' }
  );

type Deed<To> =
  | ({
      readonly kind: 'kill';
      /** Undefined for what the platform does by itself: a cluster starts it again, no other does. */
      readonly restart: (typeof restarts)[number] | undefined;
    } & To)
  | ({
      readonly kind: 'stop' | 'restart';
      /** How long it may take to end before it is killed, 0 for at once; undefined for what its service takes. */
      readonly graceMs: number | undefined;
    } & To)
  | ({
      readonly kind: 'pause';
      /** After how long it is resumed; undefined for not before an act does so. */
      readonly lastsMs: number | undefined;
    } & To)
  | ({ readonly kind: 'resume' } & To)
  | { readonly kind: 'flush' }
  | {
      readonly kind: 'scale';
      /** How many copies there are then. */
      readonly to: number;
    }
  | LinkDeed
  | { readonly kind: 'roll-out'; readonly shutdown: (typeof shutdowns)[number] };

/** What is done to a service at a moment of the load, as a scenario says it. */
export type Act = Timed & Deed<{ readonly whom: Whom }>;

/** An act with the copies that it is for, by number from 1 and in that order: what a trial does. */
export type ResolvedAct = Timed & Deed<{ readonly copies: readonly number[] }>;

/** What is done to a link. */
export type LinkAct = Timed & LinkDeed;

/** Whether it is done to a link. */
export function isOnLink<A extends { readonly kind: ActKind }>(act: A): act is Extract<A, { kind: LinkAct['kind'] }> {
  return actTraits[act.kind].on === 'link';
}

/** What an act of that kind is. */
export interface ActTraits {
  /** Whether it is for copies of a service, for the service as a whole, or for a link between two. */
  readonly on: 'copies' | 'service' | 'link';
  /** What it does, before the name of whom: "kills". */
  readonly does: string;
  /** What it is called: "kill". */
  readonly noun: string;
  /** Whether copies end by it, and what they counted of themselves with them. */
  readonly ends: boolean;
}

/** Every kind of act there is. */
export const actTraits: Readonly<Record<ActKind, ActTraits>> = {
  kill: { on: 'copies', does: 'kills', noun: 'kill', ends: true },
  stop: { on: 'copies', does: 'stops', noun: 'stop', ends: true },
  pause: { on: 'copies', does: 'pauses', noun: 'pause', ends: false },
  resume: { on: 'copies', does: 'resumes', noun: 'resumption', ends: false },
  restart: { on: 'copies', does: 'restarts', noun: 'restart', ends: true },
  flush: { on: 'service', does: 'flushes', noun: 'flush', ends: false },
  scale: { on: 'service', does: 'scales', noun: 'scaling', ends: true },
  'slow-link': { on: 'link', does: 'slows', noun: 'slow link', ends: false },
  'cut-link': { on: 'link', does: 'cuts', noun: 'cut', ends: false },
  'heal-link': { on: 'link', does: 'heals', noun: 'healing', ends: false },
  'roll-out': { on: 'service', does: 'rolls out', noun: 'roll-out', ends: true },
};

/** What usage calls a copy of a service of that system: `app-2`, `postgres`. */
export function copyName(system: Composition, service: string, copy: number): string {
  return isNumbered(system, service) ? `${service}-${copy}` : service;
}

/** The copies that an act on a system is for, as usage calls them; the service itself where it is for all of it. */
export function subjectsOf(act: ResolvedAct, system: Composition): readonly string[] {
  return 'copies' in act ? act.copies.map((copy) => copyName(system, act.service, copy)) : [act.service];
}
