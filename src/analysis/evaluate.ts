import { findMetric, type MetricUnit } from '../metrics.ts';
import type { TrialRecord } from '../result.ts';
import type { Comparator, Expectation, Expression, MetricReference } from '../scenarios/expectation.ts';

/** Which trials a claim is looked at for: a reference without a variant or a replica count takes it from here. */
export interface Instance {
  readonly variant: string | undefined;
  readonly replicas: number;
}

/** One side of a claim in one round. */
export type Side = { readonly value: number } | { readonly missing: string };

/** Both sides of a claim in one round, or why there is nothing to compare. */
export type Sides = { readonly left: number; readonly right: number } | { readonly missing: string };

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

/** Whether a comparison holds of two numbers. */
export function holds(comparator: Comparator, left: number, right: number): boolean {
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

/** How many answers had that status: `503`, or `5xx` for all from 500 to 599. */
function answersWith({ measurement }: TrialRecord, status: string): number {
  const isOf = (code: string): boolean => (status.endsWith('xx') ? code.startsWith(status.charAt(0)) : code === status);
  return Object.entries(measurement.statuses).reduce((sum, [code, count]) => (isOf(code) ? sum + count : sum), 0);
}

function metricOf({ metric, status }: MetricReference, trial: TrialRecord): number | undefined {
  if (status === undefined) return metric === 'response_share' ? 1 : trial.metrics[metric];
  const answers = answersWith(trial, status);
  if (metric === 'responses') return answers;
  const all = trial.metrics.responses ?? 0;
  return all === 0 ? undefined : answers / all;
}

/** Why a metric is missing, where more can be said than that. */
function missingText({ metric }: MetricReference, { variant, measurement }: TrialRecord): string {
  if (metric.endsWith('.response') && !measurement.open) {
    return `${metric} is of open load only: under ${variant} each request is due when it is sent`;
  }
  return `${metric} of ${variant} was not measured`;
}

function sideOf(expression: Expression, instance: Instance, round: readonly TrialRecord[]): Side {
  switch (expression.kind) {
    case 'number':
      return expression;
    case 'metric': {
      const variant = expression.variant ?? instance.variant;
      const replicas = expression.replicas ?? instance.replicas;
      const trial = round.find((candidate) => candidate.variant === variant && candidate.replicas === replicas);
      if (!trial) return { missing: 'its trial was not run' };
      const value = metricOf(expression, trial);
      const doubt = trial.caveats.find((caveat) => caveat.doubts.includes(expression.metric));
      if (doubt?.kind === 'generator-refused') return { missing: `${trial.variant}: ${doubt.text}` };
      if (value === undefined) return { missing: missingText(expression, trial) };
      return doubt ? { missing: `${trial.variant}: ${doubt.text}` } : { value };
    }
    case 'binary': {
      const left = sideOf(expression.left, instance, round);
      const right = sideOf(expression.right, instance, round);
      if ('missing' in left) return left;
      if ('missing' in right) return right;
      const value = calculate(expression.operator, left.value, right.value);
      return Number.isFinite(value) ? { value } : { missing: 'a division by zero' };
    }
  }
}

/** Both sides of a claim in one round. */
export function sidesOf({ left, right }: Expectation, instance: Instance, round: readonly TrialRecord[]): Sides {
  const [one, other] = [sideOf(left, instance, round), sideOf(right, instance, round)];
  if ('missing' in one) return one;
  if ('missing' in other) return other;
  return { left: one.value, right: other.value };
}

/** The unit of an expression: numbers take it from what they stand with, and a quotient of two metrics is a plain number. */
export function unitOf(expression: Expression): MetricUnit | undefined {
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
