import XMLBuilder from 'fast-xml-builder';
import { formatDuration, plural } from '../model/numbers.ts';
import type { RunRecord, ScenarioRecord, TrialRecord, Verdict } from '../record/run-record.ts';
import { causeLines } from './lines/cause-lines.ts';
import { failureLines } from './lines/failures.ts';
import { loadMsOf } from './lines/load-time.ts';
import { answerLines } from './lines/status-lines.ts';
import { statusText } from './lines/status-text.ts';

/** A node of the document; `@` marks attributes. */
type Node = Readonly<Record<string, unknown>>;

function base(name: string, scenario: string, trials: readonly TrialRecord[]): Node {
  return { '@name': name, '@classname': scenario, '@time': seconds(loadMsOf(trials)) };
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}

/**
 * With the time of the trials that it leans on. An inconclusive claim is neither passed nor failed: viewers show "skipped" for
 * what they are not to count as either.
 */
function testcase(
  { scenario, expectation, outcome, reason: text, trials: numbers }: Verdict,
  trials: readonly TrialRecord[],
): Node {
  const leansOn = numbers === undefined ? trials : trials.filter(({ number }) => numbers.includes(number));
  const about = base(expectation, scenario, leansOn);
  switch (outcome) {
    case 'passed':
      return { ...about, 'system-out': text };
    case 'failed':
      return { ...about, failure: { '@message': text, '@type': 'failed', '#text': text } };
    case 'inconclusive':
      return { ...about, skipped: { '@message': `inconclusive: ${text}` } };
  }
}

function leftOut(scenario: ScenarioRecord): readonly Node[] {
  const message = 'not judged: not all that it compares was run';
  return scenario.leftOut.map((claim) => ({ ...base(claim, scenario.name, []), skipped: { '@message': message } }));
}

/** What claims nothing has run, or has not: CI systems refuse a suite without a case. */
function ran(scenario: ScenarioRecord, trials: readonly TrialRecord[]): Node {
  const about = base('ran', scenario.name, trials);
  if (trials.length === 0) return { ...about, skipped: { '@message': 'nothing of it was measured' } };
  const answers = trials.reduce((sum, { measurement }) => sum + measurement.requests, 0);
  return { ...about, 'system-out': `${plural(trials.length, 'trial')}, ${plural(answers, 'right answer')}` };
}

/** A run that is not whole has no verdicts, and must not look as if nothing had been wrong. */
function brokenOff(record: RunRecord): readonly Node[] {
  const text = statusText(record);
  if (text === undefined) return [];
  const whole = [text, ...failureLines(record)].join('\n');
  const error = { '@message': text, '@type': record.status, '#text': whole };
  return [{ ...base('the run', 'scale-lab', record.trials), error }];
}

function suite(name: string, cases: readonly Node[], trials: readonly TrialRecord[], record: RunRecord): Node {
  const count = (kind: string): number => cases.filter((each) => kind in each).length;
  const causes = [...(record.status === 'complete' ? failureLines(record) : []), ...causeLines(trials)];
  const compared = (record.comparisons ?? []).filter(({ scenario }) => scenario === name);
  const said = [...answerLines(name, trials), ...compared.flatMap(({ caveats }) => caveats)];
  const properties = { platform: record.platform, seed: record.seed, run: record.id, cpu: record.machine.cpu };
  return {
    '@name': name,
    '@tests': cases.length,
    '@failures': count('failure'),
    '@errors': count('error'),
    '@skipped': count('skipped'),
    '@time': seconds(loadMsOf(trials)),
    '@timestamp': record.startedAt.slice(0, 19),
    properties: {
      property: Object.entries(properties).map(([key, value]) => ({ '@name': key, '@value': String(value) })),
    },
    testcase: cases,
    ...(said.length === 0 ? {} : { 'system-out': said.join('\n') }),
    ...(causes.length === 0 ? {} : { 'system-err': causes.join('\n') }),
  };
}

/** JUnit's XML, as the schema of Jenkins (junit-10.xsd of its xUnit plugin) has it: a suite a scenario, a case a claim. */
export function junitReport(record: RunRecord): string {
  const suites = record.scenarios.map((scenario) => {
    const ofScenario = (item: { readonly scenario: string }): boolean => item.scenario === scenario.name;
    const trials = record.trials.filter(ofScenario);
    const verdicts = record.verdicts.filter(ofScenario).map((verdict) => testcase(verdict, trials));
    const cases = [...verdicts, ...leftOut(scenario)];
    return suite(scenario.name, cases.length === 0 ? [ran(scenario, trials)] : cases, trials, record);
  });
  const broken = brokenOff(record);
  const all = broken.length === 0 ? suites : [suite('scale-lab', broken, [], record), ...suites];
  const total = (key: string): number => all.reduce((sum, each) => sum + Number(each[key]), 0);
  const builder = new XMLBuilder({ ignoreAttributes: false, attributeNamePrefix: '@', format: true });
  const head = { '?xml': { '@version': '1.0', '@encoding': 'UTF-8' } };
  const testsuites = {
    '@name': `scale-lab run ${record.id}, ${formatDuration(record.wallMs)}`,
    '@tests': total('@tests'),
    '@failures': total('@failures'),
    '@errors': total('@errors'),
    '@time': seconds(record.wallMs),
    testsuite: all,
  };
  return builder.build({ ...head, testsuites });
}
