import { z } from 'zod';
import type { Immutable } from './immutable.ts';

/** Reads a {@link RateStage} that comes from outside the process. */
export const rateStageSchema = z.object({
  fromPerSecond: z.number().nonnegative(),
  toPerSecond: z.number().nonnegative(),
  durationMs: z.number().positive(),
});

/** A stretch of open load over which the rate goes evenly from one value to another. */
export type RateStage = Immutable<z.infer<typeof rateStageSchema>>;

/** The kinds of stages: to a rate bit by bit, at once and for good, at once and back again. */
export const stageKinds = ['ramp', 'step', 'spike'] as const;

/** A stage as it is written: where it leads is told, where it begins depends on those before it. */
export interface WrittenStage {
  readonly kind: (typeof stageKinds)[number];
  readonly perSecond: number;
  readonly durationMs: number;
}

/** The stages with their rates at either end. A ramp goes on from the rate before; after a spike that one is back. */
export function stagesFrom(perSecond: number, written: readonly WrittenStage[]): readonly RateStage[] {
  let before = perSecond;
  return written.map((stage) => {
    const fromPerSecond = stage.kind === 'ramp' ? before : stage.perSecond;
    if (stage.kind !== 'spike') before = stage.perSecond;
    return { fromPerSecond, toPerSecond: stage.perSecond, durationMs: stage.durationMs };
  });
}

/** The one stage of a constant rate. */
export function constantRate(perSecond: number, forMs: number): readonly RateStage[] {
  return [{ fromPerSecond: perSecond, toPerSecond: perSecond, durationMs: forMs }];
}

/** Whether the rate is the same from the beginning to the end. */
export function isConstant(stages: readonly RateStage[]): boolean {
  const [first, ...others] = stages;
  return first !== undefined && others.length === 0 && first.fromPerSecond === first.toPerSecond;
}

/** The stages made longer or shorter in proportion, so that together they take that long. */
export function stretched(stages: readonly RateStage[], totalMs: number): readonly RateStage[] {
  const factor = totalMs / durationOf(stages);
  let passedMs = 0;
  const fitted = stages.map((stage) => {
    // Whole milliseconds, rounded at the ends: their sum stays exact.
    const startMs = Math.round(passedMs * factor);
    passedMs += stage.durationMs;
    return { ...stage, durationMs: Math.round(passedMs * factor) - startMs };
  });
  return fitted.filter((stage) => stage.durationMs > 0);
}

/** How long the stages take together. */
export function durationOf(stages: readonly RateStage[]): number {
  return stages.reduce((sum, stage) => sum + stage.durationMs, 0);
}

/** When the first stage begins that goes to the highest rate, or comes from it. */
export function peakAtMs(stages: readonly RateStage[]): number {
  const highest = (stage: RateStage): number => Math.max(stage.fromPerSecond, stage.toPerSecond);
  const peak = Math.max(...stages.map(highest));
  const first = stages.findIndex((stage) => highest(stage) === peak);
  return durationOf(stages.slice(0, first));
}

/** How many requests are due from one moment of the stages to another. */
export function arrivalsBetween(stages: readonly RateStage[], fromMs: number, untilMs: number): number {
  let startMs = 0;
  return arrivalsIn(
    stages.flatMap((stage) => {
      const { fromPerSecond, toPerSecond, durationMs } = stage;
      const partAt = (ms: number): number => Math.min(1, Math.max(0, (ms - startMs) / durationMs));
      const [first, last] = [partAt(fromMs), partAt(untilMs)];
      startMs += durationMs;
      if (first >= last) return [];
      const rateAt = (part: number): number => fromPerSecond + (toPerSecond - fromPerSecond) * part;
      return [{ fromPerSecond: rateAt(first), toPerSecond: rateAt(last), durationMs: (last - first) * durationMs }];
    }),
  );
}

/** How many requests are due in the stages. */
export function arrivalsIn(stages: readonly RateStage[]): number {
  return stages.reduce(
    (sum, stage) => sum + ((stage.fromPerSecond + stage.toPerSecond) / 2) * (stage.durationMs / 1000),
    0,
  );
}
