import { BlockList, isIP } from 'node:net';
import { LabError, messageOf, UsageError } from '../errors.ts';
import { filledIn, type Variables } from '../variables.ts';
import type { Plan } from './plan.ts';

/** Asks for all addresses that a name stands for. */
export type Lookup = (name: string) => Promise<readonly string[]>;

/** This machine, networks of one's own (RFC 1918, 4193, 6598), and the link that one is on. */
const near = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 32],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const) {
  near.addSubnet(network, prefix, 'ipv4');
}
for (const [network, prefix] of [
  ['::', 127],
  ['fc00::', 7],
  ['fe80::', 10],
] as const) {
  near.addSubnet(network, prefix, 'ipv6');
}

/** Whether an address leads to this machine or a private network. A name does if all that it stands for do. */
export async function isPrivateAddress(url: string, lookup: Lookup): Promise<boolean> {
  const addresses = await addressesOf(new URL(url).hostname, lookup);
  return (
    addresses.length > 0 && addresses.every((address) => near.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4'))
  );
}

/** `localhost` and what is below it is this machine by definition (RFC 6761); of other names only DNS knows. */
async function addressesOf(host: string, lookup: Lookup): Promise<readonly string[]> {
  const bare = host.replace(/^\[(.*)\]$/, '$1');
  if (isIP(bare) !== 0) return [bare];
  return /^(.+\.)?localhost\.?$/.test(bare) ? ['127.0.0.1'] : lookup(bare);
}

/**
 * Refuses a plan with a target that is neither on this machine nor in a private network: load on a stranger's server is an
 * attack.
 * @throws {UsageError} that names the address, unless that was allowed
 * @throws {LabError} where a name does not resolve
 */
export async function checkRemote(
  plan: Plan,
  allowRemote: boolean,
  lookup: Lookup,
  environment: Variables = {},
): Promise<void> {
  if (allowRemote) return;
  const places = plan.trials.flatMap(({ scenario, system }) =>
    system.kind === 'url' ? [[system.url, scenario] as const] : [],
  );
  for (const [url, scenario] of new Map(places)) {
    if (await isNear(url, filledIn(url, environment), lookup)) continue;
    throw new UsageError(
      `The target of the scenario "${scenario}", ${url}, is neither on this machine nor in a private network.`,
      { hint: 'If you may put load on it, use --allow-remote.' },
    );
  }
}

async function isNear(shownAs: string, url: string, lookup: Lookup): Promise<boolean> {
  try {
    return await isPrivateAddress(url, lookup);
  } catch (error) {
    // The words of the system name the host, which may be the value of a variable.
    const why = shownAs === url ? messageOf(error) : messageOf(error).replaceAll(new URL(url).hostname, shownAs);
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
