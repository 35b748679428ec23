/** What a shipped scenario teaches, beside what its file says of it. */
export interface Lesson {
  /** What the reader should guess before the run, as questions. */
  readonly predict: readonly string[];
  /** Where in the result the answer shows. */
  readonly look: readonly string[];
  /** How the trouble comes about and what the remedy does, as pseudocode of about ten lines. */
  readonly mechanism?: readonly string[];
  /** What the remedy costs. */
  readonly tradeOffs?: readonly string[];
  /** Where the remedy is the wrong one. */
  readonly unless?: readonly string[];
  /** What to change and run again; the command where there is one. */
  readonly next: readonly { readonly text: string; readonly command?: string }[];
  readonly read: readonly { readonly title: string; readonly url: string }[];
  /** Titles of the figures of the HTML report that show it best. */
  readonly figures: readonly string[];
}
