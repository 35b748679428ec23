import { shortened } from '../../model/foreign-text.ts';
import type { RunRecord } from '../../record/run-record.ts';
import { statusText } from './status-text.ts';

/** What is told of something that was started and did not come up, or has died. */
export interface ToldFailure {
  /** Undefined where the run's own warning says it. */
  readonly text: string | undefined;
  readonly hint: string | undefined;
  /** The last lines of its log. */
  readonly log: readonly string[];
  /** Where more of its log is. */
  readonly place: string | undefined;
}

/** A line of a log that is longer is cut: some programs write all that they have in one. */
const mostCharacters = 500;

/** What has failed in a run, in the order in which it did. */
export function failuresOf(record: RunRecord): readonly ToldFailure[] {
  const warning = statusText(record) ?? '';
  return (record.failures ?? []).map(({ text, hint, log, files }) => ({
    text: warning.includes(text) ? undefined : text,
    hint,
    log: log.map((line) => shortened(line, mostCharacters)),
    place: files.length === 0 ? undefined : `more of its log: ${files.join(', ')} in the folder of run ${record.id}`,
  }));
}

/** The same as lines of plain text, for formats that have no other. */
export function failureLines(record: RunRecord): readonly string[] {
  return failuresOf(record).flatMap(({ text, hint, log, place }) => [
    ...(text === undefined ? [] : [text]),
    ...log.map((line) => `  ${line}`),
    ...(hint === undefined ? [] : [`hint: ${hint}`]),
    ...(place === undefined ? [] : [place]),
  ]);
}
