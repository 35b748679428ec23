import type { RunRecord, Verdict } from '../record/run-record.ts';
import { conclusionText } from './layout.ts';
import { causeLines } from './lines/cause-lines.ts';
import { failureLines } from './lines/failures.ts';
import { answerLines } from './lines/status-lines.ts';
import { statusText } from './lines/status-text.ts';

/** As GitHub's own toolkit escapes what comes after `::` (actions/toolkit, packages/core/src/command.ts). */
function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

function command(level: 'error' | 'warning' | 'notice', title: string, text: string): string {
  return `::${level} title=${property(title)}::${data(text)}`;
}

function ofVerdict({ scenario, expectation, outcome, reason }: Verdict, record: RunRecord): readonly string[] {
  const causes = causeLines(record.trials.filter((trial) => trial.scenario === scenario));
  const text = [`${expectation}: ${reason}`, ...causes].join('\n');
  if (outcome === 'failed') return [command('error', `${scenario}: failed`, text)];
  return outcome === 'inconclusive' ? [command('warning', `${scenario}: inconclusive`, text)] : [];
}

/** How the answers of each scenario were, by status. */
function answersIn({ scenarios, trials }: RunRecord): readonly string[] {
  return scenarios.flatMap(({ name }) => {
    const own = trials.filter(({ scenario }) => scenario === name);
    return answerLines(name, own).map((line) => `${name}: ${line}`);
  });
}

/** Workflow commands, which GitHub Actions shows as annotations: an error a failed claim, a warning an inconclusive one. */
export function githubReport(record: RunRecord): string {
  const status = statusText(record);
  const notes = (record.comparisons ?? []).flatMap(({ caveats }) => caveats);
  const failed = failureLines(record);
  const level = record.verdicts.some(({ outcome }) => outcome === 'failed') ? 'error' : 'warning';
  const lines = [
    ...(status === undefined ? [] : [command('error', 'scale-lab', [status, ...failed].join('\n'))]),
    ...(status === undefined && failed.length > 0 ? [command(level, 'scale-lab', failed.join('\n'))] : []),
    ...(record.tried ?? []).flatMap(({ note }) => (note === undefined ? [] : [command('warning', 'scale-lab', note)])),
    ...record.verdicts.flatMap((verdict) => ofVerdict(verdict, record)),
    command(
      'notice',
      `scale-lab run ${record.id}`,
      [conclusionText(record), ...answersIn(record), ...notes].join('\n'),
    ),
  ];
  return `${lines.join('\n')}\n`;
}
