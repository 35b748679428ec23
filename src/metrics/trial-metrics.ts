import type { ServiceCosts, ServiceResources } from '../model/telemetry.ts';
import { measurementOfRequest, type RequestOutcome } from './by-request.ts';
import { metrics } from './catalogue.ts';
import type { MeasuredTrial, Metric } from './metric.ts';

/** A service beside what is tested, as its system has it. */
export interface ServiceBeside {
  readonly name: string;
  /** Undefined where they come and go. */
  readonly copies: number | undefined;
}

/** All that the metrics of a trial are computed from: its own, those of its requests and of its services. */
export interface RecordedTrial extends Omit<MeasuredTrial, 'used'> {
  /** What was used by the services that were watched: copies of the target, and others. */
  readonly resources: readonly ServiceResources[];
  /** The services beside what is tested, and how many copies each has. */
  readonly beside: readonly ServiceBeside[];
  /** How many copies of the target there are. */
  readonly replicas: number;
  /** Whether they are meant to come and go. */
  readonly changes: boolean;
}

/**
 * Every metric of the catalogue that what was recorded of a trial can answer.
 * @returns by name, times in milliseconds; a metric whose data is missing is left out, never zero
 */
export function trialMetrics(trial: RecordedTrial): Record<string, number> {
  return numbersOf(metrics, { ...trial, used: copiesIn(trial) });
}

/**
 * The metrics of one request of the workload, as if it had been the only one. Where none of them ended, nothing is known of its
 * losses: no errors of no requests are no proof.
 */
export function requestMetrics(trial: RecordedTrial, outcome: RequestOutcome): Record<string, number> {
  const hasEnded = outcome.requests + outcome.failed > 0;
  const known = metrics.filter(({ byRequest, counts }) => byRequest === true && (hasEnded || counts !== 'losses'));
  return numbersOf(known, { ...trial, used: [], measurement: measurementOfRequest(trial.measurement, outcome) });
}

/**
 * What each copy used by itself, and what all copies of a service beside what is tested used and counted; a metric that is not known of
 * one is left out.
 */
export function serviceMetrics(trial: RecordedTrial): ServiceCosts[] {
  const known = metrics.filter(({ byService }) => byService === true);
  const usedBy = (used: readonly ServiceResources[]): Record<string, number> => numbersOf(known, { ...trial, used });
  const ofServices = trial.beside.map((service) => ({
    service: service.name,
    metrics: { ...countedBy(service, trial), ...usedBy(copiesOf(service, trial)) },
  }));
  // One that is there once is called as its service.
  const others = trial.resources.filter(({ copy }) => !trial.beside.some(({ name }) => name === copy));
  return [...others.map((used) => ({ service: used.copy, metrics: usedBy([used]) })), ...ofServices];
}

/** What a service beside what is tested counted. */
function countedBy({ name }: ServiceBeside, trial: RecordedTrial): Record<string, number> {
  const service = trial.telemetry.beside?.find((candidate) => candidate.service === name);
  if (service === undefined) return {};
  const known = metrics.flatMap(({ name: metric, ofBeside }) => {
    return ofBeside === undefined
      ? []
      : [{ name: metric, of: (measured: MeasuredTrial) => ofBeside(service, measured) }];
  });
  return numbersOf(known, { ...trial, used: [] });
}

/** All of its copies; none where not all of them are known. */
function copiesOf({ name, copies }: ServiceBeside, { resources }: RecordedTrial): readonly ServiceResources[] {
  const used = resources.filter(({ service }) => service === name);
  return used.length === copies ? used : [];
}

/** The copies of the target; none where one told nothing, and where copies come and go: never a part of them. */
function copiesIn({ resources, replicas, changes }: RecordedTrial): readonly ServiceResources[] {
  const copies = resources.filter(({ role }) => role === 'tested');
  return changes || copies.length !== replicas ? [] : copies;
}

function numbersOf(some: readonly Pick<Metric, 'name' | 'of'>[], trial: MeasuredTrial): Record<string, number> {
  const known: Record<string, number> = {};
  for (const { name, of } of some) {
    const value = of(trial);
    if (value !== undefined) known[name] = value;
  }
  return known;
}
