import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { metrics } from '../metrics/catalogue.ts';
import { loadMs } from '../model/load-profile.ts';
import { remainingMs } from '../model/plan.ts';
import type { ScenarioFile } from '../model/scenario.ts';
import { catalogue } from '../services/catalogue.ts';
import { APP_SETTINGS } from '../target-app/settings-table.ts';
import { planOf } from './planning/expand.ts';
import { parsed, scenario } from './testing/files.ts';

const root = new URL('../../', import.meta.url);

describe('scenarios.yaml', () => {
  let file: ScenarioFile;
  beforeAll(async () => {
    file = parsed(await readFile(new URL('scenarios.yaml', root), 'utf8'), 'scenarios.yaml');
  });
  const variantsOf = (name: string): readonly string[] =>
    file.scenarios.find((scenario) => scenario.name === name)?.variants.map((variant) => variant.name) ?? [];

  it('has the shipped scenarios, each with a question, a prediction and claims', () => {
    const names = file.scenarios.map((scenario) => scenario.name);
    expect(names).toEqual([
      'cache-hit',
      'thundering-herd',
      'n-plus-one',
      'missing-index',
      'pool-exhaustion',
      'spike',
      'load-balancing',
      'replicas',
      'concurrency',
      'capacity',
      'notification-service',
      'replica-crash',
      'graceful-shutdown',
      'rolling-update',
      'autoscale',
      'n-plus-one-graphql',
      'deep-pagination',
      'connection-leak',
      'hot-row',
      'stale-reads',
      'hot-key',
      'cold-cache',
      'connection-pooler',
      'sharding',
      'read-replica',
      'notifications',
      'outbox',
      'broker-crash',
      'cqrs',
    ]);
    for (const { question, prediction, expectations } of file.scenarios) {
      expect(question).toMatch(/^[A-Z].*\?$/);
      expect(prediction).toBeDefined();
      expect(expectations.length).toBeGreaterThan(2);
    }
    expect(variantsOf('thundering-herd')).toEqual(APP_SETTINGS.cache.strategy.choices);
    expect(variantsOf('n-plus-one')).toEqual(APP_SETTINGS.feed.choices);
    expect(variantsOf('n-plus-one-graphql')).toEqual(APP_SETTINGS.graphql.choices.filter((way) => way !== 'off'));
  });

  it('has the questions that README.md lists, in their order', async () => {
    const readme = await readFile(new URL('README.md', root), 'utf8');
    const [, listed = ''] = readme.split('\n## The scenarios\n');
    const rows = [...listed.matchAll(/^\| `(\S+)` +\| (.*\?) +\|$/gm)].map(([, name, question]) => [name, question]);
    expect(rows).toEqual(file.scenarios.map(({ name, question }) => [name, question]));
  });

  it('says itself what sends its closed load', () => {
    const closed = file.scenarios.flatMap(({ load, variants }) => [load, ...variants.map((variant) => variant.load)]);
    const drivers = closed.flatMap((load) => (load?.kind === 'closed' ? [load.driver] : []));
    expect(drivers.length).toBeGreaterThan(7);
    expect(new Set(drivers)).toEqual(new Set(['autocannon']));
  });

  it('has a quick start of less than a minute, of which at least 80% is load', () => {
    const plan = planOf(file, [], {}, 1);
    const load = plan.trials.reduce((sum, trial) => sum + loadMs(trial.load), 0);
    expect(remainingMs(plan, 0)).toBeLessThan(60_000);
    expect(load / remainingMs(plan, 0)).toBeGreaterThan(0.8);
    expect(plan.scenarios.map(({ name }) => name)).toEqual(['cache-hit', 'thundering-herd', 'n-plus-one']);
  });
});

describe('docs/scenarios.md', () => {
  let page: string;
  beforeAll(async () => {
    page = await readFile(new URL('docs/scenarios.md', root), 'utf8');
  });

  it('explains every metric as the catalogue does', () => {
    for (const { name, description } of metrics) {
      const rows = page.split('\n').filter((line) => line.startsWith(`| \`${name}\``));
      expect(rows.join('\n'), name).toContain(description);
    }
  });

  it('lists every service that a file may name, as the catalogue does', () => {
    for (const { name, what } of catalogue) {
      const rows = page.split('\n').filter((line) => line.startsWith(`| \`${name}\``));
      expect(rows.join('\n'), name).toContain(what);
    }
  });

  it('has examples that are right', () => {
    const examples = [...page.matchAll(/```yaml\n(version: 1\n.*?)```/gs)].map((match) => match[1] ?? '');
    expect(examples.length).toBeGreaterThan(0);
    for (const example of examples) parsed(example, 'docs/scenarios.md');
  });

  it('has fragments of scenarios that are right', () => {
    const fragments = [...page.matchAll(/```yaml\n(?!version: 1)(.*?)```/gs)].map((match) => match[1] ?? '');
    expect(fragments.length).toBeGreaterThan(3);
    for (const fragment of fragments) {
      const lines = /^workload:/m.test(fragment) ? [] : ['workload: [GET /todos]'];
      parsed(scenario(...lines, ...fragment.trimEnd().split('\n')), fragment, { API_TOKEN: 'secret' });
    }
  });
});
