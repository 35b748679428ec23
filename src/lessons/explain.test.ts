import { readFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import { describe, expect, it } from 'vitest';
import { metrics } from '../metrics/catalogue.ts';
import { markdownExplanation, terminalExplanation } from '../reporters/explanation.ts';
import { parsed } from '../scenarios/testing/files.ts';
import { architectureOf } from './architecture.ts';
import { explain } from './explain.ts';
import type { Lesson } from './lesson.ts';
import { messages } from './messages.ts';
import { pitfalls } from './pitfalls.ts';
import { shippedLessons } from './shipped.ts';

const { scenarios } = parsed(readFileSync('scenarios.yaml', 'utf8'), 'scenarios.yaml');
const named = (name: string) => scenarios.find((scenario) => scenario.name === name) ?? expect.fail(`no ${name}`);

describe('a lesson', () => {
  it('is there for every shipped scenario, and for nothing else', () => {
    expect(Object.keys(shippedLessons)).toEqual(scenarios.map(({ name }) => name));
  });

  it('has something to predict, to look at, to try and to read', () => {
    for (const [name, { predict, look, next, read, figures }] of Object.entries(shippedLessons)) {
      for (const part of [predict, look, next, read, figures]) expect(part.length, name).toBeGreaterThan(0);
      for (const { url } of read) expect(URL.canParse(url), url).toBe(true);
    }
  });

  it.each([80, 120])('fits %i columns', (columns) => {
    for (const scenario of scenarios) {
      const text = terminalExplanation(explain(scenario, true), { columns, color: false });
      // Commands and addresses are copied, and so they are not broken.
      const prose = text.split('\n').filter((line) => !/^ +(scale-lab|https?:)/.test(line));
      expect(prose.filter((line) => line.length > columns)).toEqual([]);
    }
  });

  it('says on which platform to run what the default one cannot', () => {
    const command = (name: string) =>
      explain(named(name), true).parts.find(({ title }) => title === 'Run it')?.points[0]?.command;
    expect(command('rolling-update')).toBe('scale-lab run rolling-update --platform kubernetes --predict');
    expect(command('cache-hit')).toBe('scale-lab run cache-hit --predict');
  });

  it.each(scenarios)('is what its page says: $name', async (scenario) => {
    const file = `docs/lessons/${scenario.name}.md`;
    const page = readFileSync(file, 'utf8');
    const [told = '', result = ''] = page.split(/^### What a run of it has shown$/m);
    const [shown = '', ...after] = result.split(/^(?=## )/m);
    const options = { ...(await resolveConfig(file)), parser: 'markdown' };
    expect(told + after.join('')).toBe(await format(markdownExplanation(explain(scenario, true), ''), options));
    expect(shown).toContain('.png)');
  });

  it('is made of the scenario where there is none for it', () => {
    const [mine] = parsed(`
version: 1
scenarios:
  mine: { question: Is it fast?, workload: [GET /], target: { command: node server.js }, expect: [p99 < 5ms] }`).scenarios;
    const text = terminalExplanation(explain(mine ?? expect.fail(), false), { columns: 80, color: false });
    expect(text).toContain('Is it fast?');
    expect(text).toContain('your server');
    expect(text).toContain('p99 < 5ms');
    expect(text).not.toContain('Read more');
  });
});

describe('the lesson of the catalogue', () => {
  const lessons: readonly (readonly [string, Lesson])[] = Object.entries({ ...pitfalls, ...messages });
  const counted = metrics.filter(({ kind }) => kind === 'counted').map(({ name }) => name);

  it.each(lessons)('%s has its mechanism, what the remedy costs, and where it is wrong', (_, lesson) => {
    const { mechanism = [], tradeOffs = [], unless = [] } = lesson;
    expect(mechanism.length).toBeGreaterThan(0);
    expect(mechanism.length).toBeLessThanOrEqual(12);
    expect(Math.max(...mechanism.map(({ length }) => length))).toBeLessThanOrEqual(78);
    for (const part of [tradeOffs, unless]) expect(part.length).toBeGreaterThan(0);
  });

  it.each(lessons)('%s has a claim on something counted for each of its variants', (name) => {
    const { variants, expectations } = named(name);
    const claims = expectations.map(({ text }) => text);
    for (const variant of variants) {
      const isOfIt = (claim: string) => counted.some((metric) => claim.includes(`${metric}(${variant.name}`));
      expect(claims.filter(isOfIt), variant.name).not.toEqual([]);
    }
  });

  it('draws what is compared', () => {
    expect(architectureOf(named('hot-row')).join('\n')).toBe(`\
┌────────────────┐    ┌────────────┐    ┌──────────────┐
│ load generator │───▶│ app        │───▶│ PostgreSQL   │
│ 50 connections │    │ ×1         │    │ 10,000 todos │
└────────────────┘    │ pool of 50 │    └──────────────┘
                      │ one-row    │
                      │ or sharded │
                      │ or append  │
                      └────────────┘`);
  });
});

describe('the architecture', () => {
  it('goes from the load to the database, past what there is of it', () => {
    expect(architectureOf(named('cache-hit')).join('\n')).toBe(`\
┌────────────────┐    ┌───────────────┐    ┌────────────┐    ┌──────────────┐
│ load generator │───▶│ load balancer │───▶│ app        │─┬─▶│ Redis        │
│ 50 connections │    │ in turn       │    │ ×1, ×2     │ │  │ with a cache │
└────────────────┘    └───────────────┘    │ pool of 10 │ │  └──────────────┘
                                           └────────────┘ │  ┌──────────────┐
                                                          └─▶│ PostgreSQL   │
                                                             │ 10,000 todos │
                                                             └──────────────┘`);
  });

  it('names the variants at the cache where all have one, and they differ in it', () => {
    expect(architectureOf(named('stale-reads')).slice(0, 7).join('\n')).toBe(`\
┌────────────────┐    ┌────────────┐    ┌──────────────────┐
│ load generator │───▶│ app        │─┬─▶│ Redis            │
│ from 250/s     │    │ ×1         │ │  │ the cache        │
└────────────────┘    │ pool of 20 │ │  │ ttl-only         │
                      └────────────┘ │  │ or delete        │
                                     │  │ or write-through │
                                     │  └──────────────────┘`);
  });

  it('has what runs beside, below the database', () => {
    expect(architectureOf(named('notification-service')).join('\n')).toBe(`\
┌────────────────┐    ┌────────────┐    ┌──────────────┐
│ load generator │───▶│ app        │─┬─▶│ PostgreSQL   │
│ from 100/s     │    │ ×1         │ │  │ 10,000 todos │
└────────────────┘    │ pool of 10 │ │  │              │
                      └────────────┘ │  └──────────────┘
                                     │  ┌──────────────┐
                                     └─▶│ mailer       │
                                        │ notifier     │
                                        │ or none      │
                                        └──────────────┘`);
  });

  it('has shorter arrows where it would be too wide', () => {
    const [first = '', names = ''] = architectureOf(named('connection-pooler'));
    expect(first.length).toBeLessThanOrEqual(78);
    expect(names).toBe('│ load generator  │──▶│ load balancer │──▶│ app           │┬─▶│ PostgreSQL   │');
  });

  it('has no balancer before a single replica, and no cache where nobody has one', () => {
    const [generator = ''] = architectureOf(named('n-plus-one'));
    expect(generator.match(/┌/g)).toHaveLength(3);
  });
});
