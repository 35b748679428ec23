import { z } from 'zod';
import { metrics } from '../metrics/catalogue.ts';
import type { Expectation } from '../model/expectation.ts';
import type { LoadProfile } from '../model/load-profile.ts';
import { isTarget, runsAlready, type Scenario, type Variant } from '../model/scenario.ts';
import { servicesOf } from '../model/system.ts';
import { requestNames } from '../model/workload.ts';
import type { Service } from '../services/service.ts';
import { asidesOf } from '../services/system.ts';
import { choice, text } from '../shapes/shapes.ts';
import { parseExpectation } from './claims/expectation-parser.ts';
import { serverFault, type BesideScope, type ExpectationScope } from './claims/metric-reference.ts';
import { parseCommon, type CommonSettings } from './common-settings.ts';
import { checkMisfits } from './misfit-check.ts';
import { checkObjectives } from './objective-check.ts';
import { ofProcess, ofTargets, ofUrls, parseSystems, refuse } from './parse-variants.ts';
import { parseWorkload } from './parse-workload.ts';
import type { Reader } from './reader.ts';
import { isTelling, isUnread } from './target.ts';
import { field, type Branch, type Entry, type Table } from './yaml/tree.ts';

/** What others may refer to of a scenario, even where it has problems; what could not be read is not there. */
export interface ScenarioOutline {
  readonly name: string;
  readonly variants: readonly Variant[] | undefined;
  readonly load: LoadProfile | undefined;
  readonly scenario: Scenario | undefined;
}

const scenarioKeys = [
  'question',
  'prediction',
  'target',
  'services',
  'data',
  'workload',
  'keys',
  'load',
  'trust',
  'app',
  'limits',
  'acts',
  'variants',
  'replicas',
  'rounds',
  'evidence',
  'expect',
];
const metricSchema = choice(
  'the metric',
  metrics.map((metric) => metric.name),
);
const question = text('the question');
const prediction = text('the prediction');

/** One scenario. It is only there if nothing in the file before it, and nothing in it, is wrong. */
export function parseScenario(entry: Entry, base: CommonSettings, reader: Reader): ScenarioOutline {
  const { key: name, keyPlace, value } = entry;
  const from = reader.table(value, `the scenario "${name}"`, scenarioKeys);
  if (!from) return { name, variants: undefined, load: undefined, scenario: undefined };
  const at = (key: string) => field(from, key)?.value;
  for (const key of ['question', 'workload']) {
    if (!at(key)) reader.fault(keyPlace, { sentence: `the scenario "${name}" has no ${key}`, hint: missingHints[key] });
  }
  const common = parseCommon(from, base, reader);
  const workload = parseWorkload(from, reader);
  const { target, variants } = parseSystems(from, common, reader);
  if (variants) refuseIdle(from, variants, reader);
  const replicas = variants?.some(runsAlready) ? onlyReplica(at('replicas'), common.replicas, reader) : common.replicas;
  if (variants) checkMisfits(from, variants, { replicas, load: common.load }, reader);
  const scope = {
    variants: variants?.map((variant) => variant.name),
    silent: variants?.filter(({ system }) => !isTelling(system)).map((variant) => variant.name),
    hosted: variants?.filter((variant) => isTarget(variant) && isTelling(variant.system)).map(({ name }) => name),
    services: variants && servicesByVariant(variants, Math.max(...replicas)),
    beside: variants && besideByVariant(variants),
    acts: variants && Object.fromEntries(variants.map(({ name, acts = [] }) => [name, acts.map((act) => act.name)])),
    replicas,
    requests: workload && requestNames(workload),
  };
  if (workload) checkObjectives(entry, from, common.load, workload, reader);
  const scenario = {
    name,
    question: reader.read(question, at('question')) ?? '',
    prediction: reader.read(prediction, at('prediction')),
    data: common.data,
    trust: common.trust,
    replicas,
    rounds: common.rounds,
    evidence: parseEvidence(at('evidence'), scope, reader),
    expectations: parseExpectations(at('expect'), scope, reader),
  };
  const { load } = common;
  const complete = workload && variants && load && reader.problems.length === 0;
  return { name, variants, load, scenario: complete ? { ...scenario, workload, target, variants, load } : undefined };
}

function servicesByVariant(variants: readonly Variant[], replicas: number): ExpectationScope['services'] {
  return Object.fromEntries(variants.map(({ name, system }) => [name, servicesOf(system, replicas)]));
}

function besideByVariant(variants: readonly Variant[]): ExpectationScope['beside'] {
  const scopeOf = ({ name, counters }: Service): BesideScope => ({ name, counts: counters !== undefined });
  return Object.fromEntries(variants.map(({ name, system }) => [name, asidesOf(system).map(scopeOf)]));
}

/** Settings that no variant of the scenario heeds. */
function refuseIdle(from: Table, variants: readonly Variant[], reader: Reader): void {
  const runs = (variant: Variant): boolean => runsAlready(variant) && !isUnread(variant.system);
  if (variants.every(runs)) refuse(from, ['services'], 'a scenario of targets', ofUrls, reader);
  if (!variants.every(isTarget)) return;
  const isLimited = variants.some(({ system }) => system.kind === 'image');
  refuse(from, ['app', 'data'], 'a scenario of targets', ofTargets, reader);
  if (!isLimited) refuse(from, ['limits'], 'a scenario of targets', ofProcess, reader);
}

const missingHints: Readonly<Record<string, string>> = {
  question: 'question: one sentence that the numbers will answer',
  workload: 'workload: a list of requests such as GET /todos/{todo}',
};

/** The lab starts no replicas of a server that runs already: more than one that are asked for are a fault, inherited ones are not meant. */
export function onlyReplica(
  branch: Branch | undefined,
  replicas: readonly number[] | undefined,
  reader: Reader,
): readonly number[] {
  if (branch && replicas?.some((count) => count !== 1)) {
    const hint = 'the lab starts nothing of it: leave replicas out';
    reader.fault(branch.place, { sentence: 'a target has no replicas that the lab knows of', hint });
  }
  return [1];
}

function parseEvidence(branch: Branch | undefined, scope: ExpectationScope, reader: Reader): readonly string[] {
  if (!branch) return [];
  const schema = metricSchema.superRefine((name, context) => {
    const fault = serverFault(name, undefined, scope);
    if (fault) context.addIssue({ code: 'custom', message: fault.sentence, params: { hint: fault.hint } });
  });
  return reader.distinct(schema, branch, 'evidence') ?? [];
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
