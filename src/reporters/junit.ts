import XMLBuilder from 'fast-xml-builder';
import { formatDuration, plural } from '../numbers.ts';
import type { RunRecord, ScenarioRecord, TrialRecord, Verdict } from '../result.ts';
import { causeLines } from './cause-lines.ts';
import { loadMsOf } from './load-time.ts';
import { failureLines } from './failures.ts';
import { answerLines } from './status-lines.ts';
import { statusText } from './status-text.ts';

/** A node of the document; `@` marks attributes. */
type Node = Readonly<Record<string, unknown>>;

/** What XML cannot hold, in no writing: control characters, halves of pairs, and two that are no characters. */
const notXml =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

function clean(text: string): string {
  return text.replace(notXml, '\ufffd');
}

function base(name: string, scenario: string, trials: readonly TrialRecord[]): Node {
  return { '@name': clean(name), '@classname': clean(scenario), '@time': seconds(loadMsOf(trials)) };
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}

/**
 * With the time of the trials that it leans on. An inconclusive claim is neither passed nor failed: viewers show "skipped" for
 * what they are not to count as either.
 */
function testcase(
  { scenario, expectation, outcome, reason, trials: numbers }: Verdict,
  trials: readonly TrialRecord[],
): Node {
  const leansOn = numbers === undefined ? trials : trials.filter(({ number }) => numbers.includes(number));
  const about = base(expectation, scenario, leansOn);
  const text = clean(reason);
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
  const message = 'not judged: not all that it compares was selected';
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
  const error = { '@message': clean(text), '@type': record.status, '#text': clean(whole) };
  return [{ ...base('the run', 'scale-lab', record.trials), error }];
}

function suite(name: string, cases: readonly Node[], trials: readonly TrialRecord[], record: RunRecord): Node {
  const count = (kind: string): number => cases.filter((each) => kind in each).length;
  const causes = [...(record.status === 'complete' ? failureLines(record) : []), ...causeLines(trials)];
  const compared = (record.comparisons ?? []).filter(({ scenario }) => scenario === name);
  const said = [...answerLines(name, trials), ...compared.flatMap(({ caveats }) => caveats)];
  const properties = { platform: record.platform, seed: record.seed, run: record.id, cpu: record.machine.cpu };
  return {
    '@name': clean(name),
    '@tests': cases.length,
    '@failures': count('failure'),
    '@errors': count('error'),
    '@skipped': count('skipped'),
    '@time': seconds(loadMsOf(trials)),
    '@timestamp': record.startedAt.slice(0, 19),
    properties: {
      property: Object.entries(properties).map(([key, value]) => ({ '@name': key, '@value': clean(String(value)) })),
    },
    testcase: cases,
    ...(said.length === 0 ? {} : { 'system-out': clean(said.join('\n')) }),
    ...(causes.length === 0 ? {} : { 'system-err': clean(causes.join('\n')) }),
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
