import type { Workbench } from '../test/e2e/workbench.ts';
import type { CommandName, FaultCase, Phase, PlaceName, SystemName } from './case.ts';
import type { LabUnderFault } from './lab.ts';
import type { Place } from './place.ts';

/** Where a case is tried. */
export interface Scene {
  readonly kase: FaultCase;
  /** The folder of its own in which the command runs. */
  readonly bench: Workbench;
  readonly place: Place;
  /** What the user of the harness has for it. */
  readonly means: Means;
}

/** What faults need that nobody can know. */
export interface Means {
  /** Restarts the Docker Engine. */
  readonly restartEngine?: (() => Promise<unknown>) | undefined;
  /** Whether what the Engine publishes is reached by nobody on this machine. */
  readonly isApart?: boolean;
}

/** A fault that is ready to strike. */
export interface Armed {
  /** What the command is given besides. */
  readonly environment?: NodeJS.ProcessEnv;
  /** Does it; false where it was too late for that. */
  strike(lab: LabUnderFault): boolean | Promise<boolean>;
  /** Ends what was done, after the command and before it is looked what is left. */
  mend?(): Promise<unknown>;
  /** What does not hold of what was to stay, in a sentence; asked after `clean`, and ends it. */
  stays?(): Promise<string | undefined>;
  /** Takes away what was put there for it, when all has been looked at. */
  close?(): Promise<unknown>;
}

/** What must come of a fault. */
export interface Expectation {
  readonly codes: readonly number[];
  /** What has to be told where it ends with that code, if anything. */
  readonly says: (code: number) => RegExp | undefined;
  /** Whether something may be left, which `clean` removes. */
  readonly leavesWork?: boolean;
  /** Whether the record that there is may be of before: nobody could write it any more. */
  readonly leavesRecord?: boolean;
}

/** Something that is done to a run. */
export interface Fault {
  readonly name: string;
  readonly platforms: readonly PlaceName[];
  readonly commands: readonly CommandName[];
  /** The systems to which it can be done; all unless it says so. */
  readonly systems?: readonly SystemName[] | undefined;
  /** The phases in which it can be done; all that the command has unless it says so. */
  readonly phases?: readonly Phase[];
  /** Whether the command is to tell its events on standard output; where it writes steps on standard error otherwise. */
  readonly needsJson?: boolean;
  /** Why it cannot be had here, in a sentence. */
  readonly missing?: (means: Means) => string | undefined;
  arm(scene: Scene): Armed | Promise<Armed>;
  expects(kase: FaultCase): Expectation;
}

/** Those of runs that are not disturbed: nothing is said of what they measure. */
export const wellEnded: readonly number[] = [0, 1, 3];

/**
 * What an error has to name: in its sentence, or in what explains it, which is indented below. Steps that went well name things as well, and
 * so do reports.
 */
export function inError(names: RegExp): RegExp {
  return new RegExp(`^error: (?:.*\\n {2})*.*(?:${names.source})`, `m${names.flags}`);
}

/** What has to be told where the lab gave up, and nothing where it did not. */
export function ifGivenUp(names: RegExp): Expectation['says'] {
  return (code) => (code === 4 ? inError(names) : undefined);
}

/** A run is nearly over in its last phase: a fault may change nothing any more. */
export function unlessAtEnd({ phase }: FaultCase, codes: readonly number[]): readonly number[] {
  return phase === 'end' ? [...wellEnded, ...codes] : codes;
}
