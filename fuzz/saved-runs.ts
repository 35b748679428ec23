import { parse as parseCsv } from 'csv-parse/sync';
import fc from 'fast-check';
import { isDeepStrictEqual } from 'node:util';
import { historyOf } from '../src/analysis/comparison/history.ts';
import { arePlain, forStream, jsonOf, told } from '../src/model/foreign-text.ts';
import { runRecordSchema, type RunRecord } from '../src/record/run-record.ts';
import { terminalHistory } from '../src/reporters/history-table.ts';
import { htmlHistory } from '../src/reporters/html/history.tsx';
import { openReporter } from '../src/reporters/index.ts';
import { reporterNames, type Reporter, type ReporterName } from '../src/reporters/reporter.ts';
import { harms, hostileText, recordWith } from '../test/fakes/hostile.ts';
import { openElements } from '../test/well-formed.ts';
import { inTime, insist, kindOf, refusalOf, type Outcome } from './kind.ts';
import { mutated, mutations, spliced, splices, type Json } from './mutations.ts';

const reporters: readonly (readonly [ReporterName, Reporter])[] = await Promise.all(
  reporterNames.map(async (name) => [name, await openReporter(name)] as const),
);

const record: Json = JSON.parse(JSON.stringify(recordWith('x'))) as Json;
/** Runs of before, so that one more has a history. */
const others = Array.from({ length: 8 }, (_, index) => ({ ...recordWith('x'), id: `r${index}` }));
const screen = { columns: 100, color: false };
const texts = JSON.stringify(record).match(/"[\w-]+"/g) ?? [];
const words = [...new Set(texts.map((text) => text.slice(1, -1)))];
const values: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom<Json[]>(0, 1, -1, 1.5, 1e15, 1e308, 5e-324, Number.MAX_SAFE_INTEGER, null, true, '', ' ', [], {}),
  fc.nat().map(hostileText),
  fc.constantFrom(...words, ...harms),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constant('long '.repeat(5_000)),
);
const keys = fc.oneof(fc.constantFrom(...words), fc.constantFrom('__proto__', 'constructor', '', 'p99', ...harms));

/** What one can look for with an XML parser, a CSV parser and eyes: whether a report is what its name says. */
function checkReport(name: ReporterName, report: string, whole: RunRecord): void {
  insist(report.endsWith('\n') || name === 'github', `${name}: it ends within a line.`);
  switch (name) {
    case 'json':
      insist(isDeepStrictEqual(JSON.parse(report), JSON.parse(JSON.stringify(whole))), 'json: it is another record.');
      break;
    case 'junit':
      insist(openElements(report).length === 0, `junit: not well-formed: ${openElements(report).join(', ')}`);
      break;
    case 'csv':
      // Rows of other lengths are refused.
      insist(parseCsv(report).length > 0, 'csv: it has no rows.');
      break;
    case 'github':
      insist(
        /^(?:::(?:error|warning|notice) title=[^:,\n]*::.*\n)*$/.test(report),
        `github: not annotations: ${report}`,
      );
      return;
    case 'html':
      insist(report.startsWith('<!doctype html>') && report.trimEnd().endsWith('</html>'), 'html: it is no page.');
      break;
    case 'terminal':
    case 'markdown':
    case 'comment':
      break;
  }
  const isNothing = name !== 'html' && /\bundefined\b|\[object |\bNaN\b/.test(report);
  insist(!isNothing, `${name}: it tells of undefined or NaN.`);
  insist(arePlain(report.replaceAll('\r\n', '\n')), `${name}: something is hidden in it.`);
}

function check(text: string): Outcome {
  return inTime(() => {
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch {
      return 'no JSON';
    }
    const parsed = runRecordSchema.safeParse(json);
    if (!parsed.success) return 'refused';
    const whole = parsed.data;
    for (const [name, report] of reporters) {
      const refusal = refusalOf(() => checkReport(name, report(whole, screen), whole));
      // Only what is drawn is decoded.
      insist(
        refusal === undefined || (name === 'html' && refusal.exitCode === 2),
        `${name}: ${refusal?.message ?? ''}`,
      );
    }
    const courses = historyOf(told([...others, whole]), undefined);
    insist(arePlain(forStream(terminalHistory(courses, screen))), 'history: something is hidden in it.');
    insist(arePlain(forStream(htmlHistory(courses))), 'history.html: something is hidden in it.');
    return 'reported';
  });
}

/** The text of run.json, as a run has written it and somebody or something has changed it. */
export const savedRuns = kindOf({
  name: 'saved-runs',
  share: 100,
  inputs: () =>
    fc
      .tuple(mutations(values, keys), fc.oneof({ weight: 5, arbitrary: fc.constant([]) }, splices))
      .map(([changes, cuts]) => spliced(jsonOf(mutated(record, changes) as object, 1), cuts)),
  check,
  shown: (text) => text,
});
