import type { LinkAct } from '../model/acts.ts';
import { linkName } from '../model/link.ts';
import { controlPortAt, isListening, type Control, type Place, type Service } from './service.ts';

/** The bundle of the link, as it is called in the image of the lab's own programs. */
const linkBundle = 'link.mjs';

const port = 9000;
const control: Control = { name: 'control', inside: 9001, pathFor };

/**
 * What stands between what is tested and a service that it uses: it hands on what they say to each other, and can be made slow or be
 * cut. It is there from the start, so that the way through it is the same before an act and after it.
 * @param to the service that is reached through it
 * @param entrance how that is reached otherwise: it itself, or the balancer in front of it
 */
export function link(to: Pick<Service, 'name'>, entrance: Pick<Service, 'name'>): Service {
  const name = linkName(to.name);
  const args = (at: Place): readonly string[] => {
    const { host, port: onward } = at.addressOf(entrance.name);
    return [`${to.name}=${at.port}:${host}:${onward}`];
  };
  return {
    name,
    title: name,
    role: 'link',
    copies: { kind: 'one' },
    limits: { cpu: undefined, memoryBytes: undefined },
    asks: { cpu: 0.01, memoryBytes: 64 * 2 ** 20 },
    port: { inside: port },
    secrets: [],
    fronts: [entrance.name],
    uses: [],
    program: {
      locate: ({ link: bundle }) => Promise.resolve({ command: process.execPath, args: (at) => [bundle, ...args(at)] }),
      inherits: 'little',
      user: 'this',
      dataMode: 0o700,
      ports: [control.name],
      workingFolder: undefined,
    },
    image: {
      from: { lab: true },
      args: (at) => [linkBundle, ...args(at)],
      user: undefined,
      data: [],
      scratch: ['/tmp'],
    },
    environment: (at) => ({
      NODE_ENV: 'production',
      HOST: at.host,
      CONTROL_PORT: String(controlPortAt(control, at)),
    }),
    files: () => [],
    ready: { log: /"msg":"listening"/, command: isListening(control.inside) },
    version: undefined,
    stop: { signal: 'SIGTERM', graceMs: 1_000, wholeGroup: false, drains: false },
    reachedBy: () => ({}),
    prepare: undefined,
    betweenTrials: 'stays-if-same',
    counters: undefined,
    control,
    reload: undefined,
    isForeign: false,
  };
}

/** What is asked for at its control port; see `src/link/control.ts`. */
function pathFor(act: LinkAct): string {
  switch (act.kind) {
    case 'slow-link': {
      const { latencyMs, jitterMs, bytesPerSecond } = act;
      const rate = bytesPerSecond === undefined ? '' : `&bytesPerSecond=${bytesPerSecond}`;
      return `/set?latencyMs=${latencyMs}&jitterMs=${jitterMs}${rate}`;
    }
    case 'cut-link':
      return `/cut?how=${act.how}`;
    case 'heal-link':
      return '/heal';
  }
}
