import type { EventSink, LabEvent } from '../events.ts';
import { formatDuration, formatNumber, plural } from '../numbers.ts';
import type { TrialRecord } from '../result.ts';
import type { Trial } from '../scenarios/plan.ts';
import type { Output } from './io.ts';

const clearLine = '\r\u001b[K';

/** Where a run stands. */
interface Standing {
  trials: number;
  /** The trial that runs, by its name; empty before the first. */
  trial: string;
  /** What is left, and when that was known. */
  remainingMs: number;
  atMs: number;
}

function nameOf({ number, scenario, variant, replicas, round }: Trial, trials: number): string {
  const again = round === 1 ? '' : `, round ${round}`;
  return `[${number}/${trials}] ${scenario}: ${variant}, ${plural(replicas, 'replica')}${again}`;
}

function outcomeOf({ metrics, measurement, search }: TrialRecord): string {
  if (search) return `${formatNumber(metrics.max_rps ?? 0)}/s is the highest rate that keeps it`;
  const p99 = metrics.p99 === undefined ? 'no answers' : `p99 ${formatNumber(metrics.p99)} ms`;
  return `${formatNumber(metrics.rps ?? 0)} RPS, ${p99}, ${plural(measurement.failed, 'error')}`;
}

function left({ remainingMs, atMs }: Standing): string {
  const ms = Math.max(0, remainingMs - (performance.now() - atMs));
  return `${formatDuration(Math.round(ms / 1000) * 1000)} left`;
}

/** The name of a trial with room for what is said of it now; its number stays. */
function shortened(trial: string, room: number): string {
  const most = Math.max(trial.indexOf(']') + 2, room - ' | '.length);
  return trial.length <= most ? trial : `${trial.slice(0, most - 1)}…`;
}

/** What is said of the run itself, the same everywhere. */
function landmark(event: Extract<LabEvent, { type: 'run-started' | 'leftovers-removed' | 'run-finished' }>): string {
  switch (event.type) {
    case 'run-started':
      return `run ${event.runId}: ${plural(event.trials, 'trial')}, about ${formatDuration(event.expectedMs)}`;
    case 'leftovers-removed':
      return `removed ${plural(event.leftovers.length, 'leftover')} of runs that were killed`;
    case 'run-finished':
      return `results in ${event.folder}`;
  }
}

/** What is known after some rounds: the metrics that a person asks for first. */
function lookAt({ rounds, comparison }: Extract<LabEvent, { type: 'look' }>): string {
  const said = comparison.metrics.filter(({ metric }) => ['rps', 'p50', 'p99'].includes(metric));
  const parts = said.map(
    ({ metric, outcome, text }) => `${metric}: ${outcome === 'not-measured' ? 'not measured' : text}`,
  );
  return `after ${plural(rounds, 'round')}: ${parts.join('; ')}`;
}

/** `1,400/s: broken (p99 81 ms against 50 ms)`. */
function probeText({ probe }: Extract<LabEvent, { type: 'probe' }>): string {
  const outcomes = { kept: 'kept', broken: 'broken', generator: 'beyond the generator' } as const;
  return `${probe.phase} ${formatNumber(probe.ratePerSecond)}/s: ${outcomes[probe.outcome]} (${probe.why})`;
}

/** One line that moves, and a line that stays for each trial that has ended. */
function onTerminal(event: LabEvent, standing: Standing, { columns }: Output): string {
  const stays = (line: string): string => `${clearLine}${line}\n`;
  const moves = (line: string): string => clearLine + line.slice(0, columns - 1);
  const goesOn = (now: string): string => moves(`${shortened(standing.trial, columns - 1 - now.length)} | ${now}`);
  switch (event.type) {
    case 'run-started':
    case 'leftovers-removed':
    case 'run-finished':
      return stays(landmark(event));
    case 'step':
      return standing.trial === '' ? moves(event.step) : goesOn(event.step);
    case 'look':
      return stays(lookAt(event));
    case 'trial-started':
      return goesOn(left(standing));
    case 'trial-second': {
      const { phase, second, rps, p99Ms, errors } = event;
      const now = `${formatNumber(rps)} RPS, p99 ${formatNumber(p99Ms)} ms, ${plural(errors, 'error')}`;
      return goesOn(`${phase} ${second + 1} s | ${now} | ${left(standing)}`);
    }
    case 'probe':
      return stays(`  ${probeText(event)}`);
    case 'trial-finished':
      return stays(`${standing.trial}: ${outcomeOf(event.record)}`);
  }
}

/** A plain line for each step; none for each second. */
function inPipe(event: LabEvent, standing: Standing): string {
  switch (event.type) {
    case 'run-started':
    case 'leftovers-removed':
    case 'run-finished':
      return `${landmark(event)}\n`;
    case 'step':
      return `  ${event.step}\n`;
    case 'look':
      return `${lookAt(event)}\n`;
    case 'trial-started':
      return `${standing.trial} (${left(standing)})\n`;
    case 'trial-second':
      return '';
    case 'probe':
      return `  ${probeText(event)}\n`;
    case 'trial-finished':
      return `  ${outcomeOf(event.record)}\n`;
  }
}

/** Shows a run as it goes: one line that moves on a terminal, plain lines elsewhere. */
export function showProgress(screen: Output): EventSink {
  const standing: Standing = { trials: 0, trial: '', remainingMs: 0, atMs: performance.now() };
  return (event) => {
    if (event.type === 'run-started') standing.trials = event.trials;
    if (event.type === 'trial-started') {
      standing.trial = nameOf(event.trial, standing.trials);
      standing.remainingMs = event.remainingMs;
      standing.atMs = performance.now();
    }
    screen.write(screen.isTerminal ? onTerminal(event, standing, screen) : inPipe(event, standing));
  };
}
