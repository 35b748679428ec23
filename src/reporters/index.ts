import type { Reporter, ReporterName } from './reporter.ts';

/** Loads the reporter of that name; each brings its own libraries only when it is chosen. */
export async function openReporter(name: ReporterName): Promise<Reporter> {
  switch (name) {
    case 'terminal':
      return (await import('./terminal.ts')).terminalReport;
    case 'html':
      return (await import('./html/html.tsx')).htmlReport;
    case 'markdown':
      return (await import('./markdown.ts')).markdownReport;
    case 'junit':
      return (await import('./junit.ts')).junitReport;
    case 'github':
      return (await import('./github.ts')).githubReport;
    case 'comment':
      return (await import('./comment.ts')).commentReport;
    case 'csv':
      return (await import('./csv.ts')).csvReport;
    case 'json':
      return (await import('./json.ts')).jsonReport;
  }
}
