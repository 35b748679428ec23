import { beforeEach, describe, expect, test } from 'vitest';
import { withPooler } from '../../../test/conformance/pooler.ts';
import { withMailer } from '../../../test/conformance/services.ts';
import { plainTarget, stores, topology } from '../../../test/conformance/topology.ts';
import type { ResolvedAct } from '../../model/acts.ts';
import type { HostedTopology, Topology } from '../../model/plan.ts';
import { Acts } from './acts.ts';
import { Runner } from './runner.ts';
import { startStores } from './start.ts';
import { type ScriptedCopy, ScriptedHost } from './testing/scripted-host.ts';

const { signal } = new AbortController();
let host: ScriptedHost;
let runner: Runner<ScriptedCopy>;

async function openRunner(keepsBalancers = false): Promise<void> {
  host = new ScriptedHost({ keepsBalancers });
  runner = new Runner(host, await startStores(host, stores, signal));
  host.done();
}

/** What is done for one topology after another, the last of them. */
async function doneFor(...topologies: readonly (Topology | HostedTopology)[]): Promise<readonly string[]> {
  for (const each of topologies) {
    host.done();
    await runner.deploy(each, signal);
  }
  return host.done();
}

/** Deploys, then does an act. */
async function act(wanted: Topology, ...acts: readonly ResolvedAct[]): Promise<readonly string[]> {
  const copies = await runner.deploy(wanted, signal);
  host.done();
  for (const each of acts) await new Acts(host, copies).do(each, signal);
  return host.done();
}

const app = { name: 'act', service: 'app', atMs: 0 } as const;
const one = { ...app, copies: [1] } as const;

beforeEach(() => openRunner());

describe('deploys', () => {
  test('each service after what it uses or fronts, and lays data as the copies start', async () => {
    expect(await doneFor(withMailer(2, { replicas: 2 }))).toEqual([
      'starts mailer-1',
      'starts mailer-2',
      'starts mailer-balancer in front of mailer-1, mailer-2',
      'does app-setup',
      'starts app-1',
      'starts app-2',
      'starts nginx in front of app-1, app-2',
    ]);
  });

  test('nothing anew that would be started just so again; data are laid all the same', async () => {
    expect(await doneFor(topology({ replicas: 2 }), topology({ replicas: 2 }))).toEqual(['does app-setup']);
  });

  test('what is missing, and ends what is too many', async () => {
    expect(await doneFor(topology(), topology({ replicas: 2 }))).toEqual([
      'does app-setup',
      'starts app-2',
      'starts nginx in front of app-1, app-2',
    ]);
    expect(await doneFor(topology())).toEqual(['ends app-2', 'ends nginx', 'does app-setup']);
  });

  test('what has other settings in place of what was there, once that has ended', async () => {
    const other = topology({ app: { queryCostMs: 5 } });
    expect(await doneFor(topology(), other)).toEqual(['ends app-1', 'does app-setup', 'starts app-1']);
  });

  test('anew what may remember something, with what is told where it is', async () => {
    const wanted = withMailer(1, { replicas: 2 });
    const done = await doneFor(wanted, wanted);
    expect(done.slice(0, 4)).toEqual(['ends mailer-1', 'ends app-1', 'ends app-2', 'ends nginx']);
    expect(await doneFor(topology(), topology({ freshData: true }))).toContain('ends app-1');
  });

  test('all anew where something has died', async () => {
    const copies = await runner.deploy(topology({ replicas: 2 }), signal);
    copies.ofService('app')[0]?.handle.die('fell over');
    expect(await doneFor(topology({ replicas: 2 }))).toEqual([
      'ends app-2',
      'ends nginx',
      'does app-setup',
      'starts app-1',
      'starts app-2',
      'starts nginx in front of app-1, app-2',
    ]);
  });

  describe('where balancers are kept', () => {
    beforeEach(() => openRunner(true));

    test('tells them of others, unless there is nothing new', async () => {
      expect(await doneFor(topology({ replicas: 2 }), topology({ replicas: 3 }))).toEqual([
        'does app-setup',
        'starts app-3',
        'tells nginx in front of app-1, app-2, app-3',
      ]);
      expect(await doneFor(topology({ replicas: 3 }))).toEqual(['does app-setup']);
    });

    test('has that of what is tested stand idle as long as nothing needs it, and no other', async () => {
      await doneFor(withMailer(2, { replicas: 2 }));
      expect(await doneFor(topology())).not.toContain('ends nginx');
      expect(host.there).toEqual(['postgres', 'redis', 'nginx', 'app-1']);
      expect(await doneFor(topology({ replicas: 2 }))).toContain('tells nginx in front of app-1, app-2');
    });
  });
});

describe('where it cannot', () => {
  test('leaves nothing but the stores, and throws what went wrong first', async () => {
    await runner.deploy(topology({ replicas: 2 }), signal);
    host.broken = 'app-3';
    await expect(runner.deploy(topology({ replicas: 3 }), signal)).rejects.toThrow('app-3 does not start.');
    expect(host.there).toEqual(['postgres', 'redis']);
    host.broken = undefined;
    expect(await doneFor(topology())).toEqual(['does app-setup', 'starts app-1']);
  });

  test('leaves what is deployed as it is where that was known before', async () => {
    await runner.deploy(topology(), signal);
    host.broken = 'nginx';
    await expect(runner.deploy(topology({ replicas: 2 }), signal)).rejects.toThrow('There is no nginx.');
    expect(host.there).toEqual(['postgres', 'redis', 'app-1']);
    host.broken = undefined;
    expect(await doneFor(topology())).toEqual(['does app-setup']);
  });

  test('throws that a store has ended, and begins nothing; what uses none is deployed', async () => {
    runner.stores[0]?.handle.die('fell over');
    await expect(runner.deploy(topology(), signal)).rejects.toThrow('It fell over.');
    expect(host.done()).toEqual([]);
    const target = { ...plainTarget, kind: 'command', command: 'serve', folder: '/', port: undefined } as const;
    expect(await doneFor(target)).toEqual(['starts target-1']);
  });

  test.each([
    ['pooler', withPooler()],
    ['postgres-link', { ...topology(), links: ['postgres'] }],
  ])('throws that the %s has ended, and not what could not reach the database without it', async (name, wanted) => {
    [host.broken, host.dying] = ['app-1', name];
    await expect(runner.deploy(wanted, signal)).rejects.toThrow('It fell over.');
    expect(host.there).toEqual(['postgres', 'redis']);
  });

  test('throws what went wrong first where what was started cannot be ended either', async () => {
    [host.broken, host.lasting] = ['nginx', 'app-1'];
    host.check = () => Promise.resolve();
    await expect(runner.deploy(topology({ replicas: 2 }), signal)).rejects.toThrow('nginx does not start.');
  });

  test('throws what went wrong itself where something has ended without which it works', async () => {
    [host.broken, host.dying] = ['app-1', 'mailer-1'];
    await expect(runner.deploy(withMailer(1), signal)).rejects.toThrow('app-1 does not start.');
  });

  test('heeds a signal, and leaves nothing', async () => {
    const reason = new Error('enough');
    await expect(runner.deploy(topology(), AbortSignal.abort(reason))).rejects.toBe(reason);
    expect(host.there).toEqual(['postgres', 'redis']);
  });
});

describe('once something was done to it', () => {
  test('stores go on or run again, and all else is started anew', async () => {
    const ofPostgres = { ...one, service: 'postgres' };
    const kill: ResolvedAct = { ...ofPostgres, kind: 'kill', restart: undefined };
    const pause: ResolvedAct = { ...ofPostgres, service: 'redis', kind: 'pause', lastsMs: undefined };
    await act(topology(), kill, pause);
    expect(await doneFor(topology())).toEqual([
      'starts postgres again',
      'ends app-1',
      'does app-setup',
      'starts app-1',
    ]);
    expect(runner.stores.map(({ handle }) => [handle.end, handle.isPaused])).toEqual([
      [undefined, false],
      [undefined, false],
    ]);
  });

  test('a balancer is told of copies that come, before those that are too many leave', async () => {
    const scale = (to: number): ResolvedAct => ({ ...app, kind: 'scale', to });
    expect(await act(topology({ replicas: 2, acts: [scale(3)] }), scale(3), scale(1))).toEqual([
      'starts app-3',
      'tells nginx in front of app-1, app-2, app-3',
      'tells nginx in front of app-1',
      'retires app-2',
      'retires app-3',
    ]);
  });

  test('one that stood still is told what it has missed, and no other of anything that is at its place again', async () => {
    const nginx = { ...one, service: 'nginx' };
    const pause: ResolvedAct = { ...nginx, kind: 'pause', lastsMs: undefined };
    const resume: ResolvedAct = { ...nginx, kind: 'resume' };
    const restart: ResolvedAct = { ...one, kind: 'restart', graceMs: 0 };
    expect(await act(topology({ replicas: 2 }), restart)).toEqual(['starts app-1 again']);
    expect(await act(topology({ replicas: 2 }), pause, { ...app, kind: 'scale', to: 3 }, resume)).toEqual([
      'starts app-3',
      'tells nginx in front of app-1, app-2, app-3',
    ]);
  });

  test('a copy that has ended is named to whoever wants something done to it', async () => {
    const kill: ResolvedAct = { ...one, kind: 'kill', restart: undefined };
    await expect(act(topology(), kill, kill)).rejects.toThrow('app-1 does not run.');
    await expect(act(topology(), { ...kill, copies: [4] })).rejects.toThrow('app-4 does not run.');
  });
});
