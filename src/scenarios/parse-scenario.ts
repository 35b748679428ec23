import { z } from 'zod';
import { metrics } from '../metrics.ts';
import { appSchema, changeApp } from './app-settings.ts';
import { parseExpectation } from './expectation-parser.ts';
import type { Expectation } from './expectation.ts';
import { limitsSchema, changeLimits } from './limits.ts';
import { changeLoad, loadSchema, replicaCount, roundCount } from './load-profile.ts';
import type { ExpectationScope } from './metric-reference.ts';
import { parseWorkload } from './parse-workload.ts';
import type { Reader } from './reader.ts';
import {
  balancers,
  type AppSettings,
  type Data,
  type Limits,
  type LoadProfile,
  type Scenario,
  type Variant,
} from './scenario.ts';
import { choice, duration, table, text, whole } from './shapes.ts';
import { field, type Branch, type Entry, type Table } from './tree.ts';

/** What a scenario has that says nothing of it. */
export interface Defaults {
  readonly load: LoadProfile;
  readonly data: Data;
  readonly app: AppSettings;
  readonly limits: Limits;
  readonly replicas: readonly number[];
  readonly rounds: number;
}

/** What others may refer to of a scenario, even where it has problems; what could not be read is not there. */
export interface ScenarioOutline {
  readonly name: string;
  readonly variants: readonly string[] | undefined;
  readonly load: LoadProfile;
  readonly scenario: Scenario | undefined;
}

const scenarioKeys = [
  'question',
  'prediction',
  'data',
  'workload',
  'keys',
  'load',
  'app',
  'limits',
  'variants',
  'replicas',
  'rounds',
  'evidence',
  'expect',
];

/** The keys of `defaults:`. */
export const defaultKeys = ['load', 'data', 'app', 'limits', 'replicas', 'rounds'];

const dataSchema = table('data', {
  users: whole('the number of users', 1, 1_000_000).optional(),
  todos: whole('the number of todos', 0, 10_000_000).optional(),
});
const metricSchema = choice(
  'the metric',
  metrics.map((metric) => metric.name),
);
const balancerSchema = choice('the balancer', balancers);
const question = text('the question');
const prediction = text('the prediction');
const slowReplica = duration('the slowness of the slow replica', 0, 60_000);
const variantKeys = ['app', 'balancer', 'limits', 'slow-replica'];

/** The settings that `defaults:` and every scenario share, laid over those before. */
export function parseDefaults(from: Table, base: Defaults, reader: Reader): Defaults {
  const value = (key: string) => field(from, key)?.value;
  const replicas = value('replicas');
  const data = reader.read(dataSchema, value('data'));
  return {
    load: changeLoad(base.load, reader.read(loadSchema, value('load'))),
    data: { users: data?.users ?? base.data.users, todos: data?.todos ?? base.data.todos },
    app: changeApp(base.app, reader.read(appSchema, value('app'))),
    limits: changeLimits(base.limits, reader.read(limitsSchema, value('limits'))),
    replicas: (replicas && parseReplicas(replicas, reader)) ?? base.replicas,
    rounds: reader.read(roundCount, value('rounds')) ?? base.rounds,
  };
}

/** `replicas:`: a number or a list of different numbers. */
export function parseReplicas(branch: Branch, reader: Reader): readonly number[] | undefined {
  if (branch.kind === 'leaf') {
    const count = reader.read(replicaCount, branch);
    return count === undefined ? undefined : [count];
  }
  return reader.distinct(replicaCount, branch, 'replicas');
}

/** One scenario. It is only there if nothing in the file before it, and nothing in it, is wrong. */
export function parseScenario({ key: name, keyPlace, value }: Entry, base: Defaults, reader: Reader): ScenarioOutline {
  const from = reader.table(value, `the scenario "${name}"`, scenarioKeys);
  if (!from) return { name, variants: undefined, load: base.load, scenario: undefined };
  const at = (key: string) => field(from, key)?.value;
  for (const key of ['question', 'workload']) {
    if (!at(key)) reader.fault(keyPlace, { sentence: `the scenario "${name}" has no ${key}`, hint: missingHints[key] });
  }
  const common = parseDefaults(from, base, reader);
  const workload = parseWorkload(from, reader);
  const variants = parseVariants(at('variants'), common, reader);
  const evidence = at('evidence');
  const scope = { variants: variants?.map((variant) => variant.name), replicas: common.replicas };
  const scenario = {
    name,
    question: reader.read(question, at('question')) ?? '',
    prediction: reader.read(prediction, at('prediction')),
    data: common.data,
    load: common.load,
    replicas: common.replicas,
    rounds: common.rounds,
    evidence: (evidence && reader.distinct(metricSchema, evidence, 'evidence')) ?? [],
    expectations: parseExpectations(at('expect'), scope, reader),
  };
  const complete = workload && variants && reader.problems.length === 0;
  return {
    name,
    variants: scope.variants,
    load: common.load,
    scenario: complete ? { ...scenario, workload, variants } : undefined,
  };
}

const missingHints: Readonly<Record<string, string>> = {
  question: 'question: one sentence that the numbers will answer',
  workload: 'workload: a list of requests such as GET /todos/{todo}',
};

function parseVariants(branch: Branch | undefined, common: Defaults, reader: Reader): readonly Variant[] | undefined {
  const { app, limits } = common;
  if (branch === undefined) return [{ name: 'default', app, balancer: 'round-robin', limits, slowReplicaMs: 0 }];
  return reader.named(branch, 'variants')?.map(({ key: name, value }): Variant => {
    const unchanged = value.kind === 'leaf' && value.value === null;
    const from = unchanged ? undefined : reader.table(value, `the variant "${name}"`, variantKeys);
    const at = (key: string) => from && field(from, key)?.value;
    return {
      name,
      app: changeApp(app, reader.read(appSchema, at('app'))),
      balancer: reader.read(balancerSchema, at('balancer')) ?? 'round-robin',
      limits: changeLimits(limits, reader.read(limitsSchema, at('limits'))),
      slowReplicaMs: reader.read(slowReplica, at('slow-replica')) ?? 0,
    };
  });
}

const claim = z.string();

function parseExpectations(
  branch: Branch | undefined,
  scope: ExpectationScope,
  reader: Reader,
): readonly Expectation[] {
  const items = branch && reader.list(branch, 'expect');
  return (items ?? []).flatMap((item) => {
    const text = claim.safeParse(item.kind === 'leaf' ? item.value : undefined);
    if (!text.success) {
      reader.fault(item.place, { sentence: 'a claim must be a text', hint: 'for example: p99(lock) < 50ms' });
      return [];
    }
    const parsed = parseExpectation(text.data, scope);
    if (parsed.ok) return [parsed.expectation];
    for (const fault of parsed.faults) reader.faultIn(item, fault);
    return [];
  });
}
