import type { Comparator, Expectation, Expression } from '../../model/expectation.ts';
import type { Extent, Fault } from '../../shapes/fault.ts';
import { quantity } from '../../shapes/units.ts';
import { combine, common, dimensionOf, dimensionWords, type Dimension } from './dimension.ts';
import { readMetric, type ExpectationScope } from './metric-reference.ts';
import { tokenize, type Token } from './tokens.ts';

/** A claim, or everything that is wrong with it, with places in its text. */
export type ParsedExpectation =
  { readonly ok: true; readonly expectation: Expectation } | { readonly ok: false; readonly faults: readonly Fault[] };

/** A part of a claim that has been understood. */
interface Term extends Extent {
  readonly expression: Expression;
  readonly dimension: Dimension;
}

const comparators: readonly Comparator[] = ['<', '<=', '>', '>=', '==', '!='];
const operators = ['+', '-', '*', '/'] as const;
const longestText = 500;

/** Understands a claim such as `rps(aside) > 2 * rps(none)`. */
export function parseExpectation(text: string, scope: ExpectationScope): ParsedExpectation {
  if (text.length > longestText) return failed([{ sentence: `a claim of more than ${longestText} characters` }]);
  const tokens = tokenize(text);
  if ('fault' in tokens) return failed([tokens.fault]);
  const parser = new ExpectationParser(text, tokens.value, scope);
  const expectation = parser.parse();
  return expectation && parser.faults.length === 0 ? { ok: true, expectation } : failed(parser.faults);
}

function failed(faults: readonly Fault[]): ParsedExpectation {
  return { ok: false, faults };
}

class ExpectationParser {
  readonly faults: Fault[] = [];
  readonly #text: string;
  readonly #tokens: readonly Token[];
  readonly #scope: ExpectationScope;
  #next = 0;
  #metricSeen = false;

  constructor(text: string, tokens: readonly Token[], scope: ExpectationScope) {
    this.#text = text;
    this.#tokens = tokens;
    this.#scope = scope;
  }

  /** `<expression> <comparator> <expression>`. Where syntax breaks, the methods tell it and return null. */
  parse(): Expectation | null {
    const left = this.#sum();
    if (!left) return null;
    const sign = this.#tokens[this.#next];
    const comparator = comparators.find((candidate) => sign?.kind === 'comparator' && sign.text === candidate);
    if (!comparator) return this.#unexpected('a comparison is missing', 'write a claim like this: p99(lock) < 50ms');
    this.#next++;
    const right = this.#sum();
    if (!right) return null;
    const rest = this.#tokens[this.#next];
    if (rest?.kind === 'comparator') return this.#fault('a claim compares once', rest, 'write two claims');
    if (rest) return this.#unexpected('the claim should end here');
    this.#checkComparison(left, right);
    return { text: this.#text.trim(), left: left.expression, comparator, right: right.expression };
  }

  #sum(): Term | null {
    return this.#chain(['+', '-'], () => this.#product());
  }

  #product(): Term | null {
    return this.#chain(['*', '/'], () => this.#operand());
  }

  #chain(signs: readonly string[], part: () => Term | null): Term | null {
    let left = part();
    for (;;) {
      const sign = this.#tokens[this.#next];
      const operator = operators.find((one) => sign?.kind === 'operator' && sign.text === one && signs.includes(one));
      if (!left || !operator) return left;
      this.#next++;
      const right = part();
      if (!right) return null;
      left = this.#combined(operator, left, right);
    }
  }

  #combined(operator: (typeof operators)[number], left: Term, right: Term): Term {
    const place = { start: left.start, end: right.end };
    const dimension = combine(operator, left.dimension, right.dimension);
    if (!dimension) {
      const verbs = { '+': 'be added to', '-': 'be subtracted from', '*': 'be multiplied by', '/': 'be divided by' };
      const [first, second] = operator === '-' ? [right, left] : [left, right];
      const words = `${dimensionWords[first.dimension]} cannot ${verbs[operator]} ${dimensionWords[second.dimension]}`;
      this.#fault(words, place);
    }
    if (operator === '/' && right.expression.kind === 'number' && right.expression.value === 0) {
      this.#fault('nothing can be divided by zero', right);
    }
    const expression: Expression = { kind: 'binary', operator, left: left.expression, right: right.expression };
    return { expression, dimension: dimension ?? 'unknown', ...place };
  }

  #operand(): Term | null {
    const token = this.#tokens[this.#next];
    if (token?.kind === 'number') return this.#number(token);
    if (token?.kind === 'metric') return this.#metric(token);
    if (token?.kind !== 'parenthesis' || token.text !== '(') return this.#unexpected('a metric or a number is missing');
    this.#next++;
    const inner = this.#sum();
    if (!inner) return null;
    const close = this.#tokens[this.#next];
    if (close?.kind !== 'parenthesis' || close.text !== ')')
      return this.#unexpected('a closing parenthesis is missing');
    this.#next++;
    return { ...inner, start: token.start, end: close.end };
  }

  #number(token: Token & { kind: 'number' }): Term {
    this.#next++;
    const { value, unit, start, end } = token;
    const read = quantity(value, unit);
    if (!read)
      this.#fault(`the unit "${unit}" is not known`, token, 'there are: us, ms, s, m, h, %, /s, /min, KB, MB, GB');
    const dimension = read ? dimensionOf(read.unit) : 'unknown';
    return { expression: { kind: 'number', value: read?.value ?? value }, dimension, start, end };
  }

  #metric(token: Token & { kind: 'metric' }): Term | null {
    const previous = this.#tokens[this.#next - 1];
    if (previous?.kind === 'number') return this.#unexpected('a comparison or an operator is missing');
    this.#next++;
    this.#metricSeen = true;
    const { expression, dimension, faults } = readMetric(token, this.#text, this.#scope);
    this.faults.push(...faults);
    return { expression, dimension, start: token.start, end: token.end };
  }

  #checkComparison(left: Term, right: Term): void {
    if (!this.#metricSeen) this.#fault('the claim names no metric', { start: left.start, end: right.end });
    if (common(left.dimension, right.dimension)) return;
    const [bare, other] = left.dimension === 'number' ? [left, right] : [right, left];
    if (bare.dimension === 'number' && bare.expression.kind === 'number') {
      const number = this.#text.slice(bare.start, bare.end);
      const unit = other.dimension === 'time' ? 'ms' : other.dimension === 'size' ? 'MB' : '/s';
      this.#fault(`${this.#textOf(other)} is ${dimensionWords[other.dimension]}: write ${number}${unit}`, bare);
      return;
    }
    const words = [left, right].map((term) => `${this.#textOf(term)} is ${dimensionWords[term.dimension]}`);
    this.#fault(words.join(', '), { start: left.start, end: right.end }, 'only like can be compared with like');
  }

  #textOf({ start, end }: Extent): string {
    return this.#text.slice(start, end);
  }

  #fault(sentence: string, place: Extent, hint?: string): null {
    this.faults.push({ sentence, hint, within: { start: place.start, end: place.end } });
    return null;
  }

  #unexpected(sentence: string, hint?: string): null {
    const token = this.#tokens[this.#next];
    const previous = this.#tokens[this.#next - 1];
    if (token?.kind === 'metric' && previous?.kind === 'number' && quantity(0, token.name.text) !== undefined) {
      const meant = `write ${this.#textOf(previous)}${token.name.text}`;
      return this.#fault('a number and its unit are written without a space', token, meant);
    }
    const end = this.#text.trimEnd().length;
    return this.#fault(sentence, token ?? { start: Math.max(0, end - 1), end }, hint);
  }
}
