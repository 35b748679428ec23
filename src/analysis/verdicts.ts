import { findMetric, type MetricUnit } from '../metrics.ts';
import { formatQuantity } from '../numbers.ts';
import type { TrialRecord, Verdict } from '../result.ts';
import {
  referencesIn,
  type Comparator,
  type Expectation,
  type Expression,
  type MetricReference,
} from '../scenarios/expectation.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import { median } from './summary.ts';

/** Which trials a claim is looked at for: a reference without a variant or a replica count takes it from here. */
interface Instance {
  readonly variant: string | undefined;
  readonly replicas: number;
}

/** One side of a claim in one round. */
type Side = { readonly value: number } | { readonly missing: string };

interface Judgement {
  readonly instance: Instance;
  readonly outcome: Verdict['outcome'];
  readonly reason: string;
  /** How far inside the claim it is, as a share of the right side: the smallest one is told. */
  readonly margin: number;
}

/** The unit of an expression: numbers take it from what they stand with, and a quotient of two metrics is a plain number. */
function unitOf(expression: Expression): MetricUnit | undefined {
  switch (expression.kind) {
    case 'number':
      return undefined;
    case 'metric':
      return findMetric(expression.metric)?.unit;
    case 'binary': {
      const left = unitOf(expression.left);
      const right = unitOf(expression.right);
      if (expression.operator === '/' && right !== undefined) return 'count';
      return left ?? right;
    }
  }
}

function calculate(operator: '+' | '-' | '*' | '/', left: number, right: number): number {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return left / right;
  }
}

function holds(comparator: Comparator, left: number, right: number): boolean {
  switch (comparator) {
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    case '>=':
      return left >= right;
    case '==':
      return left === right;
    case '!=':
      return left !== right;
  }
}

function trialFor(
  reference: MetricReference,
  instance: Instance,
  round: readonly TrialRecord[],
): TrialRecord | undefined {
  const variant = reference.variant ?? instance.variant;
  const replicas = reference.replicas ?? instance.replicas;
  return round.find((trial) => trial.variant === variant && trial.replicas === replicas);
}

function evaluate(expression: Expression, instance: Instance, round: readonly TrialRecord[]): Side {
  switch (expression.kind) {
    case 'number':
      return expression;
    case 'metric': {
      const trial = trialFor(expression, instance, round);
      if (!trial) return { missing: 'its trial was not run' };
      const value = trial.metrics[expression.metric];
      if (value === undefined) return { missing: `${expression.metric} of ${trial.variant} was not measured` };
      const doubt = trial.caveats.find((caveat) => caveat.doubts.includes(expression.metric));
      return doubt ? { missing: `${trial.variant}: ${doubt.text}` } : { value };
    }
    case 'binary': {
      const left = evaluate(expression.left, instance, round);
      const right = evaluate(expression.right, instance, round);
      if ('missing' in left) return left;
      if ('missing' in right) return right;
      const value = calculate(expression.operator, left.value, right.value);
      return Number.isFinite(value) ? { value } : { missing: 'a division by zero' };
    }
  }
}

function roundsOf(trials: readonly TrialRecord[]): readonly (readonly TrialRecord[])[] {
  const numbers = [...new Set(trials.map((trial) => trial.round))];
  return numbers.map((number) => trials.filter((trial) => trial.round === number));
}

function judgeInstance(expectation: Expectation, instance: Instance, trials: readonly TrialRecord[]): Judgement {
  const lefts: number[] = [];
  const rights: number[] = [];
  const held: boolean[] = [];
  for (const round of roundsOf(trials)) {
    const left = evaluate(expectation.left, instance, round);
    const right = evaluate(expectation.right, instance, round);
    const missing = 'missing' in left ? left.missing : 'missing' in right ? right.missing : undefined;
    if (missing !== undefined) return { instance, outcome: 'inconclusive', reason: missing, margin: -Infinity };
    if ('value' in left && 'value' in right) {
      lefts.push(left.value);
      rights.push(right.value);
      held.push(holds(expectation.comparator, left.value, right.value));
    }
  }
  const left = median(lefts);
  const right = median(rights);
  const unit = unitOf(expectation.left) ?? unitOf(expectation.right) ?? 'count';
  const numbers = `${formatQuantity(left, unit)} against ${formatQuantity(right, unit)}`;
  const kept = held.filter(Boolean).length;
  const inside = expectation.comparator.startsWith('>') ? left - right : right - left;
  const margin = inside / Math.max(Math.abs(right), Number.MIN_VALUE);
  if (kept === held.length) return { instance, outcome: 'passed', reason: numbers, margin };
  if (kept === 0) return { instance, outcome: 'failed', reason: numbers, margin };
  const reason = `rounds disagree: ${kept} of ${held.length} hold; medians ${numbers}`;
  return { instance, outcome: 'inconclusive', reason, margin };
}

function instancesOf(expectation: Expectation, scenario: Scenario): readonly Instance[] {
  const references = [...referencesIn(expectation.left), ...referencesIn(expectation.right)];
  const everyVariant = references.some((reference) => reference.variant === undefined);
  const everyCount = references.some((reference) => reference.replicas === undefined);
  const variants = everyVariant ? scenario.variants.map((variant) => variant.name) : [undefined];
  const counts = everyCount ? scenario.replicas : scenario.replicas.slice(0, 1);
  return variants.flatMap((variant) => counts.map((replicas) => ({ variant, replicas })));
}

const severity = { failed: 0, inconclusive: 1, passed: 2 } as const;

function describeInstance({ instance, reason }: Judgement, scenario: Scenario): string {
  const parts = [
    instance.variant !== undefined && scenario.variants.length > 1 ? instance.variant : undefined,
    scenario.replicas.length > 1
      ? `${instance.replicas} ${instance.replicas === 1 ? 'replica' : 'replicas'}`
      : undefined,
  ].filter((part) => part !== undefined);
  return parts.length === 0 ? reason : `${reason} (${parts.join(', ')})`;
}

/**
 * Judges one claim. It is looked at for every variant and replica count that it leaves open, and in every round; what is told
 * is the worst of them. Failed: some place fails it in every round. Inconclusive: data is missing, a caveat doubts a metric
 * that it uses, or rounds disagree. Missing data is never a pass.
 */
export function judge(expectation: Expectation, scenario: Scenario, trials: readonly TrialRecord[]): Verdict {
  const ofScenario = trials.filter((trial) => trial.scenario === scenario.name);
  const judgements = instancesOf(expectation, scenario)
    .map((instance) => judgeInstance(expectation, instance, ofScenario))
    .sort((a, b) => severity[a.outcome] - severity[b.outcome] || a.margin - b.margin);
  const [worst] = judgements;
  const base = { scenario: scenario.name, expectation: expectation.text };
  if (!worst) return { ...base, outcome: 'inconclusive', reason: 'nothing was measured' };
  return { ...base, outcome: worst.outcome, reason: describeInstance(worst, scenario) };
}

/** Judges every claim of the scenarios. */
export function verdictsOf(scenarios: readonly Scenario[], trials: readonly TrialRecord[]): Verdict[] {
  return scenarios.flatMap((scenario) =>
    scenario.expectations.map((expectation) => judge(expectation, scenario, trials)),
  );
}
