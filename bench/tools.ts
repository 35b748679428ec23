import { z } from 'zod';

/** On how many connections every tool asks. */
export const toolConnections = 10;
const c = toolConnections;

/** What a tool reports of its load. */
export interface ToolFigures {
  readonly rps: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** What a tool is to send, and for how long. */
export interface ToolLoad {
  readonly url: string;
  readonly ratePerSecond: number;
  readonly seconds: number;
}

/** A load generator that is not this one. */
export interface Tool {
  readonly program: string;
  /** What of its options matters here. */
  readonly note: string;
  /** A line for the shell. */
  readonly command: (load: ToolLoad) => string;
  readonly read: (output: string) => ToolFigures;
}

const unitsMs: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1000, secs: 1000, m: 60_000 };

/** The number that a pattern's first group finds, in ms where the second is its unit; NaN where the text does not have it. */
function find(output: string, pattern: RegExp): number {
  const [, number, unit = 'ms'] = pattern.exec(output) ?? [];
  return Number(number) * (unitsMs[unit] ?? NaN);
}

function readWrk(output: string): ToolFigures {
  return {
    rps: find(output, /Requests\/sec:\s+([\d.]+)/),
    p50Ms: find(output, /^\s*50(?:\.0+)?%\s+([\d.]+)([a-z]+)/m),
    p99Ms: find(output, /^\s*99(?:\.0+)?%\s+([\d.]+)([a-z]+)/m),
    maxMs: find(output, /Latency\s+\S+\s+\S+\s+([\d.]+)([a-z]+)/),
  };
}

/** A schema as a reader of JSON. */
function json(schema: z.ZodType<ToolFigures>): Tool['read'] {
  return (output) => schema.parse(JSON.parse(output));
}

const number = z.number();

const k6Script = ({ url, ratePerSecond, seconds }: ToolLoad): string => `
import http from 'k6/http';
const load = { executor: 'constant-arrival-rate', rate: ${ratePerSecond}, duration: '${seconds}s', preAllocatedVUs: ${c} };
export const options = { scenarios: { load }, summaryTrendStats: ['med', 'p(99)', 'max'] };
export default () => { http.get('${url}'); };
export const handleSummary = ({ metrics: { http_req_duration: time, http_reqs: count } }) =>
  ({ stdout: JSON.stringify({ ...time.values, rate: count.values.rate }) });
`;

/** What autocannon, wrk, hey and ab print was seen; the others are called and read as their documentation has it. */
export const tools: readonly Tool[] = [
  {
    program: 'autocannon',
    note: '`-R`',
    command: ({ url, ratePerSecond, seconds }) =>
      `autocannon -c ${c} -R ${ratePerSecond} -d ${seconds} --json ${url} 2>/dev/null`,
    read: json(
      z
        .object({
          latency: z.object({ p50: number, p99: number, max: number }),
          requests: z.object({ average: number }),
        })
        .transform(({ latency: { p50, p99, max }, requests }) => {
          return { rps: requests.average, p50Ms: p50, p99Ms: p99, maxMs: max };
        }),
    ),
  },
  {
    program: 'wrk',
    note: 'closed',
    command: ({ url, seconds }) => `wrk -t1 -c${c} -d${seconds}s --latency ${url}`,
    read: readWrk,
  },
  {
    program: 'wrk2',
    note: '`-R`',
    command: ({ url, ratePerSecond, seconds }) => `wrk2 -t1 -c${c} -d${seconds}s -R${ratePerSecond} --latency ${url}`,
    read: readWrk,
  },
  {
    program: 'hey',
    note: '`-q`',
    // Its rate is that of each worker.
    command: ({ url, ratePerSecond, seconds }) => `hey -c ${c} -q ${ratePerSecond / c} -z ${seconds}s ${url}`,
    read: (output) => ({
      rps: find(output, /Requests\/sec:\s+([\d.]+)/),
      p50Ms: find(output, /50% in ([\d.]+) (secs)/),
      p99Ms: find(output, /99% in ([\d.]+) (secs)/),
      maxMs: find(output, /Slowest:\s+([\d.]+) (secs)/),
    }),
  },
  {
    program: 'ab',
    note: 'closed',
    // -t sets -n to 50,000, so -n comes after it.
    command: ({ url, seconds }) => `ab -k -q -c ${c} -t ${seconds} -n 10000000 ${url}`,
    read: (output) => ({
      rps: find(output, /Requests per second:\s+([\d.]+)/),
      p50Ms: find(output, /^\s*50%\s+(\d+)/m),
      p99Ms: find(output, /^\s*99%\s+(\d+)/m),
      maxMs: find(output, /^\s*100%\s+(\d+)/m),
    }),
  },
  {
    program: 'vegeta',
    note: '`-rate`',
    command: ({ url, ratePerSecond, seconds }) =>
      `echo GET ${url} | vegeta attack -rate ${ratePerSecond} -duration ${seconds}s -max-workers ${c} | vegeta report -type json`,
    read: json(
      z
        .object({ latencies: z.object({ '50th': number, '99th': number, max: number }), throughput: number })
        .transform(({ latencies, throughput }) => {
          const [p50Ms, p99Ms, maxMs] = [latencies['50th'] / 1e6, latencies['99th'] / 1e6, latencies.max / 1e6];
          return { rps: throughput, p50Ms, p99Ms, maxMs };
        }),
    ),
  },
  {
    program: 'oha',
    note: '`-q`',
    command: ({ url, ratePerSecond, seconds }) =>
      `oha -c ${c} -q ${ratePerSecond} -z ${seconds}s --no-tui --output-format json ${url}`,
    read: json(
      z
        .object({
          summary: z.object({ slowest: number, requestsPerSec: number }),
          latencyPercentiles: z.object({ p50: number, p99: number }),
        })
        .transform(({ summary: { slowest, requestsPerSec }, latencyPercentiles: { p50, p99 } }) => {
          return { rps: requestsPerSec, p50Ms: p50 * 1000, p99Ms: p99 * 1000, maxMs: slowest * 1000 };
        }),
    ),
  },
  {
    program: 'k6',
    note: 'constant-arrival-rate',
    command: (load) => `k6 run --quiet - <<'END'${k6Script(load)}END`,
    read: json(
      z.object({ med: number, 'p(99)': number, max: number, rate: number }).transform((values) => {
        return { rps: values.rate, p50Ms: values.med, p99Ms: values['p(99)'], maxMs: values.max };
      }),
    ),
  },
];
