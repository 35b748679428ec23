import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { packageFolder } from '../src/machine/package.ts';
import { startPostgres, startRedis } from '../src/target-app/testing/services.ts';
import { bundle, load, startServer, type Figures } from './programs.ts';
import { ratios, spread, table } from './statistics.ts';

const rounds = 9;
const durationMs = 3000;

/** The cached read of the reference app against the least handler that reads the same key, and against no I/O at all. */
export async function benchCachedRead(): Promise<string> {
  await using redis = await startRedis();
  await using postgres = await startPostgres();
  const app = path.join(packageFolder, 'dist', 'target-app.mjs');
  const minimal = await bundle('minimal-handler');
  const settings = {
    DATABASE_URL: postgres.url,
    REDIS_URL: redis.url,
    PORT: '0',
    CACHE_STRATEGY: 'aside',
    CACHE_TTL_MS: '3600000',
  };
  await promisify(execFile)(process.execPath, [app, 'migrate', 'seed'], { env: settings });
  await using reference = await startServer(app, settings);
  await using least = await startServer(minimal, settings);
  await fetch(`${reference.url}/todos/1`);

  const sides = [
    { name: 'hand-written handler, one Redis GET', url: least.url, path: '/todos/1', figures: [] as Figures[] },
    { name: 'reference app, cached read', url: reference.url, path: '/todos/1', figures: [] as Figures[] },
    { name: 'reference app, `GET /healthz`', url: reference.url, path: '/healthz', figures: [] as Figures[] },
  ];
  for (let round = 0; round < rounds; round++) {
    for (const side of sides) side.figures.push(await load(side.url, side.path, durationMs));
  }
  const baseline = sides[0]?.figures.map(({ rps }) => rps) ?? [];
  const rows = sides.map(({ name, figures }) => {
    const rps = figures.map((figure) => figure.rps);
    return [name, spread(rps), spread(figures.map(({ p99Ms }) => p99Ms)), spread(ratios(rps, baseline))];
  });
  return [
    '## The cached read: how much the reference app costs',
    `${rounds} rounds in turn, 50 connections, ${durationMs / 1000} s each after 1 s of warm-up; median (lowest to highest).`,
    table(['what', 'RPS', 'p99 ms', 'RPS against the hand-written handler'], rows),
  ].join('\n\n');
}
