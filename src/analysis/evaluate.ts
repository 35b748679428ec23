import { findMetric } from '../metrics/catalogue.ts';
import type { Comparator, Expectation, Expression, MetricReference } from '../model/expectation.ts';
import type { MetricUnit } from '../model/numbers.ts';
import type { Caveat, TrialRecord } from '../record/run-record.ts';
import { trialOfRequest } from './by-request.ts';
import { trialOfAct } from './recovery.ts';

/** Which trials a claim is looked at for: a reference without a variant or a replica count takes it from here. */
export interface Instance {
  readonly variant: string | undefined;
  readonly replicas: number;
}

/** The least or the most that a metric may be. */
type End = 'low' | 'high';

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

/** The trial as the reference looks at it: all of it, one request of its workload, or one act. */
function resultsOf(trial: TrialRecord, { request, act }: MetricReference): TrialRecord | undefined {
  if (act !== undefined) return trialOfAct(trial, act);
  return request === undefined ? trial : trialOfRequest(trial, request);
}

function metricOf({ metric, status, service }: MetricReference, trial: TrialRecord): number | undefined {
  if (service !== undefined) return trial.byService?.find((costs) => costs.service === service)?.metrics[metric];
  const known = status === undefined ? trial.metrics[metric] : undefined;
  return known ?? findMetric(metric)?.byStatus?.(trial.measurement, status);
}

/** Why a metric is missing, where more can be said than that. */
function missingText(
  { metric, request, service, act }: MetricReference,
  { variant, measurement, byService = [], telemetry: { beside = [] } }: TrialRecord,
): string {
  if (findMetric(metric)?.openOnly === true && !measurement.open) {
    return `${metric} is of open load only: under ${variant} each request is due when it is sent`;
  }
  if (service !== undefined && !byService.some((costs) => costs.service === service)) {
    const known = byService.map((costs) => costs.service);
    return `${variant} has no service ${service} that is watched: there are ${known.length === 0 ? 'none' : known.join(', ')}`;
  }
  const unsaid = beside
    .filter((other) => findMetric(metric)?.ofBeside !== undefined && other.service === service)
    .flatMap(({ lost, silent, left = [] }) => [
      ...[...lost, ...silent].map(({ replica, problem }) => `${replica}: ${problem}`),
      ...left.map((replica) => `${replica} left before the end`),
    ])[0];
  if (unsaid !== undefined) return `not all that ${String(service)} counted under ${variant} is known: ${unsaid}`;
  const part = request ?? service ?? act;
  const of = part === undefined ? variant : `${part} under ${variant}`;
  return `${metric} of ${of} was not measured`;
}

/** A metric that caveats doubt is worth something all the same where each of them says how far it can be off. */
function endOf({ metric }: MetricReference, value: number, doubts: readonly Caveat[], end: End): number | undefined {
  const bounds = doubts.map((caveat) => caveat.bounds?.[metric]);
  if (bounds.includes(undefined)) return undefined;
  return end === 'low' ? value : Math.max(...bounds.map((bound) => bound?.most ?? Infinity));
}

function sideOf(expression: Expression, instance: Instance, round: readonly TrialRecord[], end?: End): Side {
  switch (expression.kind) {
    case 'number':
      return expression;
    case 'metric': {
      const variant = expression.variant ?? instance.variant;
      const replicas = expression.replicas ?? instance.replicas;
      const trial = round.find((candidate) => candidate.variant === variant && candidate.replicas === replicas);
      if (!trial) return { missing: 'its trial was not run' };
      const results = resultsOf(trial, expression);
      if (!results)
        return { missing: `${trial.variant} has no results of ${expression.request ?? expression.act ?? ''}` };
      const doubts = results.caveats.filter((caveat) => caveat.doubts.includes(expression.metric));
      const [doubt] = doubts;
      const value = metricOf(expression, results);
      // Where it is known why nobody knows, that is what is said.
      if (value === undefined && !doubt) return { missing: missingText(expression, trial) };
      if (value !== undefined && !doubt) return { value };
      const known = value === undefined || end === undefined ? undefined : endOf(expression, value, doubts, end);
      return known === undefined ? { missing: `${trial.variant}: ${doubt?.text ?? ''}` } : { value: known };
    }
    case 'binary': {
      // What a calculation makes of two ends is not an end of what it makes of all between them: none is asked for.
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

/** Where a claim's left side lies in one round, at least and at most, and what it is held against. */
export type Ends =
  { readonly low: number; readonly high: number; readonly right: number } | { readonly missing: string };

/** The same of a claim of one metric and a number, where a caveat that doubts the metric says how far it can be off. */
export function endsOf({ left, right }: Expectation, instance: Instance, round: readonly TrialRecord[]): Ends {
  const [low, high] = [sideOf(left, instance, round, 'low'), sideOf(left, instance, round, 'high')];
  if ('missing' in low) return low;
  if ('missing' in high) return high;
  if (right.kind !== 'number') return { missing: 'both sides are measured' };
  return { low: low.value, high: high.value, right: right.value };
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
