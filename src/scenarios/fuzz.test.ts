import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { seedOf } from '../model/random.ts';
import { parseScenarioFile } from './parse.ts';
import { renderProblems, type Problem } from './yaml/problem.ts';

const shipped = readFileSync(new URL('../../scenarios.yaml', import.meta.url), 'utf8');
const scraps = [
  '{',
  '}',
  '[',
  ']',
  ':',
  '- ',
  '\n',
  '\t',
  '"',
  "'",
  '&a ',
  '*a',
  '<<: ',
  '#',
  '|',
  '>',
  '%',
  '!',
  '0',
  '-1',
  '()',
  'p99',
  '🐘',
  '\u0000',
  '\r',
  '? ',
  '---\n',
  '~',
  '.inf',
  '__proto__',
];

/** The shipped file with a few stretches of it removed, doubled, moved or overwritten. */
function mutated(seed: number): string {
  let text = shipped;
  const draw = (step: number, name: string, below: number) => seedOf(seed, step, name) % below;
  for (let step = 0; step <= draw(0, 'steps', 4); step++) {
    const start = draw(step, 'start', text.length);
    const stretch = text.slice(start, start + draw(step, 'length', 40));
    const scrap = scraps[draw(step, 'scrap', scraps.length)] ?? '';
    const rest = text.slice(start + stretch.length);
    const replacements = [
      scrap,
      scrap + stretch,
      stretch + stretch,
      '',
      shipped.slice(draw(step, 'from', shipped.length)).slice(0, 30),
    ];
    text = text.slice(0, start) + (replacements[draw(step, 'kind', replacements.length)] ?? '') + rest;
  }
  return text;
}

function isInside(problem: Problem, text: string): boolean {
  const line = text.split('\n')[problem.line - 1]?.replace(/\r$/, '');
  return line === problem.source && problem.column >= 1 && problem.column <= Array.from(line).length + 1;
}

describe('a mutated scenario file', () => {
  it('is understood, or its problems have places in it', () => {
    let refused = 0;
    for (let seed = 0; seed < 500; seed++) {
      const text = mutated(seed);
      const parsed = parseScenarioFile(text, 'mutated.yaml');
      if (parsed.ok) continue;
      refused++;
      expect(parsed.problems.length, `seed ${seed}`).toBeGreaterThan(0);
      for (const problem of parsed.problems) expect(isInside(problem, text), renderProblems([problem])).toBe(true);
    }
    expect(refused).toBeGreaterThan(250);
  });
});
