import { z } from 'zod';
import { bounds } from '../../model/load-profile.ts';
import { stageKinds, type WrittenStage } from '../../model/rate-stages.ts';
import { duration, issueOf, list, rate, table } from '../../shapes/shapes.ts';

const { ratePerSecond, durationMs } = bounds;
const stageRate = rate('the rate of a stage', ratePerSecond.least, ratePerSecond.most).optional();

const stageSchema = table('a stage', {
  ramp: stageRate,
  step: stageRate,
  spike: stageRate,
  for: duration('the time of a stage ("for")', durationMs.least, durationMs.most),
}).transform((read, context): WrittenStage => {
  const [kind, other] = stageKinds.filter((candidate) => read[candidate] !== undefined);
  const perSecond = kind && read[kind];
  if (kind === undefined || perSecond === undefined) {
    const hint = 'write { ramp: 1000/s, for: 10s }, or step or spike in place of ramp';
    context.issues.push(issueOf(read, { sentence: 'a stage must be a ramp, a step or a spike', hint }));
    return z.NEVER;
  }
  if (other !== undefined) {
    const fault = { sentence: `a stage with a ${kind} has no ${other}`, hint: 'write two stages' };
    context.issues.push(issueOf(read, fault, [other], true));
    return z.NEVER;
  }
  return { kind, perSecond, durationMs: read.for };
});

/** `stages:` of an open load. */
export const stagesSchema = list('stages', stageSchema, 100);
