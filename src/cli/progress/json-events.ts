import type { z } from 'zod';
import { jsonOf } from '../../model/foreign-text.ts';
import type { Trial } from '../../model/plan.ts';
import type { eventTrialSchema, JsonEvent } from '../../record/event.ts';
import type { RunRecord, TrialRecord } from '../../record/run-record.ts';
import type { EventSink, LabEvent } from '../../session/events.ts';
import type { Output } from '../io.ts';

function told({ number, scenario, variant, replicas, round }: Trial): z.infer<typeof eventTrialSchema> {
  return { number, scenario, variant, replicas, round };
}

function toldAs(event: LabEvent, atMs: number): JsonEvent {
  switch (event.type) {
    case 'run-started':
    case 'step':
    case 'step-ended':
    case 'remark':
    case 'look':
    case 'run-finished':
      return { ...event, atMs };
    case 'leftovers-removed':
      return { type: event.type, atMs, leftovers: event.leftovers.map(({ description }) => description) };
    case 'trial-started':
    case 'trial-second':
    case 'probe':
      return { ...event, atMs, trial: told(event.trial) };
    case 'trial-finished': {
      const { metrics, caveats, measurement } = event.record;
      const { statuses, errors } = measurement;
      const byRequest = requestsOf(event.record);
      return { type: event.type, atMs, trial: told(event.trial), metrics, caveats, statuses, errors, byRequest };
    }
  }
}

function requestsOf({ byRequest, measurement }: TrialRecord) {
  return measurement.byRequest.flatMap(({ request, statuses, errors }) => {
    const results = byRequest.find((candidate) => candidate.request === request);
    return results ? [{ ...results, statuses, errors }] : [];
  });
}

function writeLine(output: Output, event: JsonEvent): void {
  output.write(`${jsonOf(event)}\n`);
}

function since(startedAtMs: number): number {
  return Math.max(0, Math.round(Date.now() - startedAtMs));
}

/** Events as NDJSON (ndjson.org), one a line. */
export function jsonProgress(output: Output, startedAtMs: number): EventSink {
  return (event) => writeLine(output, toldAs(event, since(startedAtMs)));
}

/** The last line: how the run ended. */
export function writeResult(
  output: Output,
  { status, problem, verdicts, comparisons }: RunRecord,
  startedAtMs: number,
): void {
  writeLine(output, {
    type: 'result',
    atMs: since(startedAtMs),
    status,
    ...(problem === undefined ? {} : { problem }),
    verdicts,
    ...(comparisons === undefined ? {} : { comparisons }),
  });
}
