import { z } from 'zod';
import { metrics } from '../metrics.ts';
import { appSchema, changeApp } from './app-settings.ts';
import { parseExpectation, type ExpectationScope } from './expectation-parser.ts';
import type { Expectation } from './expectation.ts';
import { changeLoad, loadSchema, replicaCount, roundCount } from './load-profile.ts';
import type { Report } from './report.ts';
import { balancers, type AppSettings, type Data, type LoadProfile, type Scenario, type Variant } from './scenario.ts';
import { choice, table, text, whole } from './shapes.ts';
import { field, type Branch, type Entry, type Table } from './tree.ts';
import { parseWorkload } from './parse-workload.ts';

/** What a scenario has that says nothing of it. */
export interface Defaults {
  readonly load: LoadProfile;
  readonly data: Data;
  readonly app: AppSettings;
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
  'variants',
  'replicas',
  'rounds',
  'evidence',
  'expect',
];

/** The keys of `defaults:`. */
export const defaultKeys = ['load', 'data', 'app', 'replicas', 'rounds'];

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
const variantKeys = ['app', 'balancer'];

/** The settings that `defaults:` and every scenario share, laid over those before. */
export function parseDefaults(from: Table, base: Defaults, report: Report): Defaults {
  const value = (key: string) => field(from, key)?.value;
  const replicas = value('replicas');
  const data = report.read(dataSchema, value('data'));
  return {
    load: changeLoad(base.load, report.read(loadSchema, value('load'))),
    data: { users: data?.users ?? base.data.users, todos: data?.todos ?? base.data.todos },
    app: changeApp(base.app, report.read(appSchema, value('app'))),
    replicas: (replicas && parseReplicas(replicas, report)) ?? base.replicas,
    rounds: report.read(roundCount, value('rounds')) ?? base.rounds,
  };
}

/** `replicas:`: a number or a list of different numbers. */
export function parseReplicas(branch: Branch, report: Report): readonly number[] | undefined {
  if (branch.kind === 'leaf') {
    const count = report.read(replicaCount, branch);
    return count === undefined ? undefined : [count];
  }
  return report.distinct(replicaCount, branch, 'replicas');
}

/** One scenario. It is only there if nothing in the file before it, and nothing in it, is wrong. */
export function parseScenario({ key: name, keyPlace, value }: Entry, base: Defaults, report: Report): ScenarioOutline {
  const from = report.table(value, `the scenario "${name}"`, scenarioKeys);
  if (!from) return { name, variants: undefined, load: base.load, scenario: undefined };
  const at = (key: string) => field(from, key)?.value;
  for (const key of ['question', 'workload']) {
    if (!at(key)) report.fault(keyPlace, { sentence: `the scenario "${name}" has no ${key}`, hint: missingHints[key] });
  }
  const common = parseDefaults(from, base, report);
  const workload = parseWorkload(from, report);
  const variants = parseVariants(at('variants'), common.app, report);
  const evidence = at('evidence');
  const scope = { variants: variants?.map((variant) => variant.name), replicas: common.replicas };
  const scenario = {
    name,
    question: report.read(question, at('question')) ?? '',
    prediction: report.read(prediction, at('prediction')),
    data: common.data,
    load: common.load,
    replicas: common.replicas,
    rounds: common.rounds,
    evidence: (evidence && report.distinct(metricSchema, evidence, 'evidence')) ?? [],
    expectations: parseExpectations(at('expect'), scope, report),
  };
  const complete = workload && variants && report.problems.length === 0;
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

function parseVariants(branch: Branch | undefined, app: AppSettings, report: Report): readonly Variant[] | undefined {
  if (branch === undefined) return [{ name: 'default', app, balancer: 'round-robin' }];
  return report.named(branch, 'variants')?.map(({ key: name, value }): Variant => {
    const unchanged = value.kind === 'leaf' && value.value === null;
    const from = unchanged ? undefined : report.table(value, `the variant "${name}"`, variantKeys);
    const change = report.read(appSchema, from && field(from, 'app')?.value);
    const balancer = report.read(balancerSchema, from && field(from, 'balancer')?.value) ?? 'round-robin';
    return { name, app: changeApp(app, change), balancer };
  });
}

const claim = z.string();

function parseExpectations(
  branch: Branch | undefined,
  scope: ExpectationScope,
  report: Report,
): readonly Expectation[] {
  const items = branch && report.list(branch, 'expect');
  return (items ?? []).flatMap((item) => {
    const text = claim.safeParse(item.kind === 'leaf' ? item.value : undefined);
    if (!text.success) {
      report.fault(item.place, { sentence: 'a claim must be a text', hint: 'for example: p99(lock) < 50ms' });
      return [];
    }
    const parsed = parseExpectation(text.data, scope);
    if (parsed.ok) return [parsed.expectation];
    for (const fault of parsed.faults) report.faultIn(item, fault);
    return [];
  });
}
