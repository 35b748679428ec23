import { findMetric } from '../../metrics/catalogue.ts';
import { percentiles } from '../../metrics/latency.ts';

/** For 999 × (1 − 0.9) and the like, which come out a little too small. */
const rounding = 1e-9;

/** Names of the percentiles beyond which there are fewer answers than `samples`: `['p99', 'p99.9']` for 500 and 10. */
export function thinPercentiles(requests: number, samples: number): readonly string[] {
  return percentiles.filter(({ quantile }) => requests * (1 - quantile) < samples - rounding).map(({ name }) => name);
}

/** How many answers a metric takes for `samples` of them to lie beyond it; none where it is no percentile. */
export function samplesFor(metric: string, samples: number): number {
  const found = percentiles.find(({ name }) => name === metric || aliasesOf([name]).includes(metric));
  return found === undefined ? 0 : Math.ceil(samples / (1 - found.quantile) - rounding);
}

/**
 * Names of the percentiles that requests without an answer could change, were they the slowest of all. A share u of such
 * requests takes a percentile q to where q × (1 + u) is now. That moves it by u × q, out of the 1 − q that lie beyond it: from a
 * tenth of them on it is another percentile (p99 has become p99.1).
 * @param share of the requests that are missing, between 0 and 1
 */
export function censoredPercentiles(share: number): readonly string[] {
  return percentiles.filter(({ quantile }) => share > (1 - quantile) / 10 + rounding).map(({ name }) => name);
}

/** The same percentiles of the response and of the service time, as far as there are metrics for them. */
export function aliasesOf(names: readonly string[]): readonly string[] {
  const aliases = names.flatMap((name) => [`${name}.response`, `${name}.service`]);
  return aliases.filter((name) => findMetric(name) !== undefined);
}
