import { lawAt } from '../../../analysis/scaling-law/law.ts';
import { scalingLine, scalingTable } from '../../scaling-table.ts';
import type { Scaling } from '../../../result.ts';
import type { Figure } from '../figure.tsx';
import type { Point } from './chart.ts';

/** Enough for a smooth line. */
const stepsOfLaw = 60;

function lawPoints({ law, points }: Scaling): readonly Point[] {
  if (law === undefined) return [];
  const largest = Math.max(...points.map(({ count }) => count), Math.ceil(law.peak?.count.value ?? 0));
  const parameters = {
    perOne: law.perOne.value,
    contention: law.contention.value,
    coherency: law.coherency.value,
  };
  return Array.from({ length: stepsOfLaw + 1 }, (_, step) => {
    const x = 1 + ((largest - 1) * step) / stepsOfLaw;
    return { x, value: lawAt(parameters, x) };
  });
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
          : [{ name: 'Universal Scalability Law', color: 1, style: 'dashed' as const, points: law }]),
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
