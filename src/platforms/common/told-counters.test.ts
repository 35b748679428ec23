import { expect, it } from 'vitest';
import { snapshotOf } from '../../telemetry/snapshot.ts';
import { toldCountersOf } from './told-counters.ts';

const exposition = `# HELP http_request_duration_seconds How long requests take.
# TYPE http_request_duration_seconds histogram
http_request_duration_seconds_bucket{le="0.1",route="/"} 41
http_request_duration_seconds_count{route="/"} 41
http_request_duration_seconds_count{route="/b"} 1
# TYPE cache_hits counter
cache_hits_total 7
# TYPE nodejs_heap_bytes gauge
nodejs_heap_bytes 1e6
`;

it('takes what it knows by its own name or by the one that is told, and nothing else', () => {
  const text = toldCountersOf(exposition, { http_requests_total: 'http_request_duration_seconds_count' });
  expect(text).toBe(`# TYPE http_requests_total counter
http_requests_total{route="/"} 41
http_requests_total{route="/b"} 1
# TYPE cache_hits_total counter
cache_hits_total 7
`);
  expect(snapshotOf(text)).toMatchObject({ counters: { http_requests_total: 42, cache_hits_total: 7 }, gauges: {} });
});

it('is nothing where nothing is known', () => {
  expect(toldCountersOf('<html>404</html>', {})).toBe('');
});
