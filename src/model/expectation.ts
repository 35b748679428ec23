/** A metric of the trials, narrowed to one variant, replica count, request, status, service or act where the claim says so. */
export interface MetricReference {
  readonly kind: 'metric';
  readonly metric: string;
  readonly variant: string | undefined;
  readonly replicas: number | undefined;
  /** The name of a request of the workload; only where the metric can be narrowed by it. */
  readonly request: string | undefined;
  /** `503`, or `5xx` for all from 500 to 599; only where the metric can be narrowed by it. */
  readonly status: string | undefined;
  /** `postgres`, or a single copy such as `app-1`; only where the metric can be narrowed by it. */
  readonly service: string | undefined;
  /** The name of an act; only where the metric can be narrowed by it. */
  readonly act: string | undefined;
}

/** One side of a claim. Numbers are in the metric's unit: times in milliseconds, 1% as 0.01. */
export type Expression =
  | { readonly kind: 'number'; readonly value: number }
  | MetricReference
  | {
      readonly kind: 'binary';
      readonly operator: '+' | '-' | '*' | '/';
      readonly left: Expression;
      readonly right: Expression;
    };

/** The comparisons that a claim can make. */
export type Comparator = '<' | '<=' | '>' | '>=' | '==' | '!=';

/** A claim of a scenario, such as `p99(lock) < 50ms` or `rps(aside) > 2 * rps(none)`. */
export interface Expectation {
  /** As it stands in the file. */
  readonly text: string;
  readonly left: Expression;
  readonly comparator: Comparator;
  readonly right: Expression;
}

/** Every metric that a claim names, from left to right. */
export function referencesOf({ left, right }: Pick<Expectation, 'left' | 'right'>): readonly MetricReference[] {
  return [...referencesIn(left), ...referencesIn(right)];
}

/** Every metric that an expression names, from left to right. */
function referencesIn(expression: Expression): readonly MetricReference[] {
  switch (expression.kind) {
    case 'number':
      return [];
    case 'metric':
      return [expression];
    case 'binary':
      return [...referencesIn(expression.left), ...referencesIn(expression.right)];
  }
}
