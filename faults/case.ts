/** The platforms on which runs are disturbed. */
export const placeNames = ['local', 'docker', 'kubernetes'] as const;

/** One of {@link placeNames}. */
export type PlaceName = (typeof placeNames)[number];

/** The commands that start something. */
export const commandNames = ['run', 'compare', 'gate', 'max-rps', 'up'] as const;

/** One of {@link commandNames}. */
export type CommandName = (typeof commandNames)[number];

/** What is disturbed: stores alone; a pooler behind a link; a broker with a service that takes messages from it. */
export const systemNames = ['stores', 'pooler', 'messages'] as const;

/** One of {@link systemNames}. */
export type SystemName = (typeof systemNames)[number];

/** What a run goes through; `up` is set up, and then there: its "measuring". */
export const phases = ['set-up', 'warm-up', 'measuring', 'between trials', 'end'] as const;

/** One of {@link phases}. */
export type Phase = (typeof phases)[number];

/** Something that is done to a real run, at a moment of it. Nothing else makes the case. */
export interface FaultCase {
  readonly platform: PlaceName;
  readonly command: CommandName;
  readonly system: SystemName;
  /** The name of a fault of the catalogue. */
  readonly fault: string;
  readonly phase: Phase;
  /** How much of the phase is over by then, from 0 to 1. */
  readonly share: number;
}

/** `SIGKILL of nginx, run of stores on local, measuring at 40%`. */
export function caseText({ platform, command, system, fault, phase, share }: FaultCase): string {
  return `${fault}, ${command} of ${system} on ${platform}, ${phase} at ${Math.round(share * 100)}%`;
}
