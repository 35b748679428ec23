import { onAbort } from '../../machine/time-limit.ts';
import { shortened } from '../../model/foreign-text.ts';
import { measuredMs } from '../../model/load-profile.ts';
import type { Trial } from '../../model/plan.ts';
import type { EventSink, LabEvent } from '../../session/events.ts';
import type { Output } from '../io.ts';
import { LiveRegion } from './live-region.ts';
import { sparkline } from './sparkline.ts';
import {
  endedText,
  landmark,
  leftText,
  lookText,
  outcomeText,
  probeText,
  secondText,
  stoppingText,
  trialName,
  type EventOf,
} from './words.ts';

/** A step that takes longer than this is told with its time. */
const slowStepMs = 1000;
const tickMs = 250;
/** A sparkline shows so many seconds at most. */
const lastSeconds = 60;

/** The last of those that go on are shown. */
const mostSteps = 5;

interface OpenStep {
  readonly text: string;
  readonly startMs: number;
}

/** What runs on a terminal while a run goes on: a few lines that change, below lines that stay. */
export class LiveProgress implements Disposable {
  readonly #region: LiveRegion;
  readonly #output: Output;
  readonly #isVerbose: boolean;
  readonly #timer: NodeJS.Timeout;
  readonly #stopping: Disposable;
  #trials = 0;
  #trial: { readonly trial: Trial; readonly endMs: number } | undefined;
  /** What goes on; several services start at once. */
  #steps: readonly OpenStep[] = [];
  #remark: string | undefined;
  #second: EventOf<'trial-second'> | undefined;
  #rates: readonly number[] = [];

  constructor(output: Output, isVerbose: boolean, signal: AbortSignal) {
    this.#output = output;
    this.#region = new LiveRegion(output);
    this.#isVerbose = isVerbose;
    // Times go on where nothing else does, and a window that was resized is drawn anew.
    this.#timer = setInterval(() => this.#draw(), tickMs).unref();
    this.#stopping = onAbort(signal, () => this.#region.keep(stoppingText));
  }

  readonly sink: EventSink = (event) => {
    this.#take(event);
    this.#draw();
  };

  #take(event: LabEvent): void {
    switch (event.type) {
      case 'run-started':
        this.#trials = event.trials;
        this.#region.keep(landmark(event));
        break;
      case 'leftovers-removed':
        this.#region.keep(landmark(event));
        break;
      case 'step':
        this.#steps = [...this.#steps, { text: event.step, startMs: performance.now() }];
        break;
      case 'step-ended':
        this.#endStep(event);
        break;
      case 'remark':
        this.#remark = event.text;
        if (this.#isVerbose) this.#region.keep(`  ${event.text}`);
        break;
      case 'trial-started':
        this.#forgetSteps();
        this.#trial = { trial: event.trial, endMs: performance.now() + event.remainingMs };
        this.#second = undefined;
        this.#rates = [];
        break;
      case 'trial-second':
        this.#forgetSteps();
        this.#second = event;
        this.#rates = [...this.#rates, event.rps].slice(-lastSeconds);
        break;
      case 'probe':
        this.#region.keep(`  ${probeText(event)}`);
        break;
      case 'look':
        this.#region.keep(lookText(event));
        break;
      case 'trial-finished':
        this.#forgetSteps();
        this.#region.keep(`${trialName(event.trial, this.#trials)}: ${outcomeText(event.record)}`);
        this.#second = undefined;
        break;
      case 'run-finished':
        this.#forgetSteps();
        this.#trial = undefined;
        this.#region.keep(landmark(event));
        this.#region.clear();
        break;
    }
  }

  /** Where much is wanted, what was done stays on the screen with the time that it took. */
  #endStep(event: EventOf<'step-ended'>): void {
    const ended = this.#steps.find(({ text }) => text === event.step);
    this.#steps = this.#steps.filter((step) => step !== ended);
    this.#remark = undefined;
    if (this.#isVerbose) this.#region.keep(`  ${endedText(event)}`);
  }

  #forgetSteps(): void {
    this.#steps = [];
    this.#remark = undefined;
  }

  #draw(): void {
    const lines = [...this.#head(), ...this.#now()];
    if (lines.length > 0) this.#region.draw(lines);
    else this.#region.clear();
  }

  /** Which trial it is, and at the right what is left of the whole. */
  #head(): readonly string[] {
    if (!this.#trial) return [];
    const { trial, endMs } = this.#trial;
    const left = leftText(endMs - performance.now());
    const room = this.#output.columns - 1 - left.length - 2;
    const name = trialName(trial, this.#trials);
    return [`${shortened(name, room).padEnd(room)}  ${left}`];
  }

  /** The steps that go on and what is said of them, or the second of load. */
  #now(): readonly string[] {
    const steps = this.#steps.slice(-mostSteps).map(stepText);
    const remarks = this.#remark === undefined || this.#isVerbose ? [] : [`  ${this.#remark}`];
    if (steps.length + remarks.length > 0) return [...steps, ...remarks];
    if (!this.#second) return [];
    const { phase, second } = this.#second;
    const now = `  ${phase} ${second + 1}${lengthText(this.#second)} s  ${secondText(this.#second)}  `;
    return [now + sparkline(this.#rates, this.#output.columns - 1 - now.length)];
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#stopping[Symbol.dispose]();
    this.#region.clear();
  }
}

/** `  PostgreSQL starts (3 s)`. */
function stepText({ text, startMs }: OpenStep): string {
  const tookMs = performance.now() - startMs;
  return tookMs < slowStepMs ? `  ${text}` : `  ${text} (${Math.floor(tookMs / 1000)} s)`;
}

/** `/10` of a measured time of ten seconds. */
function lengthText({ phase, trial }: EventOf<'trial-second'>): string {
  const { load } = trial;
  if (load.kind === 'burst' || load.kind === 'search') return '';
  const lengthMs = phase === 'warm-up' ? load.warmupMs : measuredMs(load);
  return `/${Math.ceil(lengthMs / 1000)}`;
}
