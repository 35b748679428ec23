import { type CommandName, type FaultCase, type Phase, phases, type PlaceName, type SystemName } from './case.ts';

const sides = ['two', '--a', 'plain', '--b', 'cached', '--duration', '600ms', '--warmup', '400ms', '--budget'];
const search = ['--variant', 'cached', '--slo', 'p99 < 2s', '--rate', '100/s', '--most', '300/s', '--confirm', '1s'];

/** How long two sides may be set against each other: enough for the fewest rounds that say anything. */
const budgets: Readonly<Record<PlaceName, string>> = { local: '50s', docker: '50s', kubernetes: '4m' };

/** The command line of a case. @param isJson whether it tells its events on standard output, where it can */
export function argsOf({ command, platform }: FaultCase, isJson: boolean): readonly string[] {
  const told = ['--platform', platform, isJson ? '--json' : '--verbose'];
  switch (command) {
    case 'run':
      return ['run', 'two', ...told];
    case 'compare':
    case 'gate':
      return [command, ...sides, budgets[platform], ...told];
    case 'max-rps':
      return ['max-rps', 'two', ...search, '--duration', '1s', '--warmup', '500ms', '--budget', '30s', ...told];
    case 'up':
      return ['up', 'two', '--variant', 'cached', '--platform', platform];
  }
}

/** The phases that a command has. */
export function phasesOf(command: CommandName): readonly Phase[] {
  return command === 'up' ? ['set-up', 'measuring'] : phases;
}

// Each as it is told in words, or as an event.
const trialOver =
  /^ {2}(?:[\d,.]+ RPS, |[\d,.]+\/s is the highest rate|there was too much noise)|"type":"trial-finished"/gm;
const probed = /^ {2}.+\/s: (?:kept|broken|beyond the generator) \(|"type":"probe"/gm;
const looked = /^after \d+ rounds?: |"type":"look"/gm;
const loadBegins =
  /(?:nginx|load worker) starts: over after|"type":"step-ended","step":"[^"]*(?:nginx|load worker) starts"/g;
const isWarm = /^ {2}warm-up \d+ s: |"phase":"warm-up"/gm;
const isUp = /It runs until Ctrl-C/g;

function count(text: string, mark: RegExp): number {
  return text.match(mark)?.length ?? 0;
}

/** How many trials a command has told to be finished. */
export function finishedTrials(text: string): number {
  return count(text, trialOver);
}

/** Whether `up` stays now until it is told to end. */
export function serves(text: string): boolean {
  return count(text, isUp) > 0;
}

/** Whether a phase has begun, by what the command has written on both of its streams. */
export function hasBegun(phase: Phase, command: CommandName, text: string): boolean {
  switch (phase) {
    case 'set-up':
      return text.trim() !== '';
    case 'warm-up':
      return count(text, loadBegins) > 0;
    case 'measuring':
      return command === 'up' ? serves(text) : count(text, isWarm) > 0;
    case 'between trials':
      return finishedTrials(text) + count(text, probed) > 0;
    case 'end':
      if (command === 'compare' || command === 'gate') return count(text, looked) > 0;
      return finishedTrials(text) >= (command === 'run' ? 2 : 1);
  }
}

/** About how long a phase takes where nothing disturbs it, in milliseconds. */
const lengthsMs: Readonly<Record<PlaceName, Readonly<Record<Phase, number>>>> = {
  local: { 'set-up': 2_200, 'warm-up': 700, measuring: 550, 'between trials': 600, end: 250 },
  docker: { 'set-up': 3_500, 'warm-up': 1_200, measuring: 550, 'between trials': 2_000, end: 500 },
  kubernetes: { 'set-up': 14_000, 'warm-up': 1_500, measuring: 550, 'between trials': 8_000, end: 2_000 },
};

/** How much longer that takes to set up which a system has and the stores do not. */
const moreMs: Readonly<Record<SystemName, number>> = { stores: 0, pooler: 300, messages: 4_000 };

/** How long after the beginning of its phase a case strikes, in milliseconds. */
export function delayMs({ platform, system, phase, share }: FaultCase): number {
  return (lengthsMs[platform][phase] + (phase === 'set-up' ? moreMs[system] : 0)) * share;
}
