import { toldCounters, type HostedSystem } from '../../model/system.ts';
import { parseExposition } from '../../telemetry/prometheus.ts';

/**
 * What of a foreign exposition the lab knows, under the names that it has for it: counters only, whatever else is in it. A
 * counter is found by the name of its samples, so that the `_count` of a histogram will do.
 */
export function toldCountersOf(text: string, names: HostedSystem['counters']): string {
  const { samples } = parseExposition(text);
  return toldCounters
    .flatMap((counter) => {
      const told = names[counter] ?? counter;
      const lines = samples
        .filter(({ name }) => name === told)
        .map(({ labels, value }) => `${counter}${labels === '' ? '' : `{${labels}}`} ${value}`);
      return lines.length === 0 ? [] : [`# TYPE ${counter} counter`, ...lines];
    })
    .map((line) => `${line}\n`)
    .join('');
}
