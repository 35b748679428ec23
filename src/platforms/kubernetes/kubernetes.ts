import { loadLimitsOf } from '../../load/load-limits.ts';
import { isLeftOver, isLeftRunning, ownerOfRun } from '../../machine/owner.ts';
import { actKinds } from '../../model/acts.ts';
import { LabError, messageOf } from '../../model/errors.ts';
import type { ImageName } from '../../model/scenario.ts';
import { step } from '../../model/steps.ts';
import type { Service } from '../../services/service.ts';
import { possibleBalancer } from '../../services/system.ts';
import { nameOfImage } from '../common/image-names.ts';
import { requireBuilt } from '../common/programs.ts';
import { runLabels } from '../engine/labels.ts';
import type { Platform, Stack, StackOptions } from '../platform.ts';
import { requireRights } from './cluster/access.ts';
import { openCluster } from './cluster/cluster.ts';
import { type ChooseContext, type ClusterContext, chooseContext, requireConsent } from './cluster/context.ts';
import { hostIdentity } from './cluster/labels.ts';
import type { Purpose } from './cluster/rights.ts';
import { deliverImages, deliverOthers } from './images/delivery.ts';
import { removeRuns } from './leftovers.ts';
import { namespaceManifest } from './manifests/objects.ts';
import { type RunNames, drawSecrets } from './manifests/run-names.ts';
import { RunNamespace } from './pods/run-namespace.ts';
import { type KubernetesPlatformOptions, kubernetesRequirements } from './requirements.ts';
import { KubernetesStack, reachesNoUrls, type StackSettings } from './stack.ts';
import { needsCommand, signals } from './system/pod-commands.ts';
import { startStores } from './system/stores.ts';
import { servesMetrics } from './telemetry/metrics-api.ts';

/** The platform that runs everything in a namespace of a Kubernetes cluster; `minikube` is one whose context is minikube's. */
export function createKubernetesPlatform(
  name: 'kubernetes' | 'minikube',
  options: KubernetesPlatformOptions,
): Platform {
  const choose: ChooseContext = (signal) => chooseContext({ platform: name, ...options }, signal);
  return {
    name,
    enforcesLimits: true,
    hosts: ['image'],
    reachesUrls: false,
    acts: actKinds,
    orchestrates: true,
    requirements: (signal) => kubernetesRequirements(choose, options, signal),
    up: async (stackOptions) => up(await choose(stackOptions.signal), options, stackOptions),
    clean: async (signal, { onSkip } = {}) => removeRuns(choose, options.environment, isLeftOver, signal, onSkip),
    down: async (signal, { onSkip } = {}) => removeRuns(choose, options.environment, isLeftRunning, signal, onSkip),
  };
}

async function up(
  context: ClusterContext,
  options: KubernetesPlatformOptions,
  stackOptions: StackOptions,
): Promise<Stack> {
  const { runId, signal, onStep, publish = false, detached = false, pin = false } = stackOptions;
  const { stores, open = false, acts = [] } = stackOptions;
  signal.throwIfAborted();
  if (stores.length === 0 && !open) throw reachesNoUrls();
  if (pin) throw pinsNothing();
  const loadLimits = loadLimitsOf(options.environment);
  requireBuilt(options.programs);
  const namespace = `scale-lab-${runId}`;
  onStep(`context ${context.name} (${context.server})`);
  requireConsent(context);
  const cluster = await openCluster(context, signal);
  try {
    const purposes: readonly Purpose[] = [
      ...(publish ? (['publish'] as const) : []),
      ...(acts.some(({ kind }) => needsCommand(kind)) ? (['commands'] as const) : []),
    ];
    await requireRights(cluster, namespace, purposes, signal);
    const target = { flavour: context.flavour, name: context.clusterName };
    const delivery = { ...options, runId };
    const bases = stores.length === 0 ? [] : [...stores, possibleBalancer].flatMap(baseOf);
    const { labPullPolicy, way, ...images } = await deliverImages(target, bases, delivery, onStep, signal);
    onStep(way);
    const owner = await ownerOfRun(runId, detached);
    const names: RunNames = {
      namespace,
      labels: runLabels(owner, await hostIdentity(options.environment)),
      images,
      labPullPolicy,
      stores,
      secretOf: drawSecrets(),
      signalled: acts.filter(({ kind }) => kind in signals).map(({ service }) => service),
      loadLimits,
    };
    const run = new RunNamespace(cluster, names, onStep);
    const deliver = (services: readonly Service[], limited: AbortSignal): Promise<void> => {
      const more = services.flatMap(baseOf).filter((base) => !bases.includes(base));
      const names = [...services.flatMap(ownOf), ...more.map((base) => nameOfImage(images, base))];
      return deliverOthers(target, names, delivery, onStep, limited);
    };
    return await startOrRemove(run, { publish, detached, onStep, deliver }, signal);
  } catch (error) {
    cluster.requests.close();
    throw error;
  }
}

/** The base image of a service, where it is one. */
function baseOf({ image }: Pick<Service, 'image'>): readonly ImageName[] {
  return image !== undefined && 'base' in image.from ? [image.from.base] : [];
}

/** The image of the user's own that a service is of, where it is. */
function ownOf({ image }: Pick<Service, 'image'>): readonly string[] {
  return image !== undefined && 'own' in image.from ? [image.from.own] : [];
}

type StartOptions = Omit<StackSettings, 'run' | 'versions' | 'hasMetrics'>;

/** A start that fails leaves nothing, and what went wrong first is what the user has to know. */
async function startOrRemove(run: RunNamespace, options: StartOptions, signal: AbortSignal): Promise<Stack> {
  try {
    return await start(run, options, signal);
  } catch (error) {
    await run.close().catch((problem: unknown) => options.onStep(`the clean-up failed: ${messageOf(problem)}`));
    throw error;
  }
}

async function start(run: RunNamespace, options: StartOptions, signal: AbortSignal): Promise<Stack> {
  await step(options.onStep, `the namespace ${run.name} is made`, () => run.make(namespaceManifest(run.names), signal));
  const versions = { kubernetes: run.cluster.version, ...(await startStores(run, options.onStep, signal)) };
  return new KubernetesStack({ run, versions, hasMetrics: await servesMetrics(run.cluster, signal), ...options });
}

function pinsNothing(): LabError {
  return new LabError('A cluster gives nobody cores of their own: --pin is for --platform docker.', {
    hint: 'Leave out --pin; load workers keep off the nodes of what they load where there are several nodes.',
  });
}
