import { BlockList, isIP } from 'node:net';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('0.0.0.0', 'ipv4');
loopback.addAddress('::1', 'ipv6');
loopback.addAddress('::', 'ipv6');

/** Networks that a virtual machine or a container of this machine has its address in (RFC 1918, RFC 4193). */
const inner = new BlockList();
inner.addSubnet('10.0.0.0', 8, 'ipv4');
inner.addSubnet('172.16.0.0', 12, 'ipv4');
inner.addSubnet('192.168.0.0', 16, 'ipv4');
inner.addSubnet('fc00::', 7, 'ipv6');

/** Whether an API server is reached at this machine's loopback interface. */
export function isLoopback(server: string): boolean {
  const host = hostOf(server);
  return host === 'localhost' || contains(loopback, host);
}

/** Whether the address can be that of a virtual machine or a container here; that of somebody else's network looks the same. */
export function isOfThisMachine(server: string): boolean {
  const host = hostOf(server);
  return isLoopback(server) || host.endsWith('.docker.internal') || contains(inner, host);
}

function hostOf(server: string): string {
  return new URL(server).hostname.replace(/^\[(.*)\]$/, '$1');
}

function contains(list: BlockList, host: string): boolean {
  const version = isIP(host);
  return version !== 0 && list.check(host, version === 6 ? 'ipv6' : 'ipv4');
}
