import type { RunRecord } from '../result.ts';

/** Where the text will be read. */
export interface Screen {
  /** Columns that fit on a line. */
  readonly columns: number;
  readonly color: boolean;
}

/** Turns a run into text, and does nothing else: one place in `cli/` writes it. */
export type Reporter = (record: RunRecord, screen: Screen) => string;

/** The reporters that can be named on the command line. */
export const reporterNames = ['terminal', 'markdown', 'json'] as const;

/** One of {@link reporterNames}. */
export type ReporterName = (typeof reporterNames)[number];

/** Loads the reporter of that name; each brings its own libraries only when it is chosen. */
export async function openReporter(name: ReporterName): Promise<Reporter> {
  switch (name) {
    case 'terminal':
      return (await import('./terminal.ts')).terminalReport;
    case 'markdown':
      return (await import('./markdown.ts')).markdownReport;
    case 'json':
      return (await import('./json.ts')).jsonReport;
  }
}
