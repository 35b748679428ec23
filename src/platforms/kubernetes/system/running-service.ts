import type { V1Pod, V1Service } from '@kubernetes/client-node';
import { LabError } from '../../../model/errors.ts';
import { plural } from '../../../model/numbers.ts';
import type { Address, Service } from '../../../services/service.ts';
import { insist } from '../cluster/cluster.ts';
import { type Neighbours, imageOf, neighboursIn } from '../manifests/place.ts';
import type { Workload } from '../manifests/workload.ts';
import { isReady, nameOf } from '../pods/pod-state.ts';
import { listPods } from '../pods/pods.ts';
import type { RunNamespace } from '../pods/run-namespace.ts';
import type { Trouble } from '../pods/trouble.ts';

/** A service as it runs, with the pods that were ready when it was deployed. */
export interface RunningService {
  readonly service: Service;
  readonly workload: Workload;
  /** The address of its Service, as a URL has it. A name would be looked up for each new connection, and may stand for that of before. */
  readonly host: string;
  /** Rises with each roll-out. */
  readonly version: number;
  /** How many copies it is to have. */
  readonly count: number;
  readonly pods: readonly CopyPod[];
}

/** A pod of a service. */
export interface CopyPod {
  readonly name: string;
  /** As a URL has it: one of IPv6 in brackets. */
  readonly address: Address;
}

/** How many copies a service is to have when it is deployed. */
export function countOf({ copies }: Service): number {
  return copies.kind === 'one' ? 1 : copies.count;
}

/** Starts a service of which the configuration is there, and waits until every copy is ready. */
export async function startService(
  run: RunNamespace,
  service: Service,
  workload: Workload,
  signal: AbortSignal,
): Promise<RunningService> {
  const { deployments, services, autoscaler } = workload;
  await run.create([...services, ...deployments], signal);
  const pods = await untilReady(run, service, workload, signal);
  // Only now: before that it would count what starting takes as load.
  if (autoscaler !== undefined) await run.create([autoscaler], signal);
  return { service, workload, host: await hostOf(run, service, signal), version: 1, count: countOf(service), pods };
}

/** Adds copies to those that run, or takes some away; all of them are of one Deployment. */
export async function scaleService(
  run: RunNamespace,
  running: RunningService,
  service: Service,
  workload: Workload,
  signal: AbortSignal,
): Promise<RunningService> {
  const count = countOf(service);
  if (count !== running.count)
    await run.patch({ ...run.object('apps/v1', 'Deployment', service.name), ...sized(count) });
  const pods = await untilReady(run, service, workload, signal);
  return { ...running, service, workload, count, pods };
}

/** What a Deployment of so many pods says of that. */
export function sized(replicas: number): { readonly spec: { readonly replicas: number } } {
  return { spec: { replicas } };
}

/** The names of the Deployments of a service. */
export function deploymentsOf({ deployments }: Workload): readonly string[] {
  return deployments.map(({ metadata }) => metadata?.name ?? '');
}

/** Waits until there are as many copies as there are to be, all ready, and no other. */
async function untilReady(
  run: RunNamespace,
  service: Service,
  workload: Workload,
  signal: AbortSignal,
): Promise<readonly CopyPod[]> {
  const count = countOf(service);
  const all = (pods: readonly V1Pod[]): boolean => pods.length === count && pods.every(isReady);
  const makers = deploymentsOf(workload).map((deployment) => ({ deployment }));
  const group = { service: service.name };
  const pods = await run.until(group, inWords(service, count), all, signal, makers, (seen) => lateness(service, seen));
  await run.hurry(group, signal);
  const { inside: port } = service.port;
  return pods.map((pod) => ({ name: nameOf(pod), address: { host: inUrl(pod.status?.podIP ?? ''), port } }));
}

/** As messages call it. */
function inWords({ role, title, isForeign }: Service, count: number): string {
  const tested = isForeign ? `The ${title}` : 'The application';
  const noun = role === 'tested' ? tested : title;
  return count === 1 ? noun : `${noun} (${plural(count, 'replica')})`;
}

/** A service that says how long it may take to be ready, and has run for longer. */
function lateness(service: Service, pods: readonly V1Pod[]): Trouble | undefined {
  const { port, ready } = service;
  const { limitMs, http } = ready;
  if (limitMs === undefined || !pods.some((pod) => !isReady(pod) && runningMs(pod) > limitMs)) return undefined;
  const where = `port ${port.inside}`;
  const asked = http === undefined || http.isAny ? where : `${http.path} on ${where}`;
  const text = `was not ready after ${limitMs / 1000} s: asked was ${asked}`;
  const { hint = '' } = imageOf(service);
  return {
    text,
    hint: `${hint} Here it runs as the user 1000, without any capability.`.trimStart(),
    hasLog: true,
    patienceMs: 0,
  };
}

/** How long the container of a pod has run. */
function runningMs({ status }: V1Pod): number {
  const startedAt = status?.containerStatuses?.[0]?.state?.running?.startedAt;
  return startedAt === undefined ? 0 : Date.now() - new Date(startedAt).getTime();
}

async function hostOf(run: RunNamespace, { name }: Service, signal: AbortSignal): Promise<string> {
  const header = run.object('v1', 'Service', name);
  const sentence = `The Service ${name} cannot be looked at`;
  const { spec } = await insist(sentence, async () => run.cluster.objects.read<V1Service>(header), signal);
  const ip = spec?.clusterIP;
  if (ip === undefined || ip === 'None') throw new LabError(`The Service ${name} was given no address.`);
  return inUrl(ip);
}

/** These and the stores of a run, as the next service is told of them. Stores have the same names and addresses all the time. */
export function neighboursOf({ names }: RunNamespace, running: readonly RunningService[]): Neighbours {
  const find = ({ name }: Service) => running.find(({ service }) => service.name === name);
  return neighboursIn(names, [...names.stores, ...running.map(({ service }) => service)], {
    hostOf: (service) => find(service)?.host ?? service.name,
    // Of a balancer's configuration: by their addresses, as DNS may still tell those of before.
    copiesOf: (service) => find(service)?.pods.map(({ address }) => address) ?? [],
  });
}

/** What is tested. */
export function testedIn(running: readonly RunningService[]): RunningService {
  const tested = running.find(({ service }) => service.role === 'tested');
  if (tested === undefined) throw new Error('Nothing is tested in this system.');
  return tested;
}

/** What load goes to: what fronts what is tested, or that itself. */
export function frontIn(running: readonly RunningService[]): RunningService {
  const tested = testedIn(running);
  return running.find(({ service }) => service.fronts.includes(tested.service.name)) ?? tested;
}

/** An address with a port, as URLs and nginx take it. */
export function hostAndPort(ip: string, port: number): string {
  return `${inUrl(ip)}:${port}`;
}

function inUrl(ip: string): string {
  return ip.includes(':') && !ip.startsWith('[') ? `[${ip}]` : ip;
}

/** The pods of a service now, whatever their state. */
export async function podsOf(run: RunNamespace, { name }: Service, signal: AbortSignal): Promise<readonly V1Pod[]> {
  return listPods(run.pods({ service: name }), signal);
}
