import { findMetric, metrics } from '../../metrics/catalogue.ts';
import type { Metric } from '../../metrics/metric.ts';
import type { MetricReference } from '../../model/expectation.ts';
import type { Extent, Fault } from '../../shapes/fault.ts';
import { didYouMean, suggestion } from '../../shapes/suggest.ts';
import { dimensionOf, type Dimension } from './dimension.ts';
import type { ArgumentToken, Token } from './tokens.ts';

/** What the claims of a scenario can refer to; what is not given is not checked. */
export interface ExpectationScope {
  readonly variants: readonly string[] | undefined;
  readonly replicas: readonly number[] | undefined;
  /** The names of the workload's requests. */
  readonly requests?: readonly string[] | undefined;
  /** The variants that are servers of the user's own of which only the client's side is known. */
  readonly silent?: readonly string[] | undefined;
  /** Those that tell some counters of themselves. */
  readonly hosted?: readonly string[] | undefined;
  /** By variant, the services that run for it; none for a server that runs already. */
  readonly services?: Readonly<Record<string, readonly string[]>> | undefined;
  /** By variant, the services beside what is tested, and whether each counts its requests where the lab can ask for it. */
  readonly beside?: Readonly<Record<string, readonly BesideScope[]>> | undefined;
  /** By variant, the names of what is done to it while the load goes on. */
  readonly acts?: Readonly<Record<string, readonly string[]>> | undefined;
}

/** A service beside what is tested, as claims may name it. */
export interface BesideScope {
  readonly name: string;
  readonly counts: boolean;
}

/** What a metric can be narrowed by, beside a variant. */
const narrowings = ['replicas', 'request', 'status', 'service', 'act'];

const onlyOnce =
  'a metric is narrowed to one variant, one number of replicas, one request, one status, one service and one act';

/** A metric as a claim refers to it, and what is wrong with that. */
export interface ReadMetric {
  readonly expression: MetricReference;
  readonly dimension: Dimension;
  readonly faults: readonly Fault[];
}

/** Looks up a metric, and what it is narrowed to. */
export function readMetric(token: Token & { kind: 'metric' }, text: string, scope: ExpectationScope): ReadMetric {
  const { name, args } = token;
  const metric = findMetric(name.text);
  const [variant, ...otherVariants] = args.filter((argument) => argument.value === undefined);
  const valued = args.filter((argument) => argument.value !== undefined);
  const called = (key: string): readonly ArgumentToken[] => valued.filter((argument) => argument.name === key);
  const [status, ...otherStatuses] = called('status');
  const [request, ...otherRequests] = called('request');
  const [count, ...otherCounts] = called('replicas');
  const [service, ...otherServices] = called('service');
  const [act, ...otherActs] = called('act');
  const others = [...otherVariants, ...otherCounts, ...otherRequests, ...otherStatuses, ...otherServices, ...otherActs];
  const twice = others.map((argument) => faultAt(argument, onlyOnce));
  const strange = valued.filter((argument) => !narrowings.includes(argument.name));
  // What a service beside it counts does not lean on what is tested itself.
  const isOfBeside = service !== undefined && metric?.ofBeside !== undefined && metric.besideOnly !== true;
  const serverSide = isOfBeside ? undefined : serverFault(name.text, variant?.name, scope);
  const faults = [
    metric ? within(name, serverSide) : unknownMetric(name, text),
    ...twice,
    variantFault(variant, scope),
    ...strange.map((argument) =>
      faultAt(argument, `a metric cannot be narrowed by "${argument.name}"`, suggestion(argument.name, narrowings)),
    ),
    countFault(count, scope),
    requestFault(request, metric, scope),
    statusFault(status, metric),
    serviceFault(service, metric, variant?.name, scope),
    actFault(act, metric, variant?.name, scope),
    act && request && faultAt(act, 'what an act did to one request is not known', 'leave one of them out'),
    service && request && faultAt(service, 'what a service did for one request is not known', 'leave one of them out'),
  ];
  const replicas = count && Number(count.value?.text);
  return {
    expression: {
      kind: 'metric',
      metric: name.text,
      variant: variant?.name,
      replicas,
      request: request?.value?.text,
      status: status?.value?.text,
      service: service?.value?.text,
      act: act?.value?.text,
    },
    dimension: metric ? dimensionOf(metric.unit) : 'unknown',
    faults: faults.filter((fault) => fault !== undefined),
  };
}

/** What is wrong with a metric of the server's side where every variant that may be meant is a target that does not have it. */
export function serverFault(metric: string, variant: string | undefined, scope: ExpectationScope): Fault | undefined {
  const { silent = [], hosted = [], variants = [] } = scope;
  const found = findMetric(metric);
  if (found?.side !== 'server') return undefined;
  if (found.byService === true) return unwatchedFault(metric, variant, scope);
  const beside = found.besideOnly === true ? besideFor(variant, scope) : undefined;
  if (beside?.every(({ counts }) => !counts)) {
    return {
      sentence: `${metric} is of services beside what is tested, and none counts its requests`,
      hint: undefined,
    };
  }
  const meant = variant === undefined ? variants : [variant];
  const tells = (name: string): boolean => {
    return !silent.includes(name) && (!hosted.includes(name) || found.fromTarget === true);
  };
  if (meant.length === 0 || meant.some(tells)) return undefined;
  const isTelling = meant.some((name) => hosted.includes(name));
  const known = metrics.filter(({ side, fromTarget }) => side !== 'server' || (isTelling && fromTarget === true));
  return {
    sentence: isTelling
      ? `${metric} comes from the reference app's own telemetry, and the counters of a target do not tell it`
      : `${metric} comes from the reference app's own telemetry, and a target has none`,
    hint: `there are: ${known.map(({ name }) => name).join(', ')}`,
  };
}

/** What the lab does not start it does not watch. */
function unwatchedFault(metric: string, variant: string | undefined, scope: ExpectationScope): Fault | undefined {
  const known = servicesFor(variant, scope);
  if (known === undefined || known.length > 0) return undefined;
  return {
    sentence: `${metric} is what a server uses, and nobody watches one that runs already`,
    hint: 'let the lab start it: write command or image in place of url',
  };
}

/** The services of the variants that may be meant; undefined where that is not known. */
function servicesFor(
  variant: string | undefined,
  { services, variants = [] }: ExpectationScope,
): readonly string[] | undefined {
  const meant = variant === undefined ? variants : [variant];
  if (services === undefined || meant.length === 0) return undefined;
  const known = meant.map((name) => services[name]);
  return known.includes(undefined) ? undefined : [...new Set(known.flatMap((names) => names ?? []))];
}

/** The services beside what is tested of the variants that may be meant; undefined where that is not known. */
function besideFor(
  variant: string | undefined,
  { beside, variants = [] }: ExpectationScope,
): readonly BesideScope[] | undefined {
  const meant = variant === undefined ? variants : [variant];
  return beside === undefined || meant.length === 0 ? undefined : meant.flatMap((name) => beside[name] ?? []);
}

/** `service=postgres` behind a metric of what services use, `service=mailer` also behind one of what those beside the tested one count. */
function serviceFault(
  argument: ArgumentToken | undefined,
  metric: Metric | undefined,
  variant: string | undefined,
  scope: ExpectationScope,
): Fault | undefined {
  if (!argument?.value) return undefined;
  if (metric && metric.byService !== true && metric.ofBeside === undefined) {
    const names = metrics.flatMap(({ name, byService, ofBeside }) => (byService || ofBeside ? [name] : []));
    return faultAt(argument, `${metric.name} cannot be narrowed by service`, `only these can: ${names.join(', ')}`);
  }
  const [watched, beside] = [servicesFor(variant, scope), besideFor(variant, scope)];
  if (metric?.ofBeside) return beside && countingFault(argument.value, beside, watched);
  const known = watched && [...new Set([...watched, ...(beside ?? []).map(({ name }) => name)])];
  const { text } = argument.value;
  // Where there are none, that is said of the metric.
  if (known === undefined || known.length === 0 || known.includes(text)) return undefined;
  return faultAt(argument.value, `the service "${text}" is not known`, suggestion(text, known));
}

/** Only what runs beside the tested service counts its requests for itself, where it has counters. */
function countingFault(
  name: Extent & { readonly text: string },
  beside: readonly BesideScope[],
  watched: readonly string[] = [],
): Fault | undefined {
  const { text } = name;
  const counting = [...new Set(beside.flatMap((service) => (service.counts ? [service.name] : [])))];
  if (counting.includes(text)) return undefined;
  if (beside.some((service) => service.name === text)) {
    return faultAt(name, `the service "${text}" tells no counters`, 'write metrics: /metrics, if it has them there');
  }
  const sentence = watched.includes(text)
    ? `the service "${text}" does not count its requests: only those beside what is tested do`
    : `the service "${text}" is not known`;
  return faultAt(name, sentence, suggestion(text, counting));
}

/** `act=kill-app`, and only behind a metric of what clients see of an act. */
function actFault(
  argument: ArgumentToken | undefined,
  metric: Metric | undefined,
  variant: string | undefined,
  { acts, variants = [] }: ExpectationScope,
): Fault | undefined {
  if (!argument?.value) return undefined;
  if (metric && metric.byAct !== true) {
    const names = metrics.flatMap(({ name, byAct }) => (byAct ? [name] : []));
    return faultAt(argument, `${metric.name} cannot be narrowed by act`, `only ${names.join(' and ')} can`);
  }
  const meant = variant === undefined ? variants : [variant];
  if (acts === undefined || meant.length === 0 || meant.some((name) => acts[name] === undefined)) return undefined;
  const known = [...new Set(meant.flatMap((name) => acts[name] ?? []))];
  const { text } = argument.value;
  return known.includes(text)
    ? undefined
    : faultAt(argument.value, `the act "${text}" is not known`, suggestion(text, known));
}

function variantFault(argument: ArgumentToken | undefined, { variants }: ExpectationScope): Fault | undefined {
  if (!argument || !variants || variants.includes(argument.name)) return undefined;
  return faultAt(argument, `the variant "${argument.name}" is not known`, suggestion(argument.name, variants));
}

function countFault(argument: ArgumentToken | undefined, { replicas }: ExpectationScope): Fault | undefined {
  if (!argument?.value) return undefined;
  const { value } = argument;
  if (!/^\d{1,4}$/.test(value.text)) return faultAt(value, 'the number of replicas must be a whole number');
  if (!replicas || replicas.includes(Number(value.text))) return undefined;
  return faultAt(value, `the scenario does not run at ${value.text} replicas`, `there are: ${replicas.join(', ')}`);
}

/** `request='POST /pay'`, and only behind a metric of what clients see of each request. */
function requestFault(
  argument: ArgumentToken | undefined,
  metric: Metric | undefined,
  { requests }: ExpectationScope,
): Fault | undefined {
  if (!argument?.value) return undefined;
  if (metric && metric.byRequest !== true) {
    const names = metrics.flatMap(({ name, byRequest }) => (byRequest ? [name] : []));
    return faultAt(argument, `${metric.name} cannot be narrowed by request`, `only these can: ${names.join(', ')}`);
  }
  return unknownRequest(argument.value.text, requests, argument.value);
}

/** What is wrong with the name of a request that a claim refers to, if the workload has none of that name. */
export function unknownRequest(
  name: string,
  requests: readonly string[] | undefined,
  within?: Extent,
): Fault | undefined {
  if (!requests || requests.includes(name)) return undefined;
  return faultAt(within, `the request "${name}" is not known`, suggestion(name, requests));
}

/** `status=503` or `status=5xx`, and only behind a metric that counts answers. */
function statusFault(argument: ArgumentToken | undefined, metric: Metric | undefined): Fault | undefined {
  if (!argument?.value) return undefined;
  if (metric && metric.byStatus === undefined) {
    const names = metrics.flatMap(({ name, byStatus }) => (byStatus ? [name] : []));
    return faultAt(argument, `${metric.name} cannot be narrowed by status`, `only ${names.join(' and ')} can`);
  }
  if (/^[1-5](?:\d\d|xx)$/.test(argument.value.text)) return undefined;
  return faultAt(
    argument.value,
    `"${argument.value.text}" is no status`,
    'write status=503, or status=5xx for all of them',
  );
}

function unknownMetric(name: Extent & { readonly text: string }, text: string): Fault {
  const names = metrics.map((metric) => metric.name);
  // `error-rate` reads as a subtraction: the whole of it was meant.
  const whole = /^[\w.-]+/.exec(text.slice(name.start))?.[0].replaceAll('-', '_') ?? name.text;
  const meant = names.includes(whole) ? whole : didYouMean(name.text, names);
  const hint = meant === undefined ? suggestion('', names) : `did you mean "${meant}"? There are: ${names.join(', ')}`;
  return faultAt(name, `the metric "${name.text}" is not known`, hint);
}

function within({ start, end }: Extent, fault: Fault | undefined): Fault | undefined {
  return fault && { ...fault, within: { start, end } };
}

function faultAt(place: Extent | undefined, sentence: string, hint?: string): Fault {
  return { sentence, hint, within: place && { start: place.start, end: place.end } };
}
