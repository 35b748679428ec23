import { onAbort } from '../../machine/time-limit.ts';
import type { EventSink } from '../../session/events.ts';
import type { Output } from '../io.ts';
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
} from './words.ts';

/** Shows a run as it goes, until it is disposed of. */
export interface Progress extends Disposable {
  readonly sink: EventSink;
}

/** A step that took longer than this is told with its time. */
const slowStepMs = 5_000;

/** Plain lines for a pipe and for the log of a CI job: one for each step, and where much is wanted one for each second. */
export function plainProgress(output: Output, isVerbose: boolean, signal: AbortSignal): Progress {
  const stopping = onAbort(signal, () => output.write(`${stoppingText}\n`));
  return { sink: plainLines(output, isVerbose), [Symbol.dispose]: () => stopping[Symbol.dispose]() };
}

function plainLines(output: Output, isVerbose: boolean): EventSink {
  let trials = 0;
  return (event) => {
    switch (event.type) {
      case 'run-started':
        trials = event.trials;
        output.write(`${landmark(event)}\n`);
        break;
      case 'leftovers-removed':
      case 'run-finished':
        output.write(`${landmark(event)}\n`);
        break;
      case 'step':
        output.write(`  ${event.step}\n`);
        break;
      case 'remark':
        output.write(`  ${event.text}\n`);
        break;
      case 'step-ended':
        if (isVerbose || event.tookMs >= slowStepMs) output.write(`  ${endedText(event)}\n`);
        break;
      case 'look':
        output.write(`${lookText(event)}\n`);
        break;
      case 'trial-started':
        output.write(`${trialName(event.trial, trials)} (${leftText(event.remainingMs)})\n`);
        break;
      case 'trial-second':
        if (isVerbose) output.write(`  ${event.phase} ${event.second + 1} s: ${secondText(event)}\n`);
        break;
      case 'probe':
        output.write(`  ${probeText(event)}\n`);
        break;
      case 'trial-finished':
        output.write(`  ${outcomeText(event.record)}\n`);
        break;
    }
  };
}
