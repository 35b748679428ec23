import { describe, expect, it } from 'vitest';
import { pause } from '../../machine/time-limit.ts';
import { LabError } from '../../model/errors.ts';
import { blaming, deathsOf, whileAnyRuns, type Mortal } from './deaths.ts';

const { signal } = new AbortController();

/** Something that runs until it is killed. */
function running(name: string): Mortal & { readonly kill: () => void } {
  let settle: (end: string) => void = () => undefined;
  const ended = new Promise<string>((resolve) => (settle = resolve));
  const handle = {
    ended,
    end: undefined as string | undefined,
    failure: async (what: string, cause?: unknown) => Promise.resolve(new LabError(`${name} ${what}.`, { cause })),
  };
  const kill = (): void => {
    handle.end = 'was killed by SIGKILL';
    settle(handle.end);
  };
  return { service: name, copy: name, handle, kill };
}

describe('what has ended', () => {
  it('is fatal where it is needed, or the last of the replicas', async () => {
    const [postgres, one, other] = [running('postgres'), running('app-1'), running('app-2')];
    const told = async (): Promise<readonly string[]> =>
      (await deathsOf({ needed: [postgres], replicas: [one, other] })).map(
        ({ copy, isFatal }) => `${copy}${isFatal ? ', fatal' : ''}`,
      );
    expect(await told()).toEqual([]);
    other.kill();
    expect(await told()).toEqual(['app-2']);
    one.kill();
    expect(await told()).toEqual(['app-1, fatal', 'app-2, fatal']);
    postgres.kill();
    expect(await told()).toEqual(['postgres, fatal', 'app-1, fatal', 'app-2, fatal']);
  });

  it('is not fatal where it runs beside what is tested, also the last of it', async () => {
    const [app, mailer, balancer] = [running('app-1'), running('mailer-1'), running('mailer-balancer')];
    mailer.kill();
    balancer.kill();
    const deaths = await deathsOf({ needed: [], replicas: [app], beside: [mailer, balancer] });
    expect(deaths.map(({ copy, isFatal }) => [copy, isFatal])).toEqual([
      ['mailer-1', false],
      ['mailer-balancer', false],
    ]);
  });

  it('is blamed in place of what came of it, also where the news of it comes later', async () => {
    const postgres = running('PostgreSQL');
    const refused = new LabError('app-setup exited with code 1.');
    const work = async (): Promise<never> => {
      setTimeout(postgres.kill, 20);
      return Promise.reject(refused);
    };
    await expect(blaming([postgres], signal, work)).rejects.toMatchObject({
      message: 'PostgreSQL was killed by SIGKILL.',
      cause: refused,
    });
    await expect(blaming([running('PostgreSQL')], signal, async () => Promise.reject(refused))).rejects.toBe(refused);
  });

  it('is blamed at once where it ended before: nothing is begun', async () => {
    const postgres = running('PostgreSQL');
    postgres.kill();
    const work = (): Promise<never> => expect.fail('it was begun');
    await expect(blaming([running('the agent'), postgres], signal, work)).rejects.toThrow('PostgreSQL was killed');
  });

  it('ends a wait for what only replicas can bring about, once none of them runs', async () => {
    const [one, other] = [running('app-1'), running('app-2')];
    const waiting = whileAnyRuns([one, other], signal, async (limited) => pause(60_000, limited));
    one.kill();
    setTimeout(other.kill, 20);
    await expect(waiting).rejects.toThrow('app-1 was killed by SIGKILL.');
    expect(await whileAnyRuns([running('app-1')], signal, async () => Promise.resolve('there'))).toBe('there');
  });

  it('does not stand in the way of who was told to stop', async () => {
    const reason = new Error('enough');
    const stop = AbortSignal.abort(reason);
    await expect(blaming([running('a')], stop, async () => Promise.reject(new Error('other')))).rejects.toBe(reason);
    await expect(whileAnyRuns([running('a')], stop, async (limited) => pause(60_000, limited))).rejects.toBe(reason);
  });
});
