import type { OwnMarks } from '../model/foreign-text.ts';
import type { RunRecord } from '../record/run-record.ts';

/** Where the text will be read. */
export interface Screen {
  /** Columns that fit on a line. */
  readonly columns: number;
  readonly color: boolean;
}

/** Turns a run into text, and does nothing else: one place in `cli/` writes it. */
export type Reporter = (record: RunRecord, screen: Screen) => string;

/** The reporters that can be named on the command line. */
export const reporterNames = ['terminal', 'html', 'markdown', 'json', 'junit', 'github', 'comment', 'csv'] as const;

/** One of {@link reporterNames}. */
export type ReporterName = (typeof reporterNames)[number];

/** What a reporter puts into its text besides characters. */
export const ownMarks: Readonly<Partial<Record<ReporterName, OwnMarks>>> = { terminal: 'styles', github: 'commands' };
