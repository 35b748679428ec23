import { LatencyHistogram } from '../../src/histogram/latency-histogram.ts';
import { randomBy } from '../../src/model/random.ts';
import type { RunRecord, TrialRecord } from '../../src/record/run-record.ts';
import { openHerdRecord } from './herd-record.ts';
import { anatomy } from './records.ts';
import { shopTrial } from './shop-record.ts';

/** What does harm where somebody prints it as it is: each to a terminal, a format or a CI system. */
export const harms: readonly string[] = [
  '\u001b[35mpainted',
  '\u001b[8mconcealed\u001b[2J\u001b[H',
  '\u001b]8;;http://evil.example\u0007link\u001b]8;;\u0007',
  '\u001b]0;title\u001b\\',
  '\u009b31mC1\u009d0;title\u009c',
  'over\rwritten',
  'back\b\b\b\bspace\u007f\u0000',
  'two\nlines',
  'rows\u2028and\u2029more\u0085still',
  'tab\tbed',
  'turned \u202eback\u2066',
  'no\u200broom\ufeff\u00ad',
  'half \ud800 a pair \udc00 \ufffe\uffff',
  '\n::error::wrong',
  '\n  ::set-output name=x::y',
  '##[group]x ##vso[task.setvariable variable=x]y ##teamcity[buildStatus]',
  '\u001b[0Ksection_start:1:x\r\u001b[0K',
  ']]> <![CDATA[ --> <!-- ',
  '<img src=x onerror=alert(1)> &lt;b&gt; &#64;org </script></pre></details>',
  '| a | b |',
  '`code` ``more`` ```\n```',
  '*bold* _it_ ~~no~~ $x$ #1 GH-2 @org/team',
  '![image](http://evil.example/x.png) [link](javascript:x)',
  "=HYPERLINK(1);+cmd|' /C calc'!A0",
  '\\\\| \\` \\',
  '- ',
  '1. ',
];

/** Harms in a row, as a seed has it. */
export function hostileText(seed: number): string {
  const random = randomBy(seed);
  const count = 1 + Math.floor(random() * 6);
  return Array.from({ length: count }, () => harms[Math.floor(random() * harms.length)] ?? '').join('');
}

function withHistogram(trial: TrialRecord): TrialRecord {
  const latency = { ...trial.measurement.latency, histogram: new LatencyHistogram().encode() };
  return { ...trial, measurement: { ...trial.measurement, latency } };
}

/** A record with something of everything that has a text. */
function everything(part: string): RunRecord {
  const base = openHerdRecord();
  const causes = [
    { kind: 'status-5xx' as const, atMs: 1, request: 'POST /pay', status: 503, body: 'busy', words: 'no' },
  ];
  const { measurement, ...rest } = shopTrial({ number: 3, variant: 'lock', replicas: 2 });
  const parts = { waiting: 5, [part]: 30, app: 2 };
  return {
    ...base,
    plannedTrials: 5,
    failures: [{ text: 'PostgreSQL ended.', hint: 'Look.', log: ['one', 'two'], files: ['logs/postgres.log'] }],
    tried: [{ target: 'http://127.0.0.1:1', request: 'GET /', answer: 'was answered', note: 'a redirect' }],
    trials: [
      ...base.trials,
      { ...rest, measurement: { ...measurement, causes, anatomy: [anatomy('p50', parts), anatomy('p99', parts)] } },
    ].map(withHistogram),
    verdicts: [
      { scenario: 'herd', expectation: 'p99 < 5ms', outcome: 'failed', reason: 'too slow' },
      { scenario: 'herd', expectation: 'p50 < 5ms', outcome: 'inconclusive', reason: 'too few' },
      { scenario: 'herd', expectation: 'rps > 1', outcome: 'passed', reason: 'enough' },
    ],
    comparisons: [
      {
        scenario: 'herd',
        replicas: 1,
        a: { name: 'none', variant: 'none' },
        b: { name: 'lock', variant: 'lock' },
        paired: true,
        rounds: { a: 8, b: 8 },
        looks: 1,
        confidence: 0.95,
        smallest: 0.05,
        metrics: [
          {
            metric: 'rps',
            a: 1,
            b: 2,
            scale: 'ratio',
            estimate: 2,
            low: 1.9,
            high: 2.1,
            outcome: 'b-higher',
            text: 'is more',
          },
          { metric: 'p99', request: 'GET /', scale: 'ratio', outcome: 'not-measured', text: 'too few answers' },
        ],
        caveats: ['the machine was busy'],
      },
    ],
    scaling: [{ scenario: 'herd', variant: 'lock', over: 'replicas', points: [], refusal: 'too few counts' }],
  };
}

/** The keys under which texts lie that anybody may have written. */
const foreign = new Set(
  (
    'name question answer prediction load workload data settings leftOut scenario variant problem text system revision hint log ' +
    'files command platform cpu os node cores target request note expectation reason words body next service replica source refusal'
  ).split(' '),
);

function poisoned<T>(value: T, text: string, isForeign?: boolean): T;
function poisoned(value: unknown, text: string, isForeign = false): unknown {
  if (typeof value === 'string') return isForeign ? value + text : value;
  if (Array.isArray(value)) return value.map((item: unknown) => poisoned(item, text, isForeign));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      key,
      poisoned(each, text, foreign.has(key) || (key === 'caveats' && isForeign)),
    ]),
  );
}

/** A record of which each text that anybody may have written ends with that one. */
export function recordWith(text: string): RunRecord {
  return poisoned(everything(`queue${text}`), text);
}
