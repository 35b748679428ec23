import { describe, expect, it } from 'vitest';
import { UsageError } from '../errors.ts';
import { planOf } from './expand.ts';
import type { Plan } from './plan.ts';
import { checkReach, checkRemote, isPrivateAddress, type Lookup } from './remote-check.ts';
import { parsed, scenario, workload } from './testing/files.ts';

const names: Readonly<Record<string, readonly string[]>> = {
  'mine.example': ['10.0.0.7', 'fd00::7'],
  'half.example': ['10.0.0.7', '192.0.2.7'],
  'theirs.example': ['192.0.2.7'],
  'nowhere.example': [],
  intranet: ['192.168.1.1'],
};

const lookup: Lookup = async (name) =>
  Promise.resolve(names[name] ?? Promise.reject(new Error(`getaddrinfo ENOTFOUND ${name}`)));

describe('isPrivateAddress', () => {
  it.each([
    '127.0.0.1',
    '127.9.9.9',
    '2130706433',
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '169.254.1.1',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.0.1',
    '[::1]',
    '[::]',
    '[fd00::1]',
    '[fe80::1]',
    '[::ffff:10.0.0.1]',
    'localhost',
    'LocalHost',
    'localhost.',
    'app.localhost',
    'intranet',
    'mine.example',
  ])('%s', async (host) => expect(await isPrivateAddress(`http://${host}:8080/api`, lookup)).toBe(true));

  it.each([
    '8.8.8.8',
    '100.128.0.1',
    '172.32.0.1',
    '192.0.2.1',
    '11.0.0.1',
    '[2001:db8::1]',
    '[::ffff:8.8.8.8]',
    'theirs.example',
    'half.example',
    'nowhere.example',
  ])('not %s', async (host) => expect(await isPrivateAddress(`https://${host}`, lookup)).toBe(false));

  it('does not take what only sounds like it', async () => {
    await expect(isPrivateAddress('http://localhost.example', lookup)).rejects.toThrow('ENOTFOUND');
    await expect(isPrivateAddress('http://notlocalhost', lookup)).rejects.toThrow('ENOTFOUND');
  });
});

/** The plan of a scenario with the reference app, and a target at each of those hosts. */
function planFor(...hosts: readonly string[]): Plan {
  const variants = hosts.map((host, index) => `v${index}: { target: { url: "http://${host}" } }`);
  const lines = [workload, `variants: { ${['reference: {}', ...variants].join(', ')} }`];
  return planOf(parsed(scenario(...lines)), ['s'], {}, 1);
}

describe('checkRemote', () => {
  it('lets pass what is near, and everything where that is allowed', async () => {
    await expect(checkRemote(planFor('127.0.0.1', 'mine.example'), false, lookup)).resolves.toBeUndefined();
    await expect(checkRemote(planFor('8.8.8.8', 'unknown.example'), true, lookup)).resolves.toBeUndefined();
  });

  it('names the address that is not', async () => {
    const refused: unknown = await checkRemote(planFor('127.0.0.1', '8.8.8.8'), false, lookup).catch((e: unknown) => e);
    expect(refused).toBeInstanceOf(UsageError);
    expect(refused).toMatchObject({
      message: 'The target of the scenario "s", http://8.8.8.8, is neither on this machine nor in a private network.',
      hint: 'If you may put load on it, use --allow-remote.',
    });
  });

  it('says what cannot be found', async () => {
    await expect(checkRemote(planFor('unknown.example'), false, lookup)).rejects.toMatchObject({
      exitCode: 4,
      message: 'The target http://unknown.example cannot be found: getaddrinfo ENOTFOUND unknown.example.',
    });
  });
});

describe('checkReach', () => {
  const docker = { name: 'docker', reachesUrls: false };

  it('lets pass what the platform reaches', () => {
    expect(() => checkReach(planFor(), docker)).not.toThrow();
    expect(() => checkReach(planFor('127.0.0.1'), { name: 'local', reachesUrls: true })).not.toThrow();
  });

  it('refuses a target elsewhere', () => {
    expect(() => checkReach(planFor('127.0.0.1'), docker)).toThrow(
      'The scenario "s" has a target, which load workers of the platform docker do not reach.',
    );
  });
});
