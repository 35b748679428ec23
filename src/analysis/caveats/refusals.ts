import { refusalKinds } from '../../model/failures.ts';
import type { Measurement } from '../../model/measurement.ts';
import { formatNumber, plural } from '../../model/numbers.ts';

type Refusal = keyof Measurement['refusals'];

/** What each refusal means, and what to do about it. */
const reasons: Readonly<Record<Refusal, (limits: Measurement['ownLimits']) => string>> = {
  'out-of-files': ({ files }) =>
    files === undefined
      ? 'the generator could open no more files: raise ulimit -n'
      : `the generator may open ${formatNumber(files)} files: raise ulimit -n`,
  'out-of-ports': ({ ports }) => {
    const left = ports === undefined ? 'had no port left' : `has ${formatNumber(ports)} ports`;
    return `the generator ${left} to connect from: keep connections alive, or widen net.ipv4.ip_local_port_range`;
  },
  'out-of-memory': () => 'the generator’s machine had no memory for more connections: use fewer',
  'no-such-name': () => 'the name of the target did not resolve where the generator runs',
  'no-route': () => 'no route leads to the target from where the generator runs',
  'not-allowed': () => 'the generator’s machine does not allow these connections: look at its firewall',
};

/** What the generator's own machine refused, and why, in a sentence; undefined where it refused nothing. */
export function refusalText({ refusals, ownLimits }: Measurement): string | undefined {
  const kinds = refusalKinds.filter((kind) => (refusals[kind] ?? 0) > 0);
  if (kinds.length === 0) return undefined;
  const count = kinds.reduce((sum, kind) => sum + (refusals[kind] ?? 0), 0);
  return `${plural(count, 'request')} got to no server: ${kinds.map((kind) => reasons[kind](ownLimits)).join('; ')}`;
}
