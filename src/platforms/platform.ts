import type { ActKind, ResolvedAct } from '../model/acts.ts';
import type { LabError } from '../model/errors.ts';
import { type HostedTopology, type Pace, type Topology, paces } from '../model/plan.ts';
import type { RunningSystem } from '../model/running-system.ts';
import type { OnStep } from '../model/steps.ts';
import type { Subject } from '../model/subject.ts';
import type { HostedSystem } from '../model/system.ts';
import type { Service } from '../services/service.ts';
import type { Destination, LoadJob, WorkerMessage } from '../worker/protocol.ts';

/** The platforms that can be named on the command line. */
export const platformNames = ['local', 'docker', 'kubernetes', 'minikube'] as const;

/** One of {@link platformNames}. */
export type PlatformName = (typeof platformNames)[number];

/** Those that are Kubernetes clusters, each a context of the kubeconfig. */
export const clusterPlatforms = ['kubernetes', 'minikube'] as const satisfies readonly PlatformName[];

/** About how long a platform takes for what is not load. */
export function paceOf(name: PlatformName): Pace {
  return clusterPlatforms.some((cluster) => cluster === name) ? paces.pods : paces.processes;
}

/** Something that a platform needs from the machine, and whether it is there: data for `doctor` and for messages. */
export type Requirement =
  | {
      readonly name: string;
      readonly met: true;
      readonly found: string;
      /** What speaks against it all the same: it is not what was tried. */
      readonly doubt?: string | undefined;
    }
  | {
      readonly name: string;
      readonly met: false;
      readonly problem: string;
      readonly fix: string;
      /** What alone needs it, where the platform does without it otherwise. */
      readonly onlyFor?: string | undefined;
      /** The entry of the catalogue that this is. */
      readonly entry?: string | undefined;
    };

/** Something that a killed run left and `clean` removed. */
export interface Leftover {
  readonly runId: string;
  readonly kind: 'process' | 'folder' | 'container' | 'network' | 'volume' | 'image' | 'namespace';
  /** A process id and its command, or a path. */
  readonly description: string;
}

/** What `clean` is to remove besides what dead runs have left. */
export interface CleanOptions {
  /** Also the images that the lab has built and no container uses; the next run builds them anew. Otherwise outdated ones only. */
  readonly images?: boolean;
  /** Told in a sentence where something is not looked at, and why: a cluster of somebody else's. */
  readonly onSkip?: (sentence: string) => void;
}

/** What a platform is told about the run that asks for a stack. */
export interface StackOptions {
  /** The label of everything that is created. */
  readonly runId: string;
  readonly signal: AbortSignal;
  readonly onStep: OnStep;
  /** Whether a person on this machine wants to reach the application too, at {@link Deployment.address}. */
  readonly publish?: boolean;
  /** Whether it is to outlive this process, until `down` ends it. */
  readonly detached?: boolean;
  /** Whether the load generator gets cores of its own, where the platform can. */
  readonly pin?: boolean;
  /** The services that are there until it ends: none where nothing but servers of the user's own is reached or started. */
  readonly stores: readonly Service[];
  /** Whether a server of the user's own will be started in it, which may have to reach what lies beyond. */
  readonly open?: boolean;
  /** All that will be done to what runs in it: rights may have to be asked for, and stores be prepared for it. */
  readonly acts?: readonly ResolvedAct[];
}

/** A copy of a service that has ended and was to run on. */
export interface Death extends Subject {
  /**
   * Whether nothing can be measured without it: a store, the balancer of what is tested, and the last of the replicas. An aside is
   * none of that: what is tested answers without it.
   */
  readonly isFatal: boolean;
  /** How it ended, in a sentence with its name, and the end of its log. */
  readonly error: LabError;
}

/** The application as it runs now on a stack; it ends when the stack deploys something else or is closed. */
export interface Deployment extends RunningSystem {
  /** The addresses that load goes to, as seen by the load worker. */
  readonly urls: readonly Destination[];
  /** Where a person on this machine reaches it; undefined unless that was asked for. */
  readonly address: string | undefined;
  /**
   * Which of its services have ended that were to run on; left out where none was started. What an act of {@link act} has ended
   * is none of them.
   */
  deaths?(signal: AbortSignal): Promise<readonly Death[]>;
  /**
   * Does one of the acts that its topology has, and that the platform lists; resolves when it has taken effect. Several may be going
   * on at the same time, those on one service never.
   *
   * - kill: each copy is ended by SIGKILL, at once. With `restart: 'always'` it is started again at its place and address, and is
   *   ready; with `'none'` it stays away; with neither, the platform does what it does with whatever dies.
   * - stop: each is told to end, and killed after its grace; it is gone. A cluster replaces it.
   * - pause, resume: all processes of each copy stand still and keep what they hold, or go on. Whoever calls ends one that lasts for
   *   a time by a second act: a pause by a resume of the same copies, what is done to a link by a heal-link.
   * - restart: each has ended as by a stop, was started again at its place, and is ready.
   * - flush: the service holds nothing any more.
   * - slow-link, cut-link, heal-link: what passes the link that its topology has is slowed or cut, or passes as if nothing had been done.
   * - scale: there are so many copies, those that were added are ready and are sent requests, and of those with the highest numbers
   *   the ones that were too many have ended and are sent none; a cluster chooses itself which those are.
   * - roll-out: every copy is one of a new version, replaced one after another, and the last old one is gone.
   *
   * Throws a LabError that says why it could not be done, or what did not become ready.
   */
  act?(act: ResolvedAct, signal: AbortSignal): Promise<void>;
  /**
   * What telemetry calls the copies that an act of that name was done to; left out by a platform that calls them as the act does.
   */
  subjectsOf?(act: ResolvedAct): readonly string[];
  /**
   * Runs a load worker for each job near the application, all from a common instant. Their messages come as those of one
   * worker, merged exactly; the last is the `result`. Throws a LabError where a worker is lost. Leaving the loop ends them.
   */
  generate(jobs: readonly LoadJob[], signal: AbortSignal): AsyncIterable<WorkerMessage>;
}

/** Stores that run now, ready for what uses them; closing it leaves nothing behind. */
export interface Stack extends AsyncDisposable {
  /** Versions of what runs, e.g. `{ postgresql: '18.4', redis: '7.0.15' }`. */
  readonly versions: Readonly<Record<string, string>>;
  /** How the cores are shared, in a sentence, where that is to be told. */
  readonly cores?: string | undefined;
  /**
   * Prepares and starts what is under test, and what runs beside it, in place of what was deployed before: data are laid, a cache is
   * empty, and a server of the user's own is started anew even where its settings are the same, as it may remember things. Throws a
   * LabError with its log where something does not become ready, and the one that says so where a store has ended that it uses.
   */
  deploy(topology: Topology | HostedTopology, signal: AbortSignal): Promise<Deployment>;
  /**
   * A server of the user's own that runs already, to put load on: nothing is started.
   * @param ips what its name was found to stand for: load goes to all of them, and to nothing else
   */
  reach(url: string, ips: readonly string[]): Deployment;
  /** Lets go of a stack that was started as detached: it runs on, and nothing of it keeps this process alive. */
  release(): void;
}

/** Where a topology can run. Its verbs act on the whole stack. */
export interface Platform {
  readonly name: PlatformName;
  /** Whether limits of CPU and memory are kept to. */
  readonly enforcesLimits: boolean;
  /** Whether its load workers can reach a server that the user named by an address of this machine. */
  readonly reachesUrls: boolean;
  /** Which servers of the user's own it can start. */
  readonly hosts: readonly HostedSystem['kind'][];
  /** What can be done to its services while there is load, see {@link Deployment.act}. */
  readonly acts: readonly ActKind[];
  /** Whether it keeps as many replicas as there are to be: adds some by a rule, and starts again what has ended. */
  readonly orchestrates: boolean;
  /** What it needs, in the order in which a user would mend it. */
  requirements(signal: AbortSignal): Promise<readonly Requirement[]>;
  /** Starts the stores. A failed start cleans up after itself, then throws a LabError with the log that explains it. */
  up(options: StackOptions): Promise<Stack>;
  /** Removes what runs that are no longer alive have left, and only that. Where the platform does not answer there is nothing. */
  clean(signal: AbortSignal, options?: CleanOptions): Promise<readonly Leftover[]>;
  /** Ends the stacks that were left running on purpose, and only those. */
  down(signal: AbortSignal, options?: Pick<CleanOptions, 'onSkip'>): Promise<readonly Leftover[]>;
}
