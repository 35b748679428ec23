import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { fakeIo } from '../../test/fakes/io.ts';
import type { ScenarioFile } from '../model/scenario.ts';
import { parseScenarioFile } from '../scenarios/parse.ts';
import type { Io } from './io.ts';
import { chooseSides, type ChosenSides, type SidesOptions } from './sides.ts';

const target = `{ command: node server.js, port: 3000, env: { DB: there, LEVEL: warn }, ready: /health, ready-limit: 60s,
      metrics: /metrics, counters: { db_queries_total: queries } }`;
const withTarget = (own: string): string => `version: 1
scenarios:
  shop:
    question: Is it fast?
    target: ${own}
    workload: [GET /items]`;

async function choose(text: string, options: Omit<SidesOptions, 'request'>): Promise<ChosenSides> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'sides-'));
  onTestFinished(async () => rm(folder, { recursive: true }));
  await writeFile(path.join(folder, 'scenarios.yaml'), text);
  const io: Io = fakeIo({ folder });
  const load = async (): Promise<ScenarioFile> => {
    const parsed = parseScenarioFile(text, path.join(folder, 'scenarios.yaml'));
    if (!parsed.ok) throw new Error(parsed.problems.map(({ sentence }) => sentence).join('; '));
    return Promise.resolve(parsed.file);
  };
  return chooseSides(io, 'shop', { ...options, request: [] }, load);
}

const commands = { aCommand: 'node old.js', bCommand: 'node new.js' };

describe('sides that are commands or images, with a scenario', () => {
  it('have from its target all that no option says, and it is told', async () => {
    const { sides, taken } = await choose(withTarget(target), commands);
    const rest = {
      port: 3000,
      environment: { DB: 'there', LEVEL: 'warn' },
      readyPath: '/health',
      readyLimitMs: 60_000,
      metricsPath: '/metrics',
      counters: { db_queries_total: 'queries' },
    };
    expect(sides).toMatchObject([
      { name: 'A', system: { command: 'node old.js', ...rest } },
      { name: 'B', system: { command: 'node new.js', ...rest } },
    ]);
    const texts = 'with DB, LEVEL, port 3000, ready at /health, ready within 1 min, metrics at /metrics';
    const told = `${texts}, counting queries as db_queries_total`;
    expect(taken).toEqual(['A', 'B'].map((side) => `${side} has from the target of shop: ${told}`));
  });

  it('have what an option says in place of it', async () => {
    const { sides, taken } = await choose(withTarget(target), { ...commands, port: 4000, ready: '/up' });
    expect(sides[0].system).toMatchObject({ port: 4000, readyPath: '/up', metricsPath: '/metrics' });
    expect(taken[0]).not.toMatch(/port|ready at/);
  });

  it('are images with the arguments, the port and the limits of one', async () => {
    const text = `${withTarget('{ image: shop, args: [serve], port: 80, env: { DB: there } }')}\n    limits: { cpu: 0.5 }`;
    const { sides } = await choose(text, { aImage: 'shop:1', bImage: 'shop:2' });
    const rest = { args: ['serve'], port: 80, environment: { DB: 'there' }, limits: { cpu: 0.5 } };
    expect(sides.map(({ system }) => system)).toMatchObject([
      { image: 'shop:1', ...rest },
      { image: 'shop:2', ...rest },
    ]);
  });

  it('have no port of a target of the other kind: it is one of this machine', async () => {
    const { sides } = await choose(withTarget(target), { aImage: 'shop:1', bImage: 'shop:2' });
    expect(sides[0].system).toMatchObject({ kind: 'image', port: 8080, args: undefined, readyPath: '/health' });
  });

  it('have what the variants of a scenario share, and nothing that only some of them have', async () => {
    const variants =
      '    variants: { on: { target: { env: { CACHE: on } } }, off: { target: { env: { CACHE: off } } } }';
    const { sides, taken } = await choose(
      `${withTarget('{ command: node server.js, ready: /health }')}\n${variants}`,
      commands,
    );
    expect(sides[0].system).toMatchObject({ environment: {}, readyPath: '/health' });
    expect(taken[0]).toBe('A has from the target of shop: ready at /health');
  });

  it('have the services that run beside the target of the scenario', async () => {
    const services = '    services: { prices: { command: node prices.js } }';
    const { sides, taken } = await choose(`${withTarget(target)}\n${services}`, commands);
    expect(sides.map(({ system }) => system)).toMatchObject([
      { command: 'node old.js', services: [{ name: 'prices' }] },
      { command: 'node new.js', services: [{ name: 'prices' }] },
    ]);
    expect(taken[0]).toMatch(/, beside prices \(command node prices\.js\)$/);
  });

  it('take nothing from a target that runs already', async () => {
    const { sides, taken } = await choose(withTarget('{ url: http://127.0.0.1:1 }'), commands);
    expect(sides[0].system).toMatchObject({ command: 'node old.js', environment: {}, readyPath: undefined });
    expect(taken).toEqual([]);
  });
});
