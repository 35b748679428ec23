import { scaleLab } from '../test/e2e/cli.ts';
import { commandNames, type FaultCase, placeNames } from './case.ts';
import { type Armed, type Expectation, type Fault, type Scene, unlessAtEnd } from './fault.ts';

const everywhere = { platforms: placeNames, commands: commandNames } as const;

const endings = {
  SIGINT: [130, /^Interrupted\.$/m],
  SIGTERM: [143, /^Terminated\.$/m],
  SIGHUP: [129, /^The terminal was closed\.$/m],
} as const;

function signalled(signal: keyof typeof endings): Fault {
  const [code, says] = endings[signal];
  const expects = (kase: FaultCase): Expectation => {
    // Ctrl-C is how a person ends what is up.
    const isItsWay = signal === 'SIGINT' && kase.command === 'up' && kase.phase !== 'set-up';
    if (isItsWay) return { codes: [0], says: () => undefined };
    return { codes: unlessAtEnd(kase, [code]), says: (ended) => (ended === code ? says : undefined) };
  };
  return { ...everywhere, name: signal, arm: () => ({ strike: (lab) => lab.send(signal) }), expects };
}

const killed: Fault = {
  ...everywhere,
  name: 'SIGKILL',
  arm: () => ({ strike: (lab) => lab.send('SIGKILL') }),
  expects: () => ({ codes: [137], says: () => undefined, leavesWork: true }),
};

/** From the first to the second, at the most. */
const impatienceMs = 600;

const twice: Fault = {
  ...everywhere,
  name: 'SIGINT twice',
  arm: ({ kase }) => ({
    strike: async (lab) => {
      if (!lab.send('SIGINT')) return false;
      // Where all has been taken down meanwhile, the first has done it.
      if (await lab.waits(impatienceMs * kase.share)) lab.send('SIGINT');
      return true;
    },
  }),
  expects: (kase) => ({
    codes: kase.command === 'up' && kase.phase !== 'set-up' ? [0, 130] : unlessAtEnd(kase, [130]),
    says: () => undefined,
    leavesWork: true,
  }),
};

/** How long it may take to answer. */
const answerLimitMs = 5_000;

async function armBesideDetached({ kase, bench, place }: Scene): Promise<Armed> {
  const settings = { cwd: bench.folder, env: { ...bench.env, ...place.environment, TMPDIR: bench.temporary } };
  const up = ['up', 'two', '--variant', 'cached', '--platform', kase.platform, '--detach'];
  const { code, out, err } = await scaleLab(up, settings);
  if (code !== 0) throw new Error(`up --detach ended with ${String(code)}: ${err}`);
  const address = /http:\S+/.exec(out)?.[0];
  return {
    strike: (lab) => lab.send('SIGKILL'),
    stays: async () => {
      const status = address === undefined ? 200 : await statusAt(`${address}/todos/1`);
      const down = await scaleLab(['down'], settings);
      if (status !== 200) return `What was left running does not answer after clean: ${String(status)}.`;
      if (down.code !== 0) return `down ended with ${String(down.code)}: ${down.err}`;
      return down.out.includes('removed') ? undefined : `down found nothing to end: ${down.out}`;
    },
  };
}

async function statusAt(url: string): Promise<number | string> {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(answerLimitMs) })).status;
  } catch (error) {
    return String(error);
  }
}

const besideDetached: Fault = {
  ...everywhere,
  name: 'SIGKILL beside what `up --detach` left',
  missing: ({ isApart = false }) =>
    isApart ? 'what an Engine of its own publishes is not reached from here' : undefined,
  arm: armBesideDetached,
  expects: () => ({ codes: [137], says: () => undefined, leavesWork: true }),
};

/** What is done to the lab itself. */
export const signals: readonly Fault[] = [
  signalled('SIGINT'),
  signalled('SIGTERM'),
  signalled('SIGHUP'),
  killed,
  twice,
  besideDetached,
];
