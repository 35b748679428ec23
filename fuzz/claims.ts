import fc from 'fast-check';
import { isDeepStrictEqual } from 'node:util';
import { judge } from '../src/analysis/verdicts.ts';
import { metrics } from '../src/metrics/catalogue.ts';
import { referencesOf, type Comparator, type Expectation } from '../src/model/expectation.ts';
import type { TrialRecord, Verdict } from '../src/record/run-record.ts';
import { parseExpectation } from '../src/scenarios/claims/expectation-parser.ts';
import { harms } from '../test/fakes/hostile.ts';
import { trialRecord } from '../test/fakes/records.ts';
import { scenario as fakeScenario } from '../test/fakes/scenario.ts';
import { inTime, insist, kindOf, type Outcome } from './kind.ts';
import { spliced, splices, type Splice } from './mutations.ts';

const variants = ['none', 'lock', 'n+1'];
const replicas = [1, 2];
const requests = ['GET /todos/1'];
const services = Object.fromEntries(variants.map((name) => [name, ['app-1', 'postgres']]));
const scope = { variants, replicas, requests, services };
const scenario = fakeScenario({ variants, replicas });
const names = metrics.map(({ name }) => name);

/** One side of a claim, as its author has it in mind. */
type Term = { readonly text: string } | { readonly sign: string; readonly left: Term; readonly right: Term };

interface Claim {
  readonly left: Term;
  readonly comparator: Comparator;
  readonly right: Term;
  readonly cuts: readonly Splice[];
  /** The metrics of each trial. */
  readonly measured: readonly Readonly<Record<string, number>>[];
}

const narrowed = fc.constantFrom('', '', '(lock)', '(n+1)', "('none')", '(replicas=2)', '(lock, replicas=1)');
const strange = fc.constantFrom(
  ...[
    '(lok)',
    '(replicas=3)',
    '()',
    "(request='GET /todos/1')",
    '(status=503)',
    '(lock, status=5xx)',
    '(service=postgres)',
  ],
);
const digits = fc.constantFrom('0', '1', '50', '0.1', '1.5', '99999999999999999999');
const units = {
  ms: ['ms', 's', 'us', 'h'],
  'per-second': ['/s', '/min'],
  ratio: ['', '%'],
  count: [''],
  bytes: ['MB'],
};

const wrong = fc
  .tuple(fc.constantFrom(...names, ...digitsOf(harms)), fc.oneof(narrowed, strange))
  .map(([name, by]): Term => ({ text: `${name}${by}` }));

/** What of texts can stand for a name. */
function digitsOf(texts: readonly string[]): readonly string[] {
  return [...texts, '1.', '-1', '1e3', '0x1', '5x', '5 ms', 'p42'];
}

/** A metric or a number of a unit. */
function plain(unit: keyof typeof units): fc.Arbitrary<Term> {
  const ofUnit = metrics.flatMap((metric) => (metric.unit === unit ? [metric.name] : []));
  const metric = fc.tuple(fc.constantFrom(...ofUnit), narrowed).map(([name, by]) => ({ text: `${name}${by}` }));
  const constant = fc
    .tuple(digits, fc.constantFrom(...units[unit]))
    .map(([number, of]) => ({ text: `${number}${of}` }));
  return fc.oneof({ weight: 12, arbitrary: metric }, { weight: 12, arbitrary: constant }, wrong);
}

/** Terms of a unit, which are sums, multiples and parts of such terms. */
function termOf(unit: keyof typeof units): fc.Arbitrary<Term> {
  const scale = fc.oneof(
    digits.map((text): Term => ({ text })),
    fc.record({ sign: fc.constant('/'), left: plain(unit), right: plain(unit) }),
  );
  return fc.letrec<{ term: Term }>((tie) => ({
    term: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      plain(unit),
      fc.record({ sign: fc.constantFrom('+', '-'), left: tie('term'), right: tie('term') }),
      fc.record({ sign: fc.constantFrom('*', '/'), left: tie('term'), right: scale }),
      fc.record({ sign: fc.constant('*'), left: scale, right: tie('term') }),
    ),
  })).term;
}

const sides = fc.oneof(
  ...(['ms', 'per-second', 'ratio', 'count', 'bytes'] as const).map((unit) => fc.tuple(termOf(unit), termOf(unit))),
);

const comparators: readonly Comparator[] = ['<', '<=', '>', '>=', '==', '!='];
const opposites = { '<': '>=', '<=': '>', '>': '<=', '>=': '<', '==': '!=', '!=': '==' } as const;
const value = fc.oneof(fc.double({ noNaN: true, min: 0, max: 1e15 }), fc.integer({ min: 0, max: 100 }));
/** All metrics are about the same but for some, and some are missing. */
const numbers = fc
  .record({ usual: value, others: fc.dictionary(fc.constantFrom(...names), fc.option(value), { maxKeys: 8 }) })
  .map(({ usual, others }) => {
    const all = { ...Object.fromEntries(names.map((name) => [name, usual])), ...others };
    return Object.fromEntries(
      Object.entries(all).flatMap(([name, number]) => (number === null ? [] : [[name, number]])),
    );
  });

const inputs: fc.Arbitrary<Claim> = fc
  .record({
    sides,
    comparator: fc.constantFrom(...comparators),
    cuts: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, splices),
    measured: fc.array(numbers, { minLength: 1, maxLength: 48, size: 'max' }),
  })
  .map(({ sides: [left, right], ...rest }) => ({ left, right, ...rest }));

/** The claim as it may be written: with the parentheses and blanks that it needs, or with all that there may be. */
function written({ left, comparator, right }: Claim, style: 'short' | 'long'): string {
  const [blank, whole] = style === 'short' ? ['', false] : ['  ', true];
  const of = (inner: Term, above: 'sum' | 'product' | 'right' | 'top'): string => {
    if ('text' in inner) return whole ? `(${blank}${inner.text})` : inner.text;
    const isSum = inner.sign === '+' || inner.sign === '-';
    const text = `${of(inner.left, isSum ? 'sum' : 'product')}${blank}${inner.sign}${blank}${of(inner.right, 'right')}`;
    return whole || above === 'right' || (above === 'product' && isSum) ? `(${text})` : text;
  };
  return `${of(left, 'top')}${blank}${comparator}${blank}${of(right, 'top')}`;
}

function checkFaults(
  text: string,
  faults: readonly { readonly sentence: string; readonly within?: { start: number; end: number } | undefined }[],
): void {
  insist(faults.length > 0, `It is refused without a fault: ${text}`);
  for (const { sentence, within } of faults) {
    insist(sentence !== '', `A fault says nothing: ${text}`);
    const isInside =
      within === undefined || (within.start >= 0 && within.start <= within.end && within.end <= text.length + 1);
    insist(isInside, `No such place: ${JSON.stringify({ text, within })}`);
  }
}

/** A trial of each variant and number of replicas, round by round. */
function trialsOf(measured: Claim['measured']): readonly TrialRecord[] {
  return measured.map((numbers, index) =>
    trialRecord({
      number: index + 1,
      variant: variants[index % 3] ?? '',
      replicas: replicas[Math.floor(index / 3) % 2] ?? 1,
      round: 1 + Math.floor(index / 6),
      metrics: numbers,
    }),
  );
}

/** Missing data is never a pass, and no claim holds together with its opposite. */
function checkVerdict(expectation: Expectation, { measured, comparator }: Claim): Verdict['outcome'] {
  const trials = trialsOf(measured);
  const { outcome, reason, evidence } = judge(expectation, scenario, trials);
  insist(reason !== '' && !/NaN|undefined|\[object/.test(reason), `A reason is no sentence: ${reason}`);
  for (const number of Object.values(evidence ?? {}))
    insist(Number.isFinite(number), `No number: ${JSON.stringify(evidence)}`);
  const isMissing = referencesOf(expectation).some(
    ({ metric: name, status, service }) =>
      status === undefined &&
      service === undefined &&
      name !== 'response_share' &&
      trials.every((trial) => trial.metrics[name] === undefined),
  );
  insist(!isMissing || outcome !== 'passed', 'It passed, and what it is about was not measured.');
  const opposite = judge({ ...expectation, comparator: opposites[comparator] }, scenario, trials);
  insist(outcome !== 'passed' || opposite.outcome !== 'passed', `It passed, and so did its opposite: ${reason}`);
  return outcome;
}

function check(claim: Claim): Outcome {
  return inTime(() => {
    const short = written(claim, 'short');
    const parsed = parseExpectation(short, scope);
    const longer = written(claim, 'long');
    if (longer.length <= 500 && short.length <= 500) {
      const again = parseExpectation(longer, scope);
      const isSame =
        parsed.ok && again.ok
          ? isDeepStrictEqual({ ...parsed.expectation, text: '' }, { ...again.expectation, text: '' })
          : parsed.ok === again.ok;
      insist(isSame, `Not understood alike:\n${short}\n${longer}`);
    }
    const cut = spliced(short, claim.cuts);
    const ofCut = parseExpectation(cut, scope);
    if (!ofCut.ok) checkFaults(cut, ofCut.faults);
    if (!parsed.ok) {
      checkFaults(short, parsed.faults);
      return 'refused';
    }
    return checkVerdict(parsed.expectation, claim);
  });
}

/** What was measured of the metrics that a claim names. */
function namedIn(claim: Claim): readonly Readonly<Record<string, number>>[] {
  const text = written(claim, 'short');
  const named = new Set(names.filter((name) => text.includes(name)));
  return claim.measured.map((all) => Object.fromEntries(Object.entries(all).filter(([name]) => named.has(name))));
}

/** Claims, as scenario files have them, and what is made of them. */
export const claims = kindOf({
  name: 'claims',
  share: 400,
  inputs: () => inputs,
  check,
  shown: (claim) =>
    `${spliced(written(claim, 'short'), claim.cuts)}\n${written(claim, 'short')}\n${JSON.stringify(namedIn(claim))}`,
});
