import { forStream, told } from '../model/foreign-text.ts';
import { ownMarks, type Reporter, type ReporterName } from './reporter.ts';

/**
 * Loads the reporter of that name; each brings its own libraries only when it is chosen. What it is handed of a run may come from
 * anywhere: each text is {@link told} before, and what it means in the format is the reporter's to escape. JSON is the record itself.
 * A report that is kept in a file is the one that is printed: somebody may print it where a command would be one.
 */
export async function openReporter(name: ReporterName): Promise<Reporter> {
  const report = await load(name);
  if (name === 'json') return report;
  return (record, screen) => forStream(report(told(record), screen), ownMarks[name]);
}

async function load(name: ReporterName): Promise<Reporter> {
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
