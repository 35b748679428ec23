import type { EventSink, LabEvent } from '../events.ts';
import { formatDuration, formatNumber } from '../numbers.ts';
import type { TrialRecord } from '../result.ts';
import type { Trial } from '../scenarios/plan.ts';
import type { Output } from './io.ts';

const clearLine = '\r\u001b[K';

function nameOf({ scenario, variant, replicas }: Trial): string {
  return `${scenario}: ${variant}, ${replicas} ${replicas === 1 ? 'replica' : 'replicas'}`;
}

function errorsOf(count: number): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? 'error' : 'errors'}`;
}

function outcomeOf({ metrics, measurement }: TrialRecord): string {
  const p99 = metrics['p99'] === undefined ? 'no answers' : `p99 ${formatNumber(metrics['p99'])} ms`;
  return `${formatNumber(metrics['rps'] ?? 0)} RPS, ${p99}, ${errorsOf(measurement.failed)}`;
}

/** A line that stays, for events that deserve one. */
function lineOf(event: LabEvent): string | undefined {
  switch (event.type) {
    case 'run-started': {
      const trials = `${event.trials} ${event.trials === 1 ? 'trial' : 'trials'}`;
      return `run ${event.runId}: ${trials}, about ${formatDuration(event.expectedMs)}`;
    }
    case 'leftovers-removed':
      return `removed ${event.leftovers.length} leftovers of runs that were killed`;
    case 'trial-finished':
      return `${event.trial.number}. ${nameOf(event.trial)}: ${outcomeOf(event.record)}`;
    case 'run-finished':
      return `results in ${event.folder}`;
    case 'step':
    case 'trial-started':
    case 'trial-second':
      return undefined;
  }
}

/** Remembers which trial runs, to say where a run stands. */
interface Standing {
  of: number;
  /** What is left, and when that was known. */
  remainingMs: number;
  atMs: number;
}

function statusOf(event: LabEvent, standing: Standing): string | undefined {
  const left = Math.max(0, standing.remainingMs - (performance.now() - standing.atMs));
  const prefix = (trial: Trial): string => `[${trial.number}/${standing.of}] ${nameOf(trial)}`;
  const suffix = `${formatDuration(Math.round(left / 1000) * 1000)} left`;
  switch (event.type) {
    case 'step':
      return event.step;
    case 'trial-started':
      return `${prefix(event.trial)} | starts | ${suffix}`;
    case 'trial-second': {
      const now = `${formatNumber(event.rps)} RPS, p99 ${formatNumber(event.p99Ms)} ms, ${errorsOf(event.errors)}`;
      return `${prefix(event.trial)} | ${event.phase} ${event.second + 1} s | ${now} | ${suffix}`;
    }
    default:
      return undefined;
  }
}

/** Shows a run as it goes: one line that moves on a terminal, else a plain line for each trial that starts and ends. */
export function showProgress(screen: Output): EventSink {
  const standing: Standing = { of: 0, remainingMs: 0, atMs: performance.now() };
  return (event) => {
    if (event.type === 'trial-started') {
      standing.of = event.of;
      standing.remainingMs = event.remainingMs;
      standing.atMs = performance.now();
    }
    const line = lineOf(event);
    const status = statusOf(event, standing);
    if (screen.isTerminal) {
      if (line !== undefined) screen.write(`${clearLine}${line}\n`);
      else if (status !== undefined) screen.write(clearLine + status.slice(0, screen.columns - 1));
    } else if (line !== undefined) {
      screen.write(`${line}\n`);
    } else if (status !== undefined && event.type !== 'trial-second') {
      screen.write(`${status}\n`);
    }
  };
}
