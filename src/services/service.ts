import type { Environment as MachineEnvironment } from '../machine/environment.ts';
import type { Executable } from '../machine/executable.ts';
import type { LinkAct } from '../model/acts.ts';
import type { TrialSystem } from '../model/plan.ts';
import type { ImageName } from '../model/scenario.ts';
import type { Role } from '../model/subject.ts';
import type { Autoscale, EntryUse, HostedSystem, Limits, System } from '../model/system.ts';

/** A text of a service's: a secret one is written where only the service reads it, and never into arguments. */
export type Text = string | { readonly secret: string };

/** Environment variables by their names. */
export type Variables = Readonly<Record<string, Text>>;

/**
 * One part of a system, as data and pure functions: enough for any platform to run it, and nothing that only one of them
 * understands. What differs between a process and a container stands in {@link Program} and {@link Image}.
 */
export interface Service {
  /** A DNS label: how links, telemetry and reports call it. */
  readonly name: string;
  /** As messages call it: "PostgreSQL". */
  readonly title: string;
  /**
   * What it is for: a store stays for the whole run, what is tested is changed between trials with what runs beside it for it
   * (`aside`), a balancer follows what it fronts, and a link leads from what is tested to a service that it uses.
   */
  readonly role: Role;
  readonly copies: Copies;
  readonly limits: Limits;
  /** What a cluster is asked for where there is no limit. */
  readonly asks: { readonly cpu: number; readonly memoryBytes: number };
  readonly port: Port;
  /** Names of what the platform draws at random for it: 18 bytes each, in characters that mean nothing in a URL. */
  readonly secrets: readonly string[];
  /** The services in front of which it stands: others reach them through it, and it is told where they are. */
  readonly fronts: readonly string[];
  /** The services that it uses: it is told the variables by which they are reached. */
  readonly uses: readonly string[];
  /** Undefined where it cannot be a process of this machine. */
  readonly program: Program | undefined;
  /** Undefined where it cannot be a container. */
  readonly image: Image | undefined;
  /** What it is told; beside it, what {@link uses} gives. */
  environment(at: Place): Variables;
  /** Files that it reads, in the folder of its place. */
  files(at: Place): readonly File[];
  readonly ready: Readiness;
  readonly version: Version | undefined;
  readonly stop: Stop;
  /** The variables by which others reach it. */
  reachedBy(at: Reach): Variables;
  /** Whether others are told where each of its copies is, so that nothing stands in front of several; left out where that is not so. */
  readonly isReachedByCopy?: true;
  /** What is done once, before anything asks it: at the same time as its copies start. */
  readonly prepare: Preparation | undefined;
  /**
   * Whether a copy stays for the next trial where it would be started just so again; `anew`: none does, as it may remember things,
   * or as data are laid anew that nothing may run on meanwhile.
   */
  readonly betweenTrials: 'stays-if-same' | 'anew';
  /** Whether what is tested has no right answer without it, though it runs beside it; left out where it answers, if worse. */
  readonly isNeeded?: true;
  readonly counters: Counters | undefined;
  /** Where it is told what is done to it; left out where nobody tells it anything. */
  readonly control?: Control;
  /** A script for `sh` that makes it heed files that were written anew; undefined where it has to be started anew. */
  readonly reload: ((at: Place) => string) | undefined;
  /** A script for `sh` that makes it hold nothing any more; left out where it holds nothing that can be made again. */
  readonly flush?: ((at: Place) => string) | undefined;
  /** Whether it is the user's own: it may write to its root and reach beyond, and what it logs is no trouble of the platform's. */
  readonly isForeign: boolean;
}

/** A service that a scenario file may name, to run beside what is tested. */
export interface Entry {
  /** By which a file names it. */
  readonly name: string;
  /** What it is, for who looks for one: "a notification service, told of each todo that is created". */
  readonly what: string;
  /** Whether it has any number of copies, all alike, or is there once. */
  readonly copies: Copies['kind'];
  /** The store that is reached through it where it is there. */
  readonly inFrontOf?: string;
  /** Programs that the machine has to bring for its process, and that nothing else needs. */
  readonly executables?: readonly Executable[];
  /** The memory that it takes of the machine, where that is so much that it is looked at before. */
  readonly memoryBytes?: number;
  /** @param system what it runs in, by which it may know what else is there */
  describe(use: EntryUse, system: System | TrialSystem): Service;
}

/** How many of it run, and what they are called. */
export type Copies =
  /** Called as the service: "postgres". */
  | { readonly kind: 'one' }
  /** "app-1", "app-2", where the platform does not name them itself. */
  | { readonly kind: 'alike'; readonly count: number; readonly autoscale: Autoscale | undefined };

/** The port that it listens on: `inside` a container; as a process at one that is drawn, unless it has one of its own. */
export interface Port {
  readonly inside: number;
  readonly fixed?: number | undefined;
}

/** One copy of a service. */
export interface Copy {
  readonly name: string;
  /** From 1. */
  readonly number: number;
  readonly of: number;
}

/** Where a copy runs, as its platform has it: all that a service learns of a platform. */
export interface Place {
  readonly copy: Copy;
  /** The address to listen on: of loopback, or of everything in a network of its own. */
  readonly host: string;
  readonly port: number;
  /** Where it may listen beside that, as {@link Program.ports} asks for; none in a container, which has all of them. */
  readonly ports: Readonly<Record<string, number>>;
  /** The folder that its files are in. */
  readonly folder: string;
  /** A folder that it may write to. */
  readonly data: string;
  /** One of its {@link Service.secrets}. */
  secret(name: string): string;
  /** Where the copies of a service that it fronts are. */
  copiesOf(service: string): readonly Address[];
  /** Where a service that it fronts is reached itself, whatever stands in front of it. */
  addressOf(service: string): Address;
  /** The variables by which one of those services is reached that it uses. */
  reached(service: string): Variables;
  /** How long it is to ask those who keep connections to let go of them, before it ends. */
  readonly lingerMs: number;
}

/** A host and its port. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Where a service is for those who use it: what stands in front of it, or it itself. */
export interface Reach extends Address {
  /** Where each copy is itself, as far as the platform knows. */
  readonly copies: readonly Address[];
  secret(name: string): string;
}

/** A file, by its name in a folder of the copy's. Only the service may read it where its text is a secret. */
export interface File {
  readonly name: string;
  readonly text: Text;
}

/** What a process is started from. */
export interface Program {
  /**
   * Finds it on this machine.
   * @throws {LabError} that says what is missing, and how to get it
   */
  locate(machine: Machine, signal: AbortSignal): Promise<Runnable>;
  /** What it is told of this machine's environment: what any program needs, or all of it, as a command of the user's own expects. */
  readonly inherits: 'little' | 'all';
  /** `unprivileged`: as somebody else where the lab is root. */
  readonly user: 'this' | 'unprivileged';
  /** The mode of its data folder. */
  readonly dataMode: number;
  /** Further ports that a process of it needs and nobody else asks for, by names of its own; each is drawn. */
  readonly ports?: readonly string[];
  /** Where it runs; undefined for the folder of the run. */
  readonly workingFolder: string | undefined;
  /** A script for `sh` that removes what one that was killed has left beyond its folders; left out where that is nothing. */
  removeRemains?(at: Place): string;
  /** What to do about one that runs and does not become ready. */
  readonly hint?: string;
}

/** What is known of this machine to those who look for a program. */
export interface Machine {
  readonly environment: MachineEnvironment;
  /** The environment of what is started to look for it: with the mark of the run, by which it is found if the lab is killed. */
  readonly inherited: Readonly<Record<string, string>>;
  /** The folder of the run: what is made to start the program goes there. */
  readonly folder: string;
  /** Who the program will run as; undefined for the lab's own user. */
  readonly user: { readonly uid: number; readonly gid: number } | undefined;
  /** The bundle of the reference app. */
  readonly app: string;
  /** That of the link. */
  readonly link: string;
}

/** A program that was found. */
export interface Runnable {
  readonly command: string;
  args(at: Place): readonly string[];
  /** In place of them, what it is prepared with. */
  prepareArgs?(at: Place): readonly string[];
  /** What is run to its end before its first start, where that is wanted. */
  first?(at: Place): Command;
  /** Where it was asked. */
  readonly version?: string | undefined;
}

/** A program that is run to its end. */
export interface Command {
  readonly title: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Files in the folder of its place that are there as long as it runs. */
  readonly files: readonly File[];
  /** As who it runs, where that is the lab's own user and not that of the program. */
  readonly user?: 'this';
  /** How it is broken off; undefined where it is waited for in any case. */
  readonly stopSignal: NodeJS.Signals | undefined;
}

/** What a container is started from. */
export interface Image {
  /** A base image that the user can name, an image of the user's own, or the image with the lab's own programs. */
  readonly from: { readonly base: ImageName } | { readonly own: string } | { readonly lab: true };
  /** In place of the image's own. */
  readonly entrypoint?: readonly string[];
  /** A script for `sh` that ends in `exec "$@"`: before the image's own entrypoint, which its `named` is where nobody can be asked. */
  readonly wrap?: { readonly script: string; readonly named: string };
  /** Undefined for what the image says. */
  args(at: Place): readonly string[] | undefined;
  /** In place of them, what it is prepared with. */
  prepareArgs?(at: Place): readonly string[];
  /** Who it runs as: by name where the image knows it, else by number. `mustBeKnown`: it does not start as one without a name. */
  readonly user: { readonly name?: string; readonly number: number; readonly mustBeKnown?: true } | undefined;
  /** Folders on disk that it writes to; they go with it. The first is the data folder of its place. */
  readonly data: readonly string[];
  /** Folders that it writes to and that may be in memory. */
  readonly scratch: readonly string[];
  /** Beside what the service is told. */
  environment?(at: Place): Variables;
  /** What to do about one that runs and does not become ready. */
  readonly hint?: string;
}

/** What shows that it is ready. A platform takes the cheapest sign that is true there. */
export interface Readiness {
  /** Said once it listens: an answer before that would be somebody else's. */
  readonly log?: RegExp;
  readonly http?: HttpReadiness;
  /** A command in its container that ends with code 0. */
  readonly command?: readonly string[];
  /** The path that answers as long as it is alive, ready or not. */
  readonly alivePath?: string;
  readonly limitMs?: number | undefined;
}

/** A request that shows that it is ready. */
export interface HttpReadiness {
  readonly path: string;
  accepts(status: number): boolean;
  /** Whether any answer will do, so that to listen is enough. */
  readonly isAny: boolean;
  /** Whether the answer is that of the services which it fronts. */
  readonly isOfOthers: boolean;
}

/** How its version is learnt. */
export interface Version {
  /** As reports call it: "postgresql". */
  readonly name: string;
  /** In what it logs when it starts; the group `version` of it. */
  readonly log?: RegExp;
  /** Prints it, in its container. */
  readonly command?: readonly string[];
  /** The variable of its image that has it. */
  readonly variable?: string;
}

/** How it ends. */
export interface Stop {
  readonly signal: NodeJS.Signals;
  /** How long it may take before it is killed. */
  readonly graceMs: number;
  /** Whether all that it started is asked with it: a shell hands no signal on. */
  readonly wholeGroup: boolean;
  /** Whether it answers what is in flight first. */
  readonly drains: boolean;
}

/** What is done once, by its own program or image. */
export interface Preparation {
  /** As a step: "the data is laid". */
  readonly title: string;
  /** As the copy that does it is called: "app-setup". */
  readonly name: string;
}

/** What it tells of itself in Prometheus' text. */
export interface Counters {
  readonly path: string;
  /** What it calls the counters that the lab knows; undefined where all of them have the lab's names. */
  readonly names?: HostedSystem['counters'];
  /** Where it tells of the services that it uses. */
  readonly ofUsedPath?: string;
}

/** How a link is told what is done to it: over HTTP, at a port of its own. */
export interface Control {
  /** The port by its name among {@link Program.ports}. */
  readonly name: string;
  /** The port inside a container. */
  readonly inside: number;
  /** The path to ask for by GET: the act has taken effect once it is answered with status 200. */
  pathFor(act: LinkAct): string;
}

/** The port of that at a place. */
export function controlPortAt({ name, inside }: Control, { ports }: Pick<Place, 'ports'>): number {
  return ports[name] ?? inside;
}

/** A command that ends with code 0 where something listens on a port of all addresses: by the kernel's table of sockets, as that costs nothing. */
export function isListening(port: number): readonly string[] {
  const hexadecimal = port.toString(16).toUpperCase().padStart(4, '0');
  return ['grep', '-q', `:${hexadecimal} 00000000:0000 0A`, '/proc/net/tcp'];
}

/** The names of its copies as a platform that names them itself does not choose them. */
export function copiesOf({ name, copies }: Pick<Service, 'name' | 'copies'>): readonly Copy[] {
  if (copies.kind === 'one') return [{ name, number: 1, of: 1 }];
  const { count } = copies;
  return Array.from({ length: count }, (_, index) => ({ name: `${name}-${index + 1}`, number: index + 1, of: count }));
}

/** All that a copy is told: what its service says, and by which variables it reaches the services that it uses. */
export function variablesOf(service: Service, at: Place): Variables {
  return service.uses.reduce<Variables>((told, used) => ({ ...told, ...at.reached(used) }), service.environment(at));
}

/** Whether nothing works without a service, whatever else runs: a store, or what leads to one. */
export function isIndispensable({ role, isNeeded }: Service): boolean {
  return role === 'store' || role === 'link' || isNeeded === true;
}

/** A text as it is, secret or not. */
export function plainText(text: Text): string {
  return typeof text === 'string' ? text : text.secret;
}

/** As messages call a copy: a service of one by its title, another by the copy's name. */
export function titleOf({ title, copies }: Pick<Service, 'title' | 'copies'>, copy: Copy): string {
  return copies.kind === 'one' ? title : copy.name;
}

/** Words as `sh` takes them, whatever is in them. */
export function words(command: readonly string[]): string {
  return command.map((word) => `'${word.replaceAll("'", String.raw`'\''`)}'`).join(' ');
}
