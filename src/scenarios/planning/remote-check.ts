import { BlockList, isIP } from 'node:net';
import { LabError, messageOf, UsageError } from '../../model/errors.ts';
import type { Plan } from '../../model/plan.ts';
import { filledIn, type Variables } from '../../shapes/variables.ts';

/** Asks for all addresses that a name stands for. */
export type Lookup = (name: string) => Promise<readonly string[]>;

/**
 * The IP addresses of each target, by its address as the plan has it. They were looked up and checked once, and are used from then on: a
 * name may stand for something else the next time that it is asked for.
 */
export type TargetAddresses = ReadonlyMap<string, readonly string[]>;

/** Those of one target; it is a bug where nobody has looked it up. */
export function addressesIn(all: TargetAddresses, url: string): readonly string[] {
  const addresses = all.get(url);
  if (addresses === undefined) throw new Error(`where ${url} is has not been looked up`);
  return addresses;
}

type Subnet = readonly [network: string, prefix: number];

function listOf(subnets: readonly Subnet[]): BlockList {
  const list = new BlockList();
  for (const [network, prefix] of subnets) list.addSubnet(network, prefix, isIP(network) === 6 ? 'ipv6' : 'ipv4');
  return list;
}

/** This machine, and networks of one's own (RFC 1918, 4193, 6598). */
const near = listOf([
  ['0.0.0.0', 32],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['::', 127],
  ['fc00::', 7],
]);

/**
 * Where a cloud tells its machines what they are, with their credentials: the link that they are on, and what AWS, Google, Oracle, Akamai,
 * Scaleway and Alibaba have for that within private networks.
 */
const metadata = listOf([
  ['169.254.0.0', 16],
  ['fe80::', 10],
  ['fd00:ec2::', 32],
  ['fd20:ce::', 32],
  ['fd00:c1::a9fe:a9fe', 128],
  ['fd00:a9fe:a9fe::1', 128],
  ['fd00:42::42', 128],
  ['100.100.100.200', 32],
  ['fd00:100::100:200', 128],
]);

/** Addresses that are one only together with a link of this machine. */
const linkLocal = listOf([['fe80::', 10]]);

/** Whose load it would be: one's own, that of a cloud's metadata, or a stranger's. An IPv4 address may be written as one of IPv6. */
function whereIs(address: string): 'near' | 'metadata' | 'remote' {
  if (isIn(metadata, address)) return 'metadata';
  return isIn(near, address) ? 'near' : 'remote';
}

/** An address may be written with its link: `fe80::1%eth0`. */
function isIn(list: BlockList, address: string): boolean {
  const [bare = ''] = address.split('%');
  return list.check(bare, isIP(bare) === 6 ? 'ipv6' : 'ipv4');
}

/** Whether a name stands for this machine by definition, whatever DNS says: `localhost`, and what is below it (RFC 6761). */
export function isLocalhost(host: string): boolean {
  return /^(.+\.)?localhost\.?$/i.test(host);
}

/**
 * All that a host stands for, each once: an address for itself, and `localhost` for both that this machine has. The link-local addresses
 * that machines give to their names besides (mDNS) get no load where there is another that is near.
 */
async function addressesOf(host: string, lookup: Lookup): Promise<readonly string[]> {
  const bare = host.replace(/^\[(.*)\]$/, '$1');
  if (isIP(bare) !== 0) return [bare];
  const found = isLocalhost(bare) ? ['::1', '127.0.0.1'] : [...new Set(await lookup(bare))];
  if (found.length === 0) throw new Error(`no address is known for ${bare}`);
  const others = found.filter((address) => !isIn(linkLocal, address));
  return others.some((address) => whereIs(address) === 'near') ? others : found;
}

/**
 * Looks up where the targets of a plan are, and refuses one that is neither on this machine nor in a private network: load on a
 * stranger's server is an attack. A name is there only if all that it stands for is.
 * @returns what was looked up, for everything that connects
 * @throws {UsageError} that names the address, unless that was allowed
 * @throws {LabError} where a name does not resolve
 */
export async function checkRemote(
  plan: Plan,
  allowRemote: boolean,
  lookup: Lookup,
  environment: Variables = {},
): Promise<TargetAddresses> {
  const places = plan.trials.flatMap(({ scenario, system }) =>
    system.kind === 'url' ? [[system.url, scenario] as const] : [],
  );
  const found = new Map<string, readonly string[]>();
  for (const [url, scenario] of new Map(places)) {
    const addresses = await lookedUp(url, filledIn(url, environment), lookup);
    const refused = addresses.map(whereIs).find((where) => where !== 'near');
    if (refused !== undefined && !allowRemote) throw refusal(url, scenario, refused);
    found.set(url, addresses);
  }
  return found;
}

function refusal(url: string, scenario: string, where: 'metadata' | 'remote'): UsageError {
  const why =
    where === 'remote'
      ? 'is neither on this machine nor in a private network'
      : 'is a link-local address, or one where a cloud tells its machines their credentials';
  return new UsageError(`The target of the scenario "${scenario}", ${url}, ${why}.`, {
    hint: 'If you may put load on it, use --allow-remote.',
  });
}

async function lookedUp(shownAs: string, url: string, lookup: Lookup): Promise<readonly string[]> {
  const { hostname } = new URL(url);
  try {
    return await addressesOf(hostname, lookup);
  } catch (error) {
    // The words of the system name the host, which may be the value of a variable.
    const why = shownAs === url ? messageOf(error) : messageOf(error).replaceAll(hostname, shownAs);
    throw new LabError(`The target ${shownAs} cannot be found: ${why}.`, {
      hint: 'Correct the name, or see that this machine can ask its DNS server.',
      cause: error,
    });
  }
}

/**
 * Refuses a plan with targets on a platform whose load workers do not reach them.
 * @throws {UsageError} that names the scenario and a platform whose workers do
 */
export function checkReach(plan: Plan, platform: { readonly name: string; readonly reachesUrls: boolean }): void {
  if (platform.reachesUrls) return;
  const target = plan.trials.find(({ system }) => system.kind === 'url');
  if (!target) return;
  throw new UsageError(
    `The scenario "${target.scenario}" has a target, which load workers of the platform ${platform.name} do not reach.`,
    { hint: 'Use --platform local.' },
  );
}
