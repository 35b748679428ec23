/** The ways to cut a link: its connections are reset, and new ones too; or nothing passes any more, and nobody is told. */
export const cuts = ['reset', 'silent'] as const;

/** One of {@link cuts}. */
export type Cut = (typeof cuts)[number];

/** How a link treats what passes it, in each of its two directions. */
export interface LinkShape {
  /** How long everything is under way. A request and its answer take it twice. */
  readonly latencyMs: number;
  /** How much longer at the most, drawn for each chunk. A chunk never overtakes the one before it. */
  readonly jitterMs: number;
  /** What passes at the most, of all connections together; undefined where nothing limits it. */
  readonly bytesPerSecond?: number | undefined;
}

/** What may be asked to pass in a second at the most. */
export const mostBytesPerSecond = 1024 ** 4;

/** A link that nobody notices. */
export const unshaped: LinkShape = { latencyMs: 0, jitterMs: 0 };

/** As usage calls the link that leads to a service: "postgres-link". */
export function linkName(to: string): string {
  return `${to}-link`;
}
