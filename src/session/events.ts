import type { Trial } from '../model/plan.ts';
import type { Leftover } from '../platforms/platform.ts';
import type { Comparison, RateSearchRecord, TrialRecord } from '../record/run-record.ts';

/** Everything that happens in a run: the only way in which work talks to a screen. */
export type LabEvent =
  | { readonly type: 'run-started'; readonly runId: string; readonly trials: number; readonly expectedMs: number }
  | { readonly type: 'leftovers-removed'; readonly leftovers: readonly Leftover[] }
  /** Something begins that takes its time: "PostgreSQL starts". Several go on at once. */
  | { readonly type: 'step'; readonly step: string }
  /** It is over, whether it went well or not. */
  | { readonly type: 'step-ended'; readonly step: string; readonly tookMs: number }
  /** Something is so, or has come so far: "postgres:18 is pulled: 30 of 150 MB". */
  | { readonly type: 'remark'; readonly text: string }
  | { readonly type: 'trial-started'; readonly trial: Trial; readonly remainingMs: number }
  | {
      readonly type: 'trial-second';
      readonly trial: Trial;
      readonly phase: 'warm-up' | 'measuring';
      readonly second: number;
      readonly rps: number;
      readonly errors: number;
      readonly p50Ms: number;
      readonly p99Ms: number;
    }
  /** A search for a rate has tried one. */
  | { readonly type: 'probe'; readonly trial: Trial; readonly probe: RateSearchRecord['probes'][number] }
  | { readonly type: 'trial-finished'; readonly trial: Trial; readonly record: TrialRecord }
  /** The numbers of a comparison were looked at after that many rounds of a batch. */
  | { readonly type: 'look'; readonly rounds: number; readonly comparison: Comparison }
  | { readonly type: 'run-finished'; readonly runId: string; readonly folder: string };

/** Receives events as they happen; must not throw. */
export type EventSink = (event: LabEvent) => void;
