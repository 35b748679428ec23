import { describe, expect, it } from 'vitest';
import { parseExposition } from './prometheus.ts';
import { telemetryOf } from './telemetry.ts';

const exposition = (requests: number, queries: number) => `# HELP http_requests_total Answers.
# TYPE http_requests_total counter
http_requests_total{route="/todos/:id",status="200"} ${requests}
http_requests_total{route="/odd \\"}\\"",status="404"} 2
# TYPE db_pool_wait_seconds histogram
db_pool_wait_seconds_bucket{le="0.1"} ${queries}
db_pool_wait_seconds_bucket{le="+Inf"} ${queries}
db_pool_wait_seconds_sum ${queries / 1024}
db_pool_wait_seconds_count ${queries}
# TYPE db_pool_in_use gauge
db_pool_in_use 3
# TYPE event_loop_lag_seconds gauge
event_loop_lag_seconds{quantile="0.99"} 1.5e-3
`;

describe('parseExposition', () => {
  it('reads names, labels with quoted braces, values and types', () => {
    const { samples, types } = parseExposition(exposition(40, 10));
    expect(samples[1]).toEqual({ name: 'http_requests_total', labels: 'route="/odd \\"}\\"",status="404"', value: 2 });
    expect(types.get('db_pool_wait_seconds')).toBe('histogram');
    expect(parseExposition('x{a="b"} +Inf 1395066363000').samples[0]?.value).toBe(Infinity);
  });
});

describe('telemetryOf', () => {
  it('gives the rise of counters, summed over labels, and the last value of gauges', () => {
    const telemetry = telemetryOf(
      [{ replica: 'app-1', text: exposition(40, 10) }],
      [{ replica: 'app-1', text: exposition(140, 30) }],
    );
    expect(telemetry.silent).toEqual([]);
    expect(telemetry.replicas).toEqual([
      {
        replica: 'app-1',
        counters: { http_requests_total: 100, db_pool_wait_seconds_sum: 20 / 1024, db_pool_wait_seconds_count: 20 },
        gauges: { db_pool_in_use: 3, 'event_loop_lag_seconds{quantile="0.99"}': 0.0015 },
      },
    ]);
  });

  it('gives the rise of what is counted for each shard as well', () => {
    const text = (a: number, b: number): string =>
      `# TYPE shard_queries_total counter\nshard_queries_total{shard="a"} ${a}\nshard_queries_total{shard="b"} ${b}\n`;
    const telemetry = telemetryOf([{ replica: 'app-1', text: text(4, 1) }], [{ replica: 'app-1', text: text(10, 2) }]);
    expect(telemetry.replicas[0]?.counters).toEqual({
      shard_queries_total: 7,
      'shard_queries_total{shard="a"}': 6,
      'shard_queries_total{shard="b"}': 1,
    });
  });

  it('lists a replica that was silent, came late, died or restarted, and takes no numbers from it', () => {
    const telemetry = telemetryOf(
      [
        { replica: 'app-1', text: exposition(40, 10) },
        { replica: 'app-2', problem: 'connection refused' },
        { replica: 'app-3', text: exposition(40, 10) },
      ],
      [
        { replica: 'app-1', problem: 'timed out' },
        { replica: 'app-2', text: exposition(1, 1) },
        { replica: 'app-3', text: exposition(5, 1) },
        { replica: 'app-4', text: exposition(5, 1) },
        { replica: 'app-5', problem: 'it was killed by SIGKILL', ended: true },
      ],
    );
    expect(telemetry.replicas).toEqual([]);
    expect(telemetry.silent).toEqual([
      { replica: 'app-1', problem: 'timed out' },
      { replica: 'app-2', problem: 'connection refused' },
      { replica: 'app-4', problem: 'it was not there when the measured time began' },
    ]);
    expect(telemetry.lost).toEqual([
      {
        replica: 'app-3',
        problem:
          'its counters fell: it restarted, or several processes with counters of their own answer at its address',
      },
      { replica: 'app-5', problem: 'it was killed by SIGKILL' },
    ]);
  });

  it('does not lean on the sums of a replica that lost one of its workers', () => {
    const workers = (restarts: number) =>
      `# TYPE app_worker_restarts_total counter\napp_worker_restarts_total ${restarts}\n`;
    const telemetry = telemetryOf(
      [{ replica: 'app-1', text: exposition(40, 10) + workers(1) }],
      [{ replica: 'app-1', text: exposition(90, 30) + workers(2) }],
    );
    expect(telemetry.replicas).toEqual([]);
    expect(telemetry.lost[0]?.problem).toBe('1 worker process of it died, with what they had counted');
  });
});
