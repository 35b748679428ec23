import { findMetric, metrics, type Metric } from '../metrics.ts';
import { dimensionOf, type Dimension } from './dimension.ts';
import type { MetricReference } from './expectation.ts';
import type { Extent, Fault } from './fault.ts';
import { didYouMean, suggestion } from './suggest.ts';
import type { ArgumentToken, Token } from './tokens.ts';

/** What the claims of a scenario can refer to; what is not given is not checked. */
export interface ExpectationScope {
  readonly variants: readonly string[] | undefined;
  readonly replicas: readonly number[] | undefined;
  /** The variants that are servers of the user's own of which only the client's side is known. */
  readonly silent?: readonly string[] | undefined;
  /** Those that tell some counters of themselves. */
  readonly hosted?: readonly string[] | undefined;
}

/** What is made of the counters that a server of the user's own may tell. */
const toldMetrics = [
  'smallest_share',
  'largest_share',
  'queries_per_request',
  'cache_hit_rate',
  'recomputes',
  'pool_rejected',
];

/** A metric as a claim refers to it, and what is wrong with that. */
export interface ReadMetric {
  readonly expression: MetricReference;
  readonly dimension: Dimension;
  readonly faults: readonly Fault[];
}

/** Looks a metric, its variant and its number of replicas up. */
export function readMetric(token: Token & { kind: 'metric' }, text: string, scope: ExpectationScope): ReadMetric {
  const { name, args } = token;
  const metric = findMetric(name.text);
  const [variant, ...otherVariants] = args.filter((argument) => argument.value === undefined);
  const valued = args.filter((argument) => argument.value !== undefined);
  const [status, ...otherStatuses] = valued.filter((argument) => argument.name === 'status');
  const [count, ...otherCounts] = valued.filter((argument) => argument.name !== 'status');
  const twice = [...otherVariants, ...otherCounts, ...otherStatuses].map((argument) =>
    faultAt(argument, 'a metric is narrowed to one variant and one number of replicas'),
  );
  const faults = [
    metric ? within(name, serverFault(name.text, variant?.name, scope)) : unknownMetric(name, text),
    ...twice,
    variantFault(variant, scope),
    countFault(count, scope),
    statusFault(status, metric),
  ];
  const replicas = count && Number(count.value?.text);
  return {
    expression: { kind: 'metric', metric: name.text, variant: variant?.name, replicas, status: status?.value?.text },
    dimension: metric ? dimensionOf(metric.unit) : 'unknown',
    faults: faults.filter((fault) => fault !== undefined),
  };
}

/** What is wrong with a metric of the replicas' own where every variant that may be meant is a target. */
export function serverFault(metric: string, variant: string | undefined, scope: ExpectationScope): Fault | undefined {
  const { silent = [], hosted = [], variants = [] } = scope;
  if (findMetric(metric)?.side !== 'server') return undefined;
  const meant = variant === undefined ? variants : [variant];
  const tells = (name: string): boolean => {
    return !silent.includes(name) && (!hosted.includes(name) || toldMetrics.includes(metric));
  };
  if (meant.length === 0 || meant.some(tells)) return undefined;
  const isTelling = meant.some((name) => hosted.includes(name));
  const known = metrics.filter(({ name, side }) => side !== 'server' || (isTelling && toldMetrics.includes(name)));
  return {
    sentence: isTelling
      ? `${metric} comes from the reference app's own telemetry, and the counters of a target do not tell it`
      : `${metric} comes from the reference app's own telemetry, and a target has none`,
    hint: `there are: ${known.map(({ name }) => name).join(', ')}`,
  };
}

function variantFault(argument: ArgumentToken | undefined, { variants }: ExpectationScope): Fault | undefined {
  if (!argument || !variants || variants.includes(argument.name)) return undefined;
  return faultAt(argument, `the variant "${argument.name}" is not known`, suggestion(argument.name, variants));
}

function countFault(argument: ArgumentToken | undefined, { replicas }: ExpectationScope): Fault | undefined {
  if (!argument?.value) return undefined;
  const { name, value } = argument;
  if (name !== 'replicas')
    return faultAt(argument, `a metric cannot be narrowed by "${name}"`, suggestion(name, ['replicas', 'status']));
  if (!/^\d{1,4}$/.test(value.text)) return faultAt(value, 'the number of replicas must be a whole number');
  if (!replicas || replicas.includes(Number(value.text))) return undefined;
  return faultAt(value, `the scenario does not run at ${value.text} replicas`, `there are: ${replicas.join(', ')}`);
}

/** `status=503` or `status=5xx`, and only behind a metric that counts answers. */
function statusFault(argument: ArgumentToken | undefined, metric: Metric | undefined): Fault | undefined {
  if (!argument?.value) return undefined;
  if (metric && metric.byStatus !== true) {
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

function faultAt({ start, end }: Extent, sentence: string, hint?: string): Fault {
  return { sentence, hint, within: { start, end } };
}
