// A plain Node server that knows nothing of scale-lab: prices that take a while to compute, and a cache for them.
import { createServer } from 'node:http';

const port = Number(process.env.PORT ?? 3000);
const workUs = Number(process.env.WORK_US ?? 500);
const cache = process.env.CACHE === 'on' ? new Map() : undefined;
const counts = { requests: 0, hits: 0, misses: 0 };

function compute(item) {
  const endMs = performance.now() + workUs / 1000;
  let cents = item;
  while (performance.now() < endMs) cents = (cents * 31 + 7) % 10_000;
  return { item, cents };
}

function priceOf(item) {
  if (cache === undefined) return compute(item);
  const known = cache.get(item);
  if (known !== undefined) {
    counts.hits += 1;
    return known;
  }
  counts.misses += 1;
  const price = compute(item);
  cache.set(item, price);
  return price;
}

function metrics() {
  return [
    '# TYPE shop_requests_total counter',
    `shop_requests_total ${counts.requests}`,
    '# TYPE shop_cache_hits_total counter',
    `shop_cache_hits_total ${counts.hits}`,
    '# TYPE shop_cache_misses_total counter',
    `shop_cache_misses_total ${counts.misses}`,
    '',
  ].join('\n');
}

const server = createServer((request, response) => {
  if (request.url === '/health') {
    response.end('ok\n');
    return;
  }
  if (request.url === '/metrics') {
    response.setHeader('content-type', 'text/plain; version=0.0.4');
    response.end(metrics());
    return;
  }
  const [, item] = /^\/prices\/(\d+)$/.exec(request.url ?? '') ?? [];
  if (item === undefined) {
    response.statusCode = 404;
    response.end('not found\n');
    return;
  }
  counts.requests += 1;
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(priceOf(Number(item))));
});

server.listen(port, () => console.log(`prices on port ${port}`));
process.on('SIGTERM', () => server.close(() => process.exit(0)));
