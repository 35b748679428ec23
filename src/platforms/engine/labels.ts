import os from 'node:os';
import type { Environment } from '../../machine/environment.ts';
import { type Owner, isDetached, nobody, ownerBy, processOf } from '../../machine/owner.ts';

/** The keys of our labels. */
export const label = {
  run: 'scale-lab.run',
  owner: 'scale-lab.owner',
  host: 'scale-lab.host',
  service: 'scale-lab.service',
  image: 'scale-lab.image',
} as const;

/** Labels by key, as the Engine takes and gives them. */
export type Labels = Readonly<Record<string, string>>;

const detached = 'detached';

/** The host that owners live on: a process id means something there only, and several hosts may share an Engine. */
export function hostOf(environment: Environment): string {
  const { SCALE_LAB_HOST } = environment;
  return SCALE_LAB_HOST === undefined || SCALE_LAB_HOST === '' ? os.hostname() : SCALE_LAB_HOST;
}

/** The labels of everything that a run creates. */
export function runLabels(owner: Owner, host: string): Labels & { readonly [label.run]: string } {
  return {
    [label.run]: owner.runId,
    [label.owner]: isDetached(owner) ? detached : processOf(owner),
    [label.host]: host,
  };
}

/** The owner that labels tell of; undefined where they are not ours, or not as we write them. */
export function ownerOf(labels: Readonly<Record<string, string | undefined>>): Owner | undefined {
  const runId = labels[label.run];
  const text = labels[label.owner];
  if (runId === undefined || text === undefined) return undefined;
  return text === detached ? nobody(runId) : ownerBy(runId, text);
}

/** A filter of the Engine for what carries a label with that value. */
export function labelled(key: string, value: string): { readonly label: string[] } {
  return { label: [`${key}=${value}`] };
}
