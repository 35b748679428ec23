import type { YAMLError } from 'yaml';
import type { Extent, Fault } from '../../shapes/fault.ts';
import { slipAt } from './yaml-slips.ts';

/** What the errors of the YAML parser mean, in the order of the text. */
export function syntaxFaults(errors: readonly YAMLError[], text: string): [Extent, Fault][] {
  const exhausted = errors.find((error) => error.code === 'RESOURCE_EXHAUSTION');
  if (exhausted) return [[extent(exhausted.pos), { sentence: 'this is nested too deeply' }]];
  const sorted = errors.toSorted((a, b) => a.pos[0] - b.pos[0]);
  // After one slip the parser stumbles over much of the rest: only what is surely another slip is told.
  const surely = sorted.filter((error) => isCertain(error, text));
  const [first] = sorted;
  if (!first) return [];
  // Of a tab it says first what the line is not.
  const tabs = sorted.filter(({ code }) => code === 'TAB_AS_INDENT');
  const told = tabs.length > 0 ? tabs : [...new Set([first, ...surely])];
  const faults = told.map((error): [Extent, Fault] => {
    const known = fixedFault(error);
    return known ? [extent(error.pos), known] : (slipAt(text, error.pos[0]) ?? [extent(error.pos), plainFault(error)]);
  });
  return faults.filter(([{ start }], index) => faults.findIndex(([place]) => place.start === start) === index);
}

const certain: readonly YAMLError['code'][] = [
  'BAD_DQ_ESCAPE',
  'BLOCK_AS_IMPLICIT_KEY',
  'TAB_AS_INDENT',
  'TAG_RESOLVE_FAILED',
];

/** Whether it is a slip whatever came before it: so is a variable without quotes inside braces. */
function isCertain({ code, pos: [start] }: YAMLError, text: string): boolean {
  return certain.includes(code) || text.startsWith('${', start - 1);
}

/** What to do about errors that say all there is to be said by themselves. */
const hints: Partial<Record<YAMLError['code'], string>> = {
  MULTIPLE_DOCS: 'a scenario file is one document: remove the ---',
  TAB_AS_INDENT: 'YAML is indented with spaces',
  TAG_RESOLVE_FAILED: 'scenario files need no tags: remove it, or put the text in quotes',
  BAD_DQ_ESCAPE: 'inside " " write \\\\ for a backslash, or use single quotes',
};

function fixedFault({ code, message }: YAMLError): Fault | undefined {
  const hint = hints[code];
  if (hint === undefined) return undefined;
  return { sentence: code === 'MULTIPLE_DOCS' ? 'a second document begins here' : lowered(message), hint };
}

function plainFault({ message }: YAMLError): Fault {
  return { sentence: lowered(message) };
}

function lowered(message: string): string {
  return message.charAt(0).toLowerCase() + message.slice(1);
}

function extent([start, end]: readonly [number, number]): Extent {
  return { start, end };
}
