import { orderText } from '../../model/act-words.ts';
import { formatDuration, plural } from '../../model/numbers.ts';
import { actsOn, type Pace, type Plan, expectedTrialMs, paces, remainingMs, workersOf } from '../../model/plan.ts';
import type { Scenario } from '../../model/scenario.ts';
import { describeSharedLoad } from './load-words.ts';
import { describeData, describeRequest, describeSettings } from './words.ts';

const width = 80;

/** The plan as text, for `--dry-run`; it ends with a newline. */
export function describePlan(plan: Plan, pace: Pace = paces.processes): string {
  const time = formatDuration(remainingMs(plan, 0, pace));
  const head = `${plural(plan.trials.length, 'trial')}, about ${time}, seed ${plan.seed}`;
  return `${[head, ...plan.scenarios.map((scenario) => describeScenario(scenario, plan, pace))].join('\n\n')}\n`;
}

function describeScenario(scenario: Scenario, plan: Plan, pace: Pace): string {
  const { workload } = scenario;
  const workers = workersOf(plan, scenario.name);
  const leftOut = plan.leftOut.filter((left) => left.scenario === scenario.name);
  const facts = [
    ...fact('question', [scenario.question]),
    ...fact('load', [describeSharedLoad(scenario)]),
    ...fact('workers', workers > 1 ? [`${workers}, which share the load`] : []),
    ...fact(
      'requests',
      workload.requests.map((request) => describeRequest(request, workload)),
    ),
    ...fact('data', [describeData(scenario)]),
    ...fact(
      'variants',
      scenario.variants.map((variant) => `${variant.name}: ${describeSettings(variant)}`),
    ),
    ...fact(
      'claims',
      scenario.expectations.map(({ text }) => text),
    ),
    ...fact(
      'left out',
      leftOut.map(({ expectation }) => expectation),
    ),
  ];
  return [scenario.name, ...facts, '', ...describeTrials(scenario, plan, pace)].join('\n');
}

function describeTrials(scenario: Scenario, plan: Plan, pace: Pace): readonly string[] {
  const longest = Math.max('variant'.length, ...scenario.variants.map(({ name }) => name.length));
  type Cells = readonly [trial: string, variant: string, replicas: string, round: string, time: string, acts: string];
  const row = (...[trial, variant, replicas, round, time, acts]: Cells): string =>
    `  ${trial.padStart(5)}  ${variant.padEnd(longest)}  ${replicas.padStart(8)}  ${round.padStart(5)}  ${time.padStart(9)}  ${acts}`.trimEnd();
  const trials = plan.trials.filter((trial) => trial.scenario === scenario.name);
  const hasActs = trials.some(({ system }) => actsOn(system).length > 0);
  return [
    row('trial', 'variant', 'replicas', 'round', 'time', hasActs ? 'acts' : ''),
    ...trials.map((trial) => {
      const { variant, replicas, round } = trial;
      const time = formatDuration(expectedTrialMs(trial, pace));
      const { system } = trial;
      const acts = actsOn(system)
        .map((act) => orderText(act, system))
        .join('; ');
      return row(String(trial.number), variant, String(replicas), String(round), time, acts);
    }),
  ];
}

/** Lines of a fact under its label; what is too long goes on in the next line. */
function fact(label: string, items: readonly string[]): readonly string[] {
  const lines = items.flatMap((item) => wrap(item, width - 12));
  return lines.map((line, index) => `  ${(index === 0 ? label : '').padEnd(10)}${line}`);
}

function wrap(text: string, most: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1);
    const longer = `${last ?? ''} ${word}`;
    if (last !== undefined && longer.length <= most) lines[lines.length - 1] = longer;
    else lines.push(lines.length === 0 ? word : `  ${word}`);
  }
  return lines;
}
