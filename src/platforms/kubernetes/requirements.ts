import type { Environment } from '../../machine/environment.ts';
import { LabError } from '../../model/errors.ts';
import { type BaseImages, chooseImages, unnamedImages } from '../common/image-names.ts';
import { type Programs, builtPrograms } from '../common/programs.ts';
import type { Requirement } from '../platform.ts';
import { metricsHint } from './autoscaling.ts';
import { missingRights } from './cluster/access.ts';
import { type Cluster, openCluster } from './cluster/cluster.ts';
import { type ChooseContext, type ClusterContext, requireConsent } from './cluster/context.ts';
import { doubtOf } from './cluster/tried.ts';
import { describeDelivery } from './images/delivery.ts';
import { servesMetrics } from './telemetry/metrics-api.ts';

/** What the platform is told of the machine, once. */
export interface KubernetesPlatformOptions {
  readonly environment: Environment;
  readonly programs: Programs;
  readonly temporaryFolder: string;
  /** Base images that take the place of the official ones. */
  readonly images?: Readonly<Partial<BaseImages>>;
  /** The context that `--context` names. */
  readonly context?: string | undefined;
}

/** What this platform needs, in the order in which a user would mend it. */
export async function kubernetesRequirements(
  choose: ChooseContext,
  options: KubernetesPlatformOptions,
  signal: AbortSignal,
): Promise<readonly Requirement[]> {
  const built = builtPrograms(options.programs);
  try {
    const context = await choose(signal);
    requireConsent(context);
    const cluster = await openCluster(context, signal);
    try {
      const found = `Kubernetes ${cluster.version} at ${context.server}, context ${context.name}`;
      const images = await imageWay(context, options.environment, signal);
      const unnamed = unnamedImages(chooseImages(options.environment, options.images));
      const doubt = doubtOf(cluster.version);
      const ofIt = await ofCluster(cluster, signal);
      return [{ name: 'cluster', met: true, found, doubt }, ...ofIt, images, ...unnamed, built];
    } finally {
      cluster.requests.close();
    }
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof LabError)) throw error;
    const problem = error.message.replace(/\.$/, '');
    return [{ name: 'cluster', met: false, problem, fix: error.hint ?? 'See docs/kubernetes.md.' }, built];
  }
}

async function ofCluster(cluster: Cluster, signal: AbortSignal): Promise<readonly Requirement[]> {
  const [lacks, lacksForActs, hasMetrics] = await Promise.all([
    missingRights(cluster, 'scale-lab', ['publish'], signal),
    missingRights(cluster, 'scale-lab', ['publish', 'commands'], signal),
    servesMetrics(cluster, signal),
  ]);
  const rights: Requirement =
    lacks.length === 0
      ? { name: 'rights', met: true, found: 'all that it needs' }
      : { name: 'rights', met: false, problem: `missing: ${lacks.join('; ')}`, fix: 'See docs/kubernetes.md.' };
  const ofActs = lacksForActs.filter((lack) => !lacks.includes(lack));
  const problem = `missing: ${ofActs.join('; ')}`;
  const onlyFor = 'acts that kill, pause, resume or flush';
  const rightsForActs: Requirement = { name: 'rights', met: false, problem, fix: 'See docs/kubernetes.md.', onlyFor };
  const metrics = hasMetrics
    ? 'served'
    : `not served: no use of resources for services that do not tell it themselves, such as databases, and no autoscaling. ${metricsHint(cluster.context)}`;
  return [rights, ...(ofActs.length === 0 ? [] : [rightsForActs]), { name: 'metrics API', met: true, found: metrics }];
}

/** Whether the lab's image can be brought to the nodes. */
async function imageWay(
  { flavour, clusterName }: ClusterContext,
  environment: Environment,
  signal: AbortSignal,
): Promise<Requirement> {
  const name = 'images';
  try {
    return { name, met: true, found: await describeDelivery({ flavour, name: clusterName }, environment, signal) };
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof LabError)) throw error;
    return {
      name,
      met: false,
      problem: error.message.replace(/\.$/, ''),
      fix: error.hint ?? 'See docs/kubernetes.md.',
    };
  }
}
