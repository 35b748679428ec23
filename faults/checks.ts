import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { messageOf } from '../src/model/errors.ts';
import { runRecordSchema, type RunRecord } from '../src/record/run-record.ts';
import type { Ended } from '../test/e2e/cli.ts';
import type { Workbench } from '../test/e2e/workbench.ts';
import { finishedTrials } from './commands.ts';
import type { Expectation } from './fault.ts';

/** What there was to see of a case. */
export interface Seen {
  readonly expected: Expectation;
  /** Undefined where it had not ended when its time was up. */
  readonly code: number | undefined;
  readonly limitMs: number;
  /** What it has written on both of its streams. */
  readonly written: string;
  /** What is in the folder of each of its runs: a record, or why that is none. */
  readonly records: readonly (RunRecord | string)[];
  /** Where something may be left. */
  readonly cleaned: Ended | undefined;
  readonly left: readonly string[];
  /** What does not hold of what was to stay. */
  readonly missed: string | undefined;
}

/** Something that must hold after every case. */
export interface Check {
  readonly name: string;
  readonly what: string;
  /** What is wrong; undefined where nothing is. */
  readonly fault: (seen: Seen) => string | undefined;
}

type Status = RunRecord['status'];

/** How a run may say that it ended, by the exit code of its command. */
function statusesFor(code: number, { leavesWork, leavesRecord }: Expectation): readonly Status[] {
  if (leavesWork === true || leavesRecord === true) return ['running', 'complete', 'interrupted', 'broken off'];
  if (code === 4) return ['broken off', 'interrupted', 'complete'];
  return code < 4 ? ['complete'] : ['interrupted'];
}

/** All that must hold. */
export const checks: readonly Check[] = [
  {
    name: 'ends',
    what: 'the command ends by itself',
    fault: ({ code, limitMs }) => (code === undefined ? `It had not ended after ${limitMs / 1000} s.` : undefined),
  },
  {
    name: 'exit code',
    what: 'its exit code is one that fits what happened',
    fault: ({ code, expected: { codes } }) =>
      code === undefined || codes.includes(code) ? undefined : `It ended with ${code}, and not ${codes.join(' or ')}.`,
  },
  {
    name: 'message',
    what: 'its message names what happened',
    fault: ({ code, expected, written }) => {
      const says = code === undefined ? undefined : expected.says(code);
      return says === undefined || says.test(written) ? undefined : `It did not say ${String(says)}.`;
    },
  },
  {
    name: 'no bug',
    what: 'it prints no stack trace, and does not say that it has a bug',
    fault: ({ written }) => {
      const found = /^\s+at .*:\d+:\d+\)?$|This is a bug|bug in scale-lab/m.exec(written);
      return found === null ? undefined : `It told of a bug: ${found[0].trim()}`;
    },
  },
  {
    name: 'record',
    what: '`run.json` can be read, has every trial that was told to be finished, and says how the run ended',
    fault: recordFault,
  },
  {
    name: 'clean',
    what: 'after a kill, and a second Ctrl-C, `clean` ends with 0',
    fault: ({ cleaned }) =>
      cleaned === undefined || cleaned.code === 0
        ? undefined
        : `clean ended with ${String(cleaned.code)}: ${cleaned.err}`,
  },
  {
    name: 'stays',
    what: 'what was left running on purpose stays until `down`',
    fault: ({ missed }) => missed,
  },
  {
    name: 'nothing left',
    what: 'no process, file, container, network, volume, pod or namespace is left, where `clean` had to be called after that',
    fault: ({ left }) => (left.length === 0 ? undefined : `It left: ${left.join('; ')}`),
  },
];

function recordFault({ records, code, expected, written }: Seen): string | undefined {
  const finished = finishedTrials(written);
  if (records.length === 0)
    return finished === 0 ? undefined : `${finished} trials were finished, and there is no run.json.`;
  for (const record of records) {
    if (typeof record === 'string') return record;
    const { trials, status } = record;
    if (trials.length < finished) return `${finished} trials were finished, and run.json has ${trials.length}.`;
    const statuses = code === undefined ? [] : statusesFor(code, expected);
    if (code !== undefined && !statuses.includes(status)) return `It ended with ${code}, and run.json says ${status}.`;
  }
  return undefined;
}

/** The records of all runs in the folder of a case, also of results that were moved away. */
export async function readRecords({ folder }: Workbench): Promise<readonly (RunRecord | string)[]> {
  const places = ['results', 'results-before'].map((name) => path.join(folder, name));
  const runs = await Promise.all(
    places.map(async (place) =>
      (await readdir(place).catch(() => [])).map((name) => path.join(place, name, 'run.json')),
    ),
  );
  const read = runs.flat().map(async (file): Promise<readonly (RunRecord | string)[]> => {
    const text = await readFile(file, 'utf8').catch(() => undefined);
    // The folder is there a moment before its record.
    return text === undefined ? [] : [recordIn(text, file)];
  });
  return (await Promise.all(read)).flat();
}

function recordIn(text: string, file: string): RunRecord | string {
  try {
    const parsed = runRecordSchema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : `${path.basename(file)} is no record: ${parsed.error.message}`;
  } catch (error) {
    return `${path.basename(file)} is not JSON: ${messageOf(error)}`;
  }
}
