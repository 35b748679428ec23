import type { Scaling } from '../../../record/run-record.ts';
import { scalingLine, scalingTable } from '../../tables/scaling-table.ts';
import type { Figure } from '../figure.tsx';
import type { Point } from './chart.ts';

function lawPoints({ law }: Scaling): readonly Point[] {
  return (law?.curve ?? []).map(({ count: x, value, low, high }) => ({ x, value, low, high }));
}

function figureOf(scaling: Scaling): Figure {
  const { variant, over, points } = scaling;
  const { title: _, ...table } = scalingTable(scaling);
  const law = lawPoints(scaling);
  return {
    title: `How ${variant} scales over ${over}`,
    note: `${scalingLine(scaling)}.`,
    chart: {
      kind: 'lines',
      x: { title: over, scale: 'linear', unit: 'count' },
      y: { title: 'RPS', scale: 'linear', unit: 'per-second' },
      series: [
        {
          name: 'measured',
          color: 0,
          style: 'points',
          points: points.map(({ count: x, rps: value, low, high }) => ({ x, value, low, high })),
        },
        ...(law.length === 0
          ? []
          : [{ name: 'Universal Scalability Law', color: 1, style: 'band' as const, points: law }]),
      ],
      marks: [],
    },
    table,
  };
}

/** RPS over replicas or connections, with the law through it. */
export function scalingFigures(curves: readonly Scaling[]): readonly Figure[] {
  return curves.map(figureOf);
}
