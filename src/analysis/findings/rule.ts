import type { Finding } from '../../record/run-record.ts';
import { appIn } from '../../model/system.ts';
import type { TrialView } from '../trial-view.ts';

/** What a rule has found, and what would come of mending it. */
export interface Found extends Omit<Finding, 'kind'> {
  /** The share of p99, or of the work, that would be gone, from 0 to 1; an estimate, by which findings are ordered. */
  readonly gain: number;
}

/** Looks for one thing; its sentence, with the numbers that it rests on, where it is so. */
export type Rule = (view: TrialView) => Found | undefined;

/** A part of p99 below this is nobody's trouble, however large a share it is. */
export const noticeableMs = 1;

/** The command that runs this variant again, with more options. */
export function runAgain({ trial }: TrialView, ...options: readonly string[]): string {
  return ['scale-lab run', trial.scenario, '--variant', trial.variant, ...options].join(' ');
}

/** What to write into `app:` for it: ` (feed: join)`; nothing for a server of the user's own. */
export function settingOf({ trial: { system } }: TrialView, setting: string): string {
  return appIn(system) === undefined ? '' : ` (${setting})`;
}

/**
 * How many processes of the application there are at most; undefined for a server of the user's own, and where a roll-out has old
 * and new ones at once.
 */
export function processesOf({ trial: { system, replicas } }: TrialView): number | undefined {
  if (system.kind !== 'app' || system.rollout) return undefined;
  return (system.autoscale?.most ?? replicas) * system.app.workers;
}

/** The command that shows what twice as many replicas do; undefined where their number is not the user's to choose. */
export function moreReplicas(view: TrialView): string | undefined {
  const { system, replicas } = view.trial;
  if (system.kind !== 'app' || system.autoscale || system.rollout) return undefined;
  return runAgain(view, '--replicas', `${replicas},${2 * replicas}`);
}
