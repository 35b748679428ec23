import { describe, expect, it } from 'vitest';
import { trialRecord } from '../../test/fakes/records.ts';
import { runRecord } from '../../test/fakes/run-record.ts';
import { planOf } from '../scenarios/planning/expand.ts';
import { parsed } from '../scenarios/testing/files.ts';
import { compareGuess, questionsOf, readGuess } from './prediction.ts';

const file = parsed(`
version: 1
scenarios:
  herd: { question: Q?, workload: [GET /], variants: { none: , lock: { app: { cache: lock } } }, replicas: [1, 2] }
  more: { question: Q?, workload: [GET /], replicas: [1, 4] }
  open: { question: Q?, workload: [GET /], load: { rate: 5/s }, variants: { a: , b: { app: { workers: 2 } } } }
  many: { question: Q?, workload: [GET /], variants: { a: , b: , c: , d: , e: } }
  alone: { question: Q?, workload: [GET /] }
`);
const questions = (name: string) => questionsOf(planOf(file, [name], {}, 1));

describe('what can be guessed', () => {
  it('is what each variant has as a multiple of the first', () => {
    expect(questions('herd').map(({ text }) => text)).toEqual(['herd: how many times the RPS of none will lock have?']);
    expect(questions('open')[0]?.text).toBe('open: how many times the p99 of a will b have?');
  });

  it('is what more replicas bring where there is one variant', () => {
    expect(questions('more')[0]?.text).toBe('more: how many times the RPS of 1 replica will 4 replicas have?');
  });

  it('is not too much, and nothing where nothing is compared', () => {
    expect(questions('many')).toHaveLength(3);
    expect(questions('alone')).toEqual([]);
  });
});

describe('a guess', () => {
  it.each([
    ['more', { kind: 'more' }],
    [' LESS ', { kind: 'less' }],
    ['twice', { kind: 'times', times: 2 }],
    ['half', { kind: 'times', times: 0.5 }],
    ['3', { kind: 'times', times: 3 }],
    ['2.5x', { kind: 'times', times: 2.5 }],
    ['0.1 times', { kind: 'times', times: 0.1 }],
    ['0', undefined],
    ['-2', undefined],
    ['lots', undefined],
    ['constructor', undefined],
  ])('%s', (text, guess) => expect(readGuess(text)).toEqual(guess));

  const [question] = questions('herd');
  const outcome = (text: string, rps: number): string => {
    const guess = readGuess(text);
    if (!question || !guess) throw new Error('nothing was asked');
    const trials = [
      trialRecord({ metrics: { rps: 100 }, variant: 'none' }),
      trialRecord({ metrics: { rps }, variant: 'lock' }),
    ];
    return compareGuess(question, guess, runRecord({ trials })).split('? ')[1] ?? '';
  };

  it.each([
    ['3', 310, 'You said 3 times, it was 3.10 times: right.'],
    ['2', 350, 'You said 2 times, it was 3.50 times: near.'],
    ['2', 1000, 'You said 2 times, it was 10 times: off by 5 times.'],
    ['0.5', 200, 'You said 0.50 times, it was 2 times: the other way around.'],
    ['more', 150, 'You said more, it was 1.50 times: right.'],
    ['less', 150, 'You said less, it was 1.50 times: the other way around.'],
    ['more', 105, 'You said more, it was 1.05 times: neither: it is the same.'],
    ['same', 95, 'You said same, it was 0.95 times: right.'],
    ['same', 300, 'You said same, it was 3 times: no.'],
  ])('of %s, where %i came out', (text, rps, words) => expect(outcome(text, rps)).toBe(words));

  it('of what was not measured is said to be that', () => {
    if (!question) throw new Error('nothing was asked');
    expect(compareGuess(question, { kind: 'more' }, runRecord())).toMatch(/You said more; it was not measured\.$/);
  });
});
