import type { YAMLError } from 'yaml';
import type { Extent, Fault } from './fault.ts';

/** What the errors of the YAML parser mean, in the order of the text. */
export function syntaxFaults(errors: readonly YAMLError[], text: string): [Extent, Fault][] {
  const exhausted = errors.find((error) => error.code === 'RESOURCE_EXHAUSTION');
  if (exhausted) return [[extent(exhausted.pos), { sentence: 'this is nested too deeply' }]];
  const [first, ...others] = errors.toSorted((a, b) => a.pos[0] - b.pos[0]);
  if (!first) return [];
  // After one slip the parser stumbles over much of the rest: only what is surely another slip is told.
  const surely = others.filter((error) => certain.includes(error.code));
  return [first, ...surely].map((error) => {
    const inBraces = text[error.pos[0]] === '{' ? 'inside [ ] and { } a path with a key needs quotes' : undefined;
    return [extent(error.pos), { sentence: sentenceOf(error), hint: hints[error.code] ?? inBraces }];
  });
}

const certain: readonly YAMLError['code'][] = ['BAD_DQ_ESCAPE', 'TAB_AS_INDENT', 'TAG_RESOLVE_FAILED'];

function sentenceOf({ code, message }: YAMLError): string {
  if (code === 'MULTIPLE_DOCS') return 'a second document begins here';
  return message.charAt(0).toLowerCase() + message.slice(1);
}

const hints: Partial<Record<YAMLError['code'], string>> = {
  TAB_AS_INDENT: 'YAML is indented with spaces',
  MULTIPLE_DOCS: 'a scenario file is one document: remove the ---',
  TAG_RESOLVE_FAILED: 'scenario files need no tags: remove it',
};

function extent([start, end]: readonly [number, number]): Extent {
  return { start, end };
}
