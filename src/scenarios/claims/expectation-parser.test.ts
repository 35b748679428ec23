import { describe, expect, it } from 'vitest';
import { metrics } from '../../metrics/catalogue.ts';
import type { Expression } from '../../model/expectation.ts';
import { parseExpectation } from './expectation-parser.ts';

const scope = {
  variants: ['none', 'lock', 'cache-aside', 'n+1', 'two words'],
  replicas: [1, 2, 4],
  requests: ['GET /', 'POST /pay', 'checkout', "GET /a'b"],
  services: {
    ...Object.fromEntries(
      ['none', 'lock', 'cache-aside', 'n+1'].map((name) => [name, ['app-1', 'app-2', 'nginx', 'postgres', 'redis']]),
    ),
    'two words': [],
  },
  beside: {
    lock: [
      { name: 'mailer', counts: true },
      { name: 'prices', counts: false },
    ],
    none: [],
  },
};

/** An expression with every parenthesis written. */
function written(expression: Expression): string {
  switch (expression.kind) {
    case 'number':
      return String(expression.value);
    case 'metric': {
      const { metric, variant, replicas, request, status, service, act } = expression;
      const narrowed = [request, status, service, act].map((by) => (by === undefined ? '' : `|${by}`)).join('');
      return `${metric}[${variant ?? ''}|${replicas ?? ''}${narrowed}]`;
    }
    case 'binary':
      return `(${written(expression.left)} ${expression.operator} ${written(expression.right)})`;
  }
}

describe('parseExpectation understands', () => {
  it.each([
    ['p99 < 50ms', 'p99[|] < 50'],
    ['p99.9<=1.5s', 'p99.9[|] <= 1500'],
    ['p50 > 500us', 'p50[|] > 0.5'],
    ['error_rate == 0', 'error_rate[|] == 0'],
    ['error_rate < 0.1%', 'error_rate[|] < 0.001'],
    ['error_rate != 100%', 'error_rate[|] != 1'],
    ['recomputes >= 3', 'recomputes[|] >= 3'],
    ['rps > 500/s', 'rps[|] > 500'],
    ['p99(lock) < p99 ( none )', 'p99[lock|] < p99[none|]'],
    ['rps(cache-aside) > 3 * rps(none)', 'rps[cache-aside|] > (3 * rps[none|])'],
    ['queries_per_request(n+1) >= 20.5', 'queries_per_request[n+1|] >= 20.5'],
    ['queries_per_request("n+1") >= 20.5', 'queries_per_request[n+1|] >= 20.5'],
    ["p99('two words') < 1s", 'p99[two words|] < 1000'],
    ['rps(replicas=4) > 1/s', 'rps[|4] > 1'],
    ['rps(lock, replicas = 2) > rps(replicas=1,lock)', 'rps[lock|2] > rps[lock|1]'],
    ['rps(replicas=4) / rps(replicas=1) > 3.5', '(rps[|4] / rps[|1]) > 3.5'],
    ['500/s < rps', '500 < rps[|]'],
    ['rps / 2 > 10/s', '(rps[|] / 2) > 10'],
    ['p99 - p50 * 2 + 1ms < 10ms', '((p99[|] - (p50[|] * 2)) + 1) < 10'],
    ['(p99 - p50) * 2 < 10ms', '((p99[|] - p50[|]) * 2) < 10'],
    ['p99 - p95 - p50 < 10ms', '((p99[|] - p95[|]) - p50[|]) < 10'],
    ['error_rate * requests < 3', '(error_rate[|] * requests[|]) < 3'],
    ['p99 < 120% * p50', 'p99[|] < (1.2 * p50[|])'],
    ['  p99 < 50ms  ', 'p99[|] < 50'],
    ['p99.response < 50ms', 'p99.response[|] < 50'],
    ['requests(lock, service=mailer) > 100', 'requests[lock||mailer] > 100'],
    [
      "requests(lock, service=mailer) / requests(lock, request='POST /pay') <= 1",
      '(requests[lock||mailer] / requests[lock||POST /pay]) <= 1',
    ],
    ['largest_share(lock, service=mailer) < 60%', 'largest_share[lock||mailer] < 0.6'],
    ['calls_per_request(lock) == 1', 'calls_per_request[lock|] == 1'],
    ['cpu_per_request(lock, service=mailer) < 1ms', 'cpu_per_request[lock||mailer] < 1'],
    ['responses(lock, status=503) == 0', 'responses[lock||503] == 0'],
    ["error_rate(request='POST /pay') == 0", 'error_rate[||POST /pay] == 0'],
    ['p99( request = "GET /" ) < 50ms', 'p99[||GET /] < 50'],
    ['p99(lock, request=checkout, replicas=2) < 50ms', 'p99[lock|2|checkout] < 50'],
    ['rps(request="GET /a\'b") > 1/s', "rps[||GET /a'b] > 1"],
    ["responses(request='POST /pay', status=5xx) == 0", 'responses[||POST /pay|5xx] == 0'],
    ["p99(request='POST /pay') < 3 * p99(request='GET /')", 'p99[||POST /pay] < (3 * p99[||GET /])'],
    ['response_share(status=5xx, replicas=2) < 1%', 'response_share[|2|5xx] < 0.01'],
    ['cpu_per_request < 2ms', 'cpu_per_request[|] < 2'],
    ['cpu_per_request(lock, service=postgres) < 500us', 'cpu_per_request[lock||postgres] < 0.5'],
    ['memory_end(service=app-1) <= 200MiB', 'memory_end[||app-1] <= 209715200'],
    ['memory_end < 1.5GB', 'memory_end[|] < 1610612736'],
    ['memory_end(lock) < memory_end(none) + 64MB', 'memory_end[lock|] < (memory_end[none|] + 67108864)'],
    ['memory_end(lock) / memory_end(none) < 1.2', '(memory_end[lock|] / memory_end[none|]) < 1.2'],
  ])('%s', (text, tree) => {
    const parsed = parseExpectation(text, scope);
    if (!parsed.ok) expect.fail(JSON.stringify(parsed.faults));
    const { left, comparator, right } = parsed.expectation;
    expect(`${written(left)} ${comparator} ${written(right)}`.replace(/^\((.*)\)$/, '$1')).toBe(tree);
    expect(parsed.expectation.text).toBe(text.trim());
  });
});

/** The faults of a claim, each with its part underlined. */
function faultsOf(text: string): string[] {
  const parsed = parseExpectation(text, scope);
  if (parsed.ok) return [];
  return parsed.faults.map(({ sentence, hint, within }) => {
    const part = within ? text.slice(within.start, within.end) : text;
    return `[${part}] ${sentence}${hint === undefined ? '' : ` | ${hint}`}`;
  });
}

const shape = 'a metric is narrowed like this: p99(lock, replicas=2)';
const like = 'only like can be compared with like';

describe('parseExpectation refuses', () => {
  it.each([
    // Syntax.
    ['', ['[] a metric or a number is missing']],
    ['p99', ['[9] a comparison is missing | write a claim like this: p99(lock) < 50ms']],
    ['p99 <', ['[<] a metric or a number is missing']],
    ['p99 < < 5ms', ['[<] a metric or a number is missing']],
    ['p99 = 5ms', ['[=] "=" does not compare | did you mean "=="?']],
    ['p99 => 5ms', ['[=>] "=>" does not compare | did you mean ">="?']],
    ['p99 ≤ 5ms', ['[≤] "≤" does not compare | did you mean "<="?']],
    ['1ms < p99 < 5ms', ['[<] a claim compares once | write two claims']],
    ['p99 < 5ms 6ms', ['[6ms] the claim should end here']],
    ['(p99 < 5ms', ['[<] a closing parenthesis is missing']],
    ['p99) < 5ms', ['[)] a comparison is missing | write a claim like this: p99(lock) < 50ms']],
    ['p99 & p50 < 5ms', ['[&] "&" has no meaning here']],
    ['p99 < 🐘', ['[🐘] "🐘" has no meaning here']],
    ['p99(lock < 5ms', [`[<] a closing parenthesis is missing | ${shape}`]],
    ['p99(lock', [`[k] a closing parenthesis is missing | ${shape}`]],
    ['p99() < 5ms', [`[)] a variant or replicas=… is missing | ${shape}`]],
    ['p99(replicas=) < 5ms', ['[replicas] a value is missing behind "="']],
    ['p99 < 50 ms', ['[ms] a number and its unit are written without a space | write 50ms']],
    ['p99 < 50sec', ['[50sec] the unit "sec" is not known | there are: us, ms, s, m, h, %, /s, /min, KB, MB, GB']],
    [`p99 < ${'('.repeat(600)}`, [`[p99 < ${'('.repeat(600)}] a claim of more than 500 characters`]],
    // Names.
    [
      'p99(lok) < 5ms',
      [
        '[lok] the variant "lok" is not known | did you mean "lock"? There are: none, lock, cache-aside, n+1, two words',
      ],
    ],
    ['p99(replicas=3) < 5ms', ['[3] the scenario does not run at 3 replicas | there are: 1, 2, 4']],
    ['p99(replicas=two) < 5ms', ['[two] the number of replicas must be a whole number']],
    [
      'p99(replica=2) < 5ms',
      [
        '[replica] a metric cannot be narrowed by "replica" | did you mean "replicas"? There are: replicas, request, status, service, act',
      ],
    ],
    ['p99(status=503) < 5ms', ['[status] p99 cannot be narrowed by status | only responses and response_share can']],
    [
      'responses(status=teapot) == 0',
      ['[teapot] "teapot" is no status | write status=503, or status=5xx for all of them'],
    ],
    [
      "p99(request='POST /pai') < 5ms",
      [
        '[\'POST /pai\'] the request "POST /pai" is not known | did you mean "POST /pay"? There are: GET /, POST /pay, checkout, GET /a\'b',
      ],
    ],
    [
      "queries_per_request(request='GET /') < 5",
      [
        '[request] queries_per_request cannot be narrowed by request | only these can: rps, mean, p50, p90, p95, p99, p99.9, max, requests, responses, response_share, errors, error_rate, unfinished, dropped, unsent',
      ],
    ],
    [
      'p99(lock, none) < 5ms',
      [
        '[none] a metric is narrowed to one variant, one number of replicas, one request, one status, one service and one act',
      ],
    ],
    [
      'p99(service=postgres) < 5ms',
      [
        '[service] p99 cannot be narrowed by service | only these can: requests, smallest_share, largest_share, calls_per_request, cpu_per_request, memory_end',
      ],
    ],
    // Services beside what is tested.
    [
      'requests(lock, service=mialer) > 5',
      ['[mialer] the service "mialer" is not known | did you mean "mailer"? There are: mailer'],
    ],
    [
      'requests(lock, service=prices) > 5',
      ['[prices] the service "prices" tells no counters | write metrics: /metrics, if it has them there'],
    ],
    [
      'requests(lock, service=postgres) > 5',
      [
        '[postgres] the service "postgres" does not count its requests: only those beside what is tested do | there are: mailer',
      ],
    ],
    ['requests(none, service=mailer) > 5', ['[mailer] the service "mailer" is not known | there are none.']],
    [
      'calls_per_request(none) > 5',
      ['[calls_per_request] calls_per_request is of services beside what is tested, and none counts its requests'],
    ],
    [
      "requests(lock, request='POST /pay', service=mailer) > 5",
      ['[service] what a service did for one request is not known | leave one of them out'],
    ],
    [
      'cpu_per_request(service=postgre) < 5ms',
      [
        '[postgre] the service "postgre" is not known | did you mean "postgres"? There are: app-1, app-2, nginx, postgres, redis, mailer, prices',
      ],
    ],
    [
      "memory_end('two words', service=postgres) < 5MB",
      [
        '[memory_end] memory_end is what a server uses, and nobody watches one that runs already | let the lab start it: write command or image in place of url',
      ],
    ],
    // Dimensions.
    ['memory_end < 200', ['[200] memory_end is a size: write 200MB']],
    ['memory_end < 200 MiB', ['[MiB] a number and its unit are written without a space | write 200MiB']],
    ['memory_end < 2s', [`[memory_end < 2s] memory_end is a size, 2s is a time | ${like}`]],
    ['memory_end * memory_end < 5', ['[memory_end * memory_end] a size cannot be multiplied by a size']],
    ['p99 < 50', ['[50] p99 is a time: write 50ms']],
    ['50 > p99(lock)', ['[50] p99(lock) is a time: write 50ms']],
    ['rps > 1000', ['[1000] rps is a rate: write 1000/s']],
    ['p99 < 50/s', [`[p99 < 50/s] p99 is a time, 50/s is a rate | ${like}`]],
    ['recomputes < 5ms', [`[recomputes < 5ms] recomputes is a count, 5ms is a time | ${like}`]],
    ['recomputes < 5%', [`[recomputes < 5%] recomputes is a count, 5% is a ratio | ${like}`]],
    ['p99 / p50 < 5ms', [`[p99 / p50 < 5ms] p99 / p50 is a plain number, 5ms is a time | ${like}`]],
    ['p99 + rps < 5ms', ['[p99 + rps] a time cannot be added to a rate']],
    ['p99 - 1 < 5ms', ['[p99 - 1] a plain number cannot be subtracted from a time']],
    ['p99 * rps < 5', ['[p99 * rps] a time cannot be multiplied by a rate']],
    ['1 / p99 < 5', ['[1 / p99] a plain number cannot be divided by a time']],
    ['p99 / 0 < 5ms', ['[0] nothing can be divided by zero']],
    ['1 < 2', ['[1 < 2] the claim names no metric']],
  ])('%s', (text, faults) => expect(faultsOf(text)).toEqual(faults));

  it('names the metric that was meant', () => {
    expect(faultsOf('p98 < 5ms')[0]).toMatch(
      /^\[p98\] the metric "p98" is not known \| did you mean "p9\d"\? There are: rps,/,
    );
    expect(faultsOf('error-rate == 0')[0]).toContain('did you mean "error_rate"?');
    expect(faultsOf('latency < 5ms')[0]).toContain('| there are: rps, max_rps, mean, p50');
  });

  it('knows every metric by its name', () => {
    for (const { name } of metrics) expect(parseExpectation(`${name} == ${name}`, scope).ok, name).toBe(true);
  });

  it('tells several faults of one claim', () => {
    expect(faultsOf('p98(lok) < 2 * throughput')).toHaveLength(3);
  });

  it('does not check what is not given', () => {
    expect(parseExpectation('p99(x, replicas=9) < 1s', { variants: undefined, replicas: undefined }).ok).toBe(true);
  });
});
