import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import type { Environment } from '../../../machine/environment.ts';
import { LabError, type LabErrorOptions, messageOf } from '../../../model/errors.ts';
import type { Flavour } from './flavour.ts';
import { chooseProfile, minikubeProblem } from './minikube.ts';
import { isLoopback, isOfThisMachine } from './server-address.ts';

/** How a cluster was asked for. */
export interface ContextChoice {
  readonly platform: 'kubernetes' | 'minikube';
  /** What `--context` names; undefined for the current one. */
  readonly context?: string | undefined;
  readonly environment: Environment;
}

/** A context of the kubeconfig: a cluster, and who speaks to it. */
export interface ClusterContext {
  readonly name: string;
  readonly server: string;
  readonly flavour: Flavour;
  /** The minikube profile, or what kind and k3d call the cluster. */
  readonly clusterName: string;
  /** Whether it runs on this machine, as far as its name and address tell. */
  readonly isLocal: boolean;
  /** Whether the user named it in so many words. */
  readonly isNamed: boolean;
  readonly config: KubeConfig;
  /** Asks whoever made the cluster why it cannot be used; undefined where there is nobody to ask, or nothing to be said. */
  readonly explain: (signal: AbortSignal) => Promise<LabError | undefined>;
}

/** Finds the context that is meant; the signal's reason is thrown where it is aborted. */
export type ChooseContext = (signal: AbortSignal) => Promise<ClusterContext>;

/** No context can be used: there is none, or it does not say what is needed. */
export class ContextProblem extends LabError {
  override readonly name = 'ContextProblem';
  /** There is no kubeconfig, or none for that platform: no cluster was ever used from here. */
  readonly isMissing: boolean;

  constructor(sentence: string, options: LabErrorOptions & { readonly isMissing?: boolean }) {
    super(sentence, options);
    this.isMissing = options.isMissing ?? false;
  }
}

/**
 * The context that is meant: the one that was named, that of a profile for the platform `minikube`, else the current one.
 * @throws {ContextProblem} where there is no kubeconfig, it cannot be read, or has no such context
 * @throws {UsageError} where there are several profiles, and none is chosen
 * @throws the signal's reason where it is aborted
 */
export async function chooseContext(choice: ContextChoice, signal: AbortSignal): Promise<ClusterContext> {
  const { platform, context, environment } = choice;
  const profile = platform === 'minikube' ? (context ?? (await chooseProfile(environment, signal))) : undefined;
  const config = await readConfig(environment, profile, signal);
  const name = profile ?? context ?? config.currentContext;
  // Its type says that it is always there; it is what the file says, and the file may say nothing.
  if (typeof name !== 'string' || name === '') {
    const hint = `Choose one: kubectl config use-context NAME, or --context NAME. There are: ${namesIn(config)}`;
    throw new ContextProblem('The kubeconfig has no current context.', { hint, isMissing: true });
  }
  if (config.getContextObject(name) === null) throw await noContext(name, config, choice, signal);
  config.setCurrentContext(name);
  const cluster = config.getCurrentCluster();
  if (cluster === null || !URL.canParse(cluster.server)) {
    const hint = 'Look at it: kubectl config view --minify';
    throw new ContextProblem(`The context ${name} names no cluster that can be reached.`, { hint });
  }
  const { flavour, clusterName } = flavourOf(name, platform);
  const { server } = cluster;
  // What is reached through a proxy is wherever that leads.
  const isDirect = cluster.proxyUrl === undefined;
  const isLocal = isDirect && (isLoopback(server) || (flavour !== 'other' && isOfThisMachine(server)));
  const explain = async (limited: AbortSignal) =>
    flavour === 'minikube' ? minikubeProblem(clusterName, environment, limited) : undefined;
  return { name, server, flavour, clusterName, isLocal, isNamed: context !== undefined, config, explain };
}

/** @throws {LabError} where a cluster is not local and nobody said in so many words that it is the one */
export function requireConsent({ name, server, isLocal, isNamed }: ClusterContext): void {
  if (isLocal || isNamed) return;
  throw new LabError(`The current context is ${name} (${server}), which is no cluster of this machine.`, {
    hint: `If it is the one that you mean, say so: --context ${name}`,
  });
}

/** @param profile of minikube, where it is that which is looked for */
async function readConfig(
  environment: Environment,
  profile: string | undefined,
  signal: AbortSignal,
): Promise<KubeConfig> {
  const merged = new KubeConfig();
  merged.loadFromString('{clusters: [], contexts: [], users: []}');
  let found = 0;
  for (const file of configFiles(environment)) {
    const text = await readFile(file, 'utf8').catch((error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
      throw unreadable(file, error);
    });
    if (text === undefined) continue;
    found += 1;
    try {
      const config = new KubeConfig();
      // As an empty file is taken by kubectl: it says nothing.
      config.loadFromString(text.trim() === '' ? '{}' : text);
      config.makePathsAbsolute(path.dirname(file));
      takeOver(merged, config);
    } catch (error) {
      throw unreadable(file, error);
    }
  }
  if (found > 0) return merged;
  const told = profile === undefined ? undefined : await minikubeProblem(profile, environment, signal);
  if (told !== undefined) throw new ContextProblem(told.message, { hint: told.hint, isMissing: true });
  const hint =
    profile !== undefined
      ? 'Start it: minikube start'
      : 'Set KUBECONFIG to the file that your cluster gave you, or start a cluster here: minikube start, kind create cluster';
  throw new ContextProblem(`There is no kubeconfig: ${configFiles(environment).join(', ')} does not exist.`, {
    hint,
    isMissing: true,
  });
}

/** Adds what is new in another kubeconfig: of two things of the same name the first is it, as with kubectl. */
function takeOver(merged: KubeConfig, other: KubeConfig): void {
  const isNew = <T extends { readonly name: string }>(all: readonly T[], one: T): boolean =>
    !all.some(({ name }) => name === one.name);
  merged.clusters.push(...other.clusters.filter((cluster) => isNew(merged.clusters, cluster)));
  merged.users.push(...other.users.filter((user) => isNew(merged.users, user)));
  merged.contexts.push(...other.contexts.filter((context) => isNew(merged.contexts, context)));
  if (typeof merged.currentContext !== 'string') merged.currentContext = other.currentContext;
}

/** The files that kubectl would read. */
function configFiles({ KUBECONFIG = '', HOME = '', USERPROFILE = '' }: Environment): readonly string[] {
  const named = KUBECONFIG.split(path.delimiter).filter((file) => file !== '');
  return named.length > 0 ? named : [path.join(HOME || USERPROFILE, '.kube', 'config')];
}

function flavourOf(name: string, platform: ContextChoice['platform']): Pick<ClusterContext, 'flavour' | 'clusterName'> {
  if (platform === 'minikube' || name === 'minikube') return { flavour: 'minikube', clusterName: name };
  if (name === 'docker-desktop') return { flavour: 'docker-desktop', clusterName: name };
  const made = /^(?<by>kind|k3d)-(?<cluster>.+)$/.exec(name)?.groups;
  if (made?.by === 'kind') return { flavour: 'kind', clusterName: made.cluster ?? '' };
  if (made?.by === 'k3d') return { flavour: 'k3d', clusterName: made.cluster ?? '' };
  return { flavour: 'other', clusterName: name };
}

function namesIn(config: KubeConfig): string {
  return config.contexts.map(({ name }) => name).join(', ') || 'none';
}

async function noContext(
  name: string,
  config: KubeConfig,
  { platform, context, environment }: ContextChoice,
  signal: AbortSignal,
): Promise<ContextProblem> {
  const told = platform === 'minikube' ? await minikubeProblem(name, environment, signal) : undefined;
  const there = `The contexts there are: ${namesIn(config)}`;
  const hint = platform === 'minikube' ? `Start it, which writes its context: minikube start. ${there}` : there;
  const isMissing = context === undefined;
  return told === undefined
    ? new ContextProblem(`The kubeconfig has no context ${name}.`, { hint, isMissing })
    : new ContextProblem(told.message, { hint: told.hint, isMissing });
}

function unreadable(file: string, cause: unknown): ContextProblem {
  const [line = ''] = messageOf(cause).split('\n');
  return new ContextProblem(`The kubeconfig ${file} cannot be read: ${line.replace(/\.$/, '')}.`, {
    hint: 'Look at it: kubectl config view',
    cause,
  });
}
