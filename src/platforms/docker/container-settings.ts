import type { ContainerCreateOptions, HostConfig } from 'dockerode';
import type { Subject } from '../../model/subject.ts';
import type { Limits } from '../../model/system.ts';
import { type Labels, label } from '../engine/labels.ts';

/** A container that is to run in the network of a stack, where others call it as its copy is called. */
export interface ContainerDescription extends Subject {
  /** As it is called in messages: "PostgreSQL". */
  readonly title: string;
  readonly image: string;
  /** In place of the image's own, where that does more than start the program. */
  readonly entrypoint?: readonly string[] | undefined;
  readonly command: readonly string[];
  /** Never root; that of the image where there is none. */
  readonly user?: string | undefined;
  readonly environment: Readonly<Record<string, string>>;
  /** Folders in memory, for everybody to write to where the image says nothing else of them. The rest is read-only. */
  readonly writable?: readonly string[];
  /** Folders on the Engine's disk, with owner and mode as in the image; they go with the container. Those that the image asks for belong here: the Engine would make them without our labels. */
  readonly volumes?: readonly string[];
  readonly limits?: Limits;
  readonly health?: HealthCheck | undefined;
  readonly publish?: Published | undefined;
  /** By which it is asked to end; that of the image where there is none. */
  readonly stopSignal?: NodeJS.Signals | undefined;
  /** Whether it is the user's own: it may write to its root, and do what images are used to. */
  readonly isForeign?: boolean;
  /** Whether the lab writes to its standard input. It then ends with the lab: its input does. */
  readonly hasInput?: boolean;
  /** Whether it is the load generator, which gets cores of its own where that was asked for. */
  readonly isLoad?: boolean;
}

/** A port of a container that is published on loopback. */
export interface Published {
  readonly inside: number;
  /** At which port; undefined for one that the Engine draws, anew with each start. */
  readonly at: number | undefined;
}

/** How the Engine is to see whether a container is well: what `docker ps` shows, and nothing here waits for. */
export interface HealthCheck {
  readonly command: readonly string[];
  readonly everyMs: number;
}

/** What a container is put into. */
export interface NetworkOfRun {
  readonly runId: string;
  readonly network: string;
  readonly labels: Labels;
  /** The cores that it may use, as the kernel writes them: `0-2`; undefined for all. */
  readonly cores: string | undefined;
}

/** Enough for the threads of many workers, and an end to a program that forks for ever. */
const mostProcesses = 4096;

/** The name of a container: unique on the Engine, because the run's id is. */
export function containerName(runId: string, copy: string): string {
  return `scale-lab-${runId}-${copy}`;
}

/** Everything that the Engine is told of a container: what it may do is as little as it needs. */
export function containerSettings(
  description: ContainerDescription,
  { runId, network, labels, cores }: NetworkOfRun,
): ContainerCreateOptions {
  const { copy, image, entrypoint, command, user, environment, health, publish, stopSignal } = description;
  const { hasInput = false } = description;
  const port = `${publish?.inside ?? 0}/tcp`;
  return {
    name: containerName(runId, copy),
    Image: image,
    Hostname: copy,
    ...(entrypoint === undefined ? {} : { Entrypoint: [...entrypoint] }),
    Cmd: [...command],
    ...(user === undefined ? {} : { User: user }),
    Env: environmentList(environment),
    Labels: { ...labels, [label.service]: copy },
    ...(stopSignal === undefined ? {} : { StopSignal: stopSignal }),
    AttachStdin: hasInput,
    AttachStdout: hasInput,
    AttachStderr: hasInput,
    OpenStdin: hasInput,
    StdinOnce: hasInput,
    ...(health === undefined ? {} : { Healthcheck: healthSettings(health) }),
    ...(publish === undefined ? {} : { ExposedPorts: { [port]: {} } }),
    HostConfig: {
      ...(description.isForeign === true ? foreignSandbox : sandbox),
      ...storage(description, labels),
      ...limited(description.limits),
      NetworkMode: network,
      ...(cores === undefined ? {} : { CpusetCpus: cores }),
      ...(publish === undefined
        ? {}
        : { PortBindings: { [port]: [{ HostIp: '127.0.0.1', HostPort: String(publish.at ?? '') }] } }),
    },
    NetworkingConfig: { EndpointsConfig: { [network]: { Aliases: [copy] } } },
  };
}

/** Variables as the Engine takes them. */
export function environmentList(environment: ContainerDescription['environment']): string[] {
  return Object.entries(environment).map(([name, value]) => `${name}=${value}`);
}

const foreignSandbox: HostConfig = {
  SecurityOpt: ['no-new-privileges'],
  PidsLimit: mostProcesses,
  RestartPolicy: { Name: 'no' },
  // Whatever the Engine's own default is: this one can be read back, and does not fill the disk.
  LogConfig: { Type: 'json-file', Config: { 'max-size': '10m' } },
};

const sandbox: HostConfig = { ...foreignSandbox, ReadonlyRootfs: true, CapDrop: ['ALL'] };

function storage({ writable = [], volumes = [] }: ContainerDescription, labels: Labels): HostConfig {
  // Without a name, so that they are removed with their container, and cannot be forgotten.
  const options = { NoCopy: false, Labels: { ...labels }, DriverConfig: { Name: 'local', Options: {} } };
  return {
    Tmpfs: Object.fromEntries(writable.map((folder) => [folder, 'rw,nosuid,nodev,mode=1777'])),
    Mounts: [...new Set(volumes)].map((folder) => ({
      Type: 'volume',
      Source: '',
      Target: folder,
      VolumeOptions: options,
    })),
  };
}

function limited({ cpu, memoryBytes }: Limits = { cpu: undefined, memoryBytes: undefined }): HostConfig {
  return {
    ...(cpu === undefined ? {} : { NanoCpus: Math.round(cpu * 1e9) }),
    // The same with swap: memory that moves to disk would hide that the limit is too low.
    ...(memoryBytes === undefined ? {} : { Memory: memoryBytes, MemorySwap: memoryBytes }),
  };
}

function healthSettings({ command, everyMs }: HealthCheck): ContainerCreateOptions['Healthcheck'] {
  return { Test: ['CMD', ...command], Interval: everyMs * 1e6, Timeout: 5e9, Retries: 3 };
}
