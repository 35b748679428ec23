import { describeAct } from '../../model/act-words.ts';
import { formatDuration, formatPercent, plural } from '../../model/numbers.ts';
import { isTarget, type Scenario, type Variant } from '../../model/scenario.ts';
import {
  imagePort,
  usualReadyLimitMs,
  type Autoscale,
  type Balancer,
  type HostedSystem,
  type Limits,
  type ServiceUse,
  type System,
} from '../../model/system.ts';
import type { KeyDistribution, RequestTemplate, Workload } from '../../model/workload.ts';
import { memoryText, ratioText } from '../../shapes/units.ts';
import { appWords } from '../schema/app-settings.ts';
import { variableFor } from '../schema/service-schema.ts';
import { keysIn } from '../schema/workload.ts';
import { describeLoad } from './load-words.ts';

/** "GET /todos/{todo} (todo: 1 to 1,000, zipf 1.1)"; with its share of the requests if there are others, and a name of its own. */
export function describeRequest(request: RequestTemplate, workload: Workload): string {
  const { name, method, path, headers, body, check } = request;
  const texts = [path, ...Object.values(headers), body, check.contains];
  const names = new Set(keysIn(texts.join(' ')).map((key) => key.name));
  const keys = [...names].flatMap((keyName) => {
    const key = workload.keys[keyName];
    return key ? [`${keyName}: ${describeKey(key)}`] : [];
  });
  const sent = body === undefined ? [] : [`body of ${plural(Buffer.byteLength(body), 'byte')}`];
  const { status = '', contains } = check;
  const answer = [status, contains === undefined ? '' : `with "${contains}"`].filter((part) => part !== '').join(' ');
  const details = [...keys, ...sent, ...(answer === '' ? [] : [`answer ${answer}`])];
  const total = workload.requests.reduce((sum, { weight }) => sum + weight, 0);
  const share = workload.requests.length > 1 ? `${formatPercent(request.weight / total)} ` : '';
  const line = `${method} ${path}`;
  return `${share}${name === line ? '' : `${name}: `}${line}${details.length === 0 ? '' : ` (${details.join('; ')})`}`;
}

function describeKey(key: KeyDistribution): string {
  switch (key.kind) {
    case 'hot':
      return `always ${key.key}`;
    case 'uniform':
      return `1 to ${number(key.of)}, uniform`;
    case 'zipf':
      return `1 to ${number(key.of)}, zipf ${key.exponent}`;
  }
}

/** "100 users, 10,000 todos". */
export function describeData({ data: { users, todos }, variants }: Pick<Scenario, 'data' | 'variants'>): string {
  if (variants.every(isTarget)) return "the target's own";
  return `${plural(users, 'user')}, ${plural(todos, 'todo')}`;
}

/** What a variant changes, such as "cache lock (ttl 1 s), query cost 100 ms"; of a target its address; then what is done to it, and a load of its own. */
export function describeSettings({ system, load, acts = [] }: Variant): string {
  const changes = describeSystem(system);
  const own = [...acts.map((act) => describeAct(act, system)), ...(load ? [`under ${describeLoad(load)}`] : [])];
  return own.length === 0 ? changes : [...(changes === unchanged ? [] : [changes]), ...own].join(', ');
}

/** What is said of a system of which nothing is changed. */
const unchanged = 'defaults';

function describeSystem(system: System): string {
  if (system.kind === 'url') return `target ${system.url}`;
  if (system.kind !== 'app') return describeHosted(system);
  const { app, balancer, limits, slowReplicaMs, autoscale } = system;
  const changed = [
    ...appWords(app),
    balancer !== undefined && balancerText(balancer),
    ...limitTexts(limits),
    slowReplicaMs !== 0 && `last replica ${formatDuration(slowReplicaMs)} slower`,
    autoscale !== undefined && describeAutoscale(autoscale),
    ...servicesTexts(system),
  ].filter((part) => part !== false);
  return changed.length === 0 ? unchanged : changed.join(', ');
}

/** The names of its variables and not what they are: some hold secrets. */
function describeHosted(system: HostedSystem): string {
  return [startedText(system), ...hostedTexts(system)].join(', ');
}

function startedText(system: HostedSystem): string {
  if (system.kind === 'command') return `command ${system.command}`;
  return `image ${[system.image, ...(system.args ?? [])].join(' ')}`;
}

/** "beside mailer (notifier, 2 replicas)", "postgres behind a link"; none where there is nothing of that. */
function servicesTexts({ services = [], links = [] }: Pick<HostedSystem, 'services' | 'links'>): readonly string[] {
  return [
    ...(services.length === 0 ? [] : [`beside ${services.map(describeService).join(' and ')}`]),
    ...(links.length === 0 ? [] : [`${links.join(' and ')} behind ${links.length === 1 ? 'a link' : 'links'}`]),
  ];
}

function describeService(use: ServiceUse): string {
  const { name, replicas = 1 } = use;
  const parts = [
    use.kind === 'entry' ? use.entry : startedText(use),
    ...(replicas > 1 ? [plural(replicas, 'replica')] : []),
    ...(use.kind === 'entry' ? limitTexts(use.limits) : hostedTexts(use)),
    ...(use.kind !== 'entry' && use.variable !== variableFor(name) ? [`as ${use.variable}`] : []),
  ];
  return `${name} (${parts.join(', ')})`;
}

/** What a server of the user's own has beside its command or image, and what runs beside it; a default is not told. */
export function hostedTexts(system: HostedSystem): readonly string[] {
  const { environment, port, readyPath, readyLimitMs, metricsPath, counters, balancer, limits } = system;
  const names = Object.keys(environment);
  const told = Object.entries(counters).map(([known, own]) => `${own} as ${known}`);
  return [
    names.length > 0 && `with ${names.join(', ')}`,
    port !== undefined && !(system.kind === 'image' && port === imagePort) && `port ${port}`,
    readyPath !== undefined && `ready at ${readyPath}`,
    readyLimitMs !== usualReadyLimitMs && `ready within ${formatDuration(readyLimitMs)}`,
    metricsPath !== undefined && `metrics at ${metricsPath}`,
    told.length > 0 && `counting ${told.join(', ')}`,
    balancer !== undefined && balancerText(balancer),
    ...limitTexts(limits),
    ...servicesTexts(system),
  ].filter((part) => part !== false);
}

/** What a balancer does beyond what all of them do, too. */
function balancerText({ method, healthChecks, retries }: Balancer): string {
  const more = [
    !healthChecks && 'without health checks',
    retries > 0 && `tried on ${plural(retries, 'other replica')} where it fails`,
  ].filter((part) => part !== false);
  return [`balanced by ${method}`, ...more].join(', ');
}

function limitTexts({ cpu, memoryBytes }: Limits): readonly string[] {
  return [
    ...(cpu === undefined ? [] : [`${cpu} CPU`]),
    ...(memoryBytes === undefined ? [] : [memoryText(memoryBytes)]),
  ];
}

function describeAutoscale({ cpu, least, most }: Autoscale): string {
  return `${least} to ${plural(most, 'replica')} at ${ratioText(cpu)} CPU`;
}

function number(amount: number): string {
  return amount.toLocaleString('en-US');
}
