import { rowsOf } from '../../../analysis/summary.ts';
import type { RunRecord, ScenarioRecord } from '../../../record/run-record.ts';
import type { Figure } from '../figure.tsx';
import { anatomyFigure } from './anatomy-figure.ts';
import { comparisonFigures } from './comparison-figures.ts';
import { metricFigures } from './metric-figures.ts';
import { percentileFigure } from './percentile-figure.ts';
import { scalingFigures } from './scaling-figures.ts';
import { sharesFigures } from './shares-figure.ts';
import { timelineFigures } from './timeline-figures.ts';

/** The figures of a scenario, by where they stand on the page. */
export interface ScenarioFigures {
  readonly comparisons: readonly Figure[];
  readonly metrics: readonly Figure[];
  readonly percentiles: readonly Figure[];
  readonly timeline: readonly Figure[];
  readonly anatomy: readonly Figure[];
  readonly scaling: readonly Figure[];
  readonly shares: readonly Figure[];
}

/** Everything that can be drawn of a scenario; what there is nothing of is empty. */
export function figuresOf({ name, variants }: ScenarioRecord, record: RunRecord): ScenarioFigures {
  const rows = rowsOf(
    record.trials,
    name,
    variants.map((variant) => variant.name),
  );
  return {
    comparisons: comparisonFigures((record.comparisons ?? []).filter(({ scenario }) => scenario === name)),
    metrics: metricFigures(rows),
    percentiles: percentileFigure(rows),
    timeline: timelineFigures(rows),
    anatomy: anatomyFigure(rows),
    scaling: scalingFigures((record.scaling ?? []).filter(({ scenario }) => scenario === name)),
    shares: sharesFigures(rows),
  };
}
