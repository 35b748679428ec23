import { lawAt } from '../../analysis/scaling-law/law.ts';
import { formatNumber, formatPercent } from '../../model/numbers.ts';
import type { Scaling } from '../../record/run-record.ts';
import type { Table } from './table.ts';

type Estimate = NonNullable<Scaling['law']>['perOne'];

/** `1,020 (990 to 1,050)`. */
function within({ value, low, high }: Estimate, text: (value: number) => string = formatNumber): string {
  return `${text(value)} (${text(low)} to ${text(high)})`;
}

/** RPS at each count, what each gives of what one gives, and what the law says. */
export function scalingTable({ variant, over, points, law }: Scaling): Table {
  const fitted =
    law &&
    ((count: number): number =>
      lawAt({ perOne: law.perOne.value, contention: law.contention.value, coherency: law.coherency.value }, count));
  return {
    title: `how ${variant} scales over ${over}`,
    headings: [over, 'RPS', 'lowest', 'highest', 'efficiency', ...(fitted ? ['by the law'] : [])],
    labels: 1,
    rows: points.map(({ count, rps, low, high, efficiency }) => [
      { text: String(count) },
      { text: formatNumber(rps) },
      { text: formatNumber(low) },
      { text: formatNumber(high) },
      { text: formatPercent(efficiency) },
      ...(fitted ? [{ text: formatNumber(fitted(count)) }] : []),
    ]),
  };
}

/** What the law says in words, or why there is none. */
export function scalingLine({ variant, over, law, refusal }: Scaling): string {
  const noun = over === 'replicas' ? 'replica' : 'connection';
  if (law === undefined) return `${variant}: no scaling law was fitted: ${refusal ?? 'nothing was measured'}`;
  const percent = (share: number): string => `${formatNumber(share * 100)}%`;
  const peak =
    law.peak === undefined
      ? 'a peak cannot be told from these counts'
      : `highest at ${within(law.peak.count)} ${noun}s, with ${within(law.peak.rps)} RPS`;
  return [
    `${variant}: one ${noun} gives ${within(law.perOne)} RPS`,
    `contention ${within(law.contention, percent)}`,
    `coherency ${within(law.coherency, percent)}`,
    peak,
    `the law explains ${formatPercent(law.determination)} of how RPS varies`,
  ].join('; ');
}
