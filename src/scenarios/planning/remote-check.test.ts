import { describe, expect, it } from 'vitest';
import { UsageError } from '../../model/errors.ts';
import type { Plan } from '../../model/plan.ts';
import { parsed, scenario, workload } from '../testing/files.ts';
import { planOf } from './expand.ts';
import { checkReach, checkRemote, type Lookup } from './remote-check.ts';

const names: Readonly<Record<string, readonly string[]>> = {
  'mine.example': ['10.0.0.7', 'fd00::7'],
  'half.example': ['10.0.0.7', '192.0.2.7'],
  'twice.example': ['10.0.0.7', '10.0.0.7'],
  'theirs.example': ['192.0.2.7'],
  'metadata.example': ['169.254.169.254'],
  'mapped.example': ['::ffff:169.254.169.254'],
  'half-metadata.example': ['10.0.0.7', 'fd00:ec2::254'],
  'nowhere.example': [],
  'printer.local': ['fe80::1%eth0', '192.168.1.7', 'fe80::2'],
  'link.local': ['fe80::1%eth0'],
  'half-link.example': ['fe80::1%eth0', '192.0.2.7'],
  'half-old-link.example': ['10.0.0.7', '169.254.1.1'],
  intranet: ['192.168.1.1'],
};

const lookup: Lookup = async (name) =>
  Promise.resolve(names[name] ?? Promise.reject(new Error(`getaddrinfo ENOTFOUND ${name}`)));

/** The plan of a scenario with the reference app, and a target at each of those hosts. */
function planFor(...hosts: readonly string[]): Plan {
  const variants = hosts.map((host, index) => `v${index}: { target: { url: "http://${host}" } }`);
  const lines = [workload, `variants: { ${['reference: {}', ...variants].join(', ')} }`];
  return planOf(parsed(scenario(...lines)), ['s'], {}, 1);
}

/** Where the target at a host is found to be. */
async function found(host: string, allowRemote = false): Promise<readonly string[] | undefined> {
  return (await checkRemote(planFor(host), allowRemote, lookup)).get(`http://${host}`);
}

describe('checkRemote', () => {
  it.each([
    ['127.0.0.1', ['127.0.0.1']],
    ['127.9.9.9', ['127.9.9.9']],
    ['0.0.0.0', ['0.0.0.0']],
    ['10.1.2.3', ['10.1.2.3']],
    ['100.64.0.1', ['100.64.0.1']],
    ['172.16.0.1', ['172.16.0.1']],
    ['172.31.255.255', ['172.31.255.255']],
    ['192.168.0.1', ['192.168.0.1']],
    ['[::1]', ['::1']],
    ['[::]', ['::']],
    ['[fd00::1]', ['fd00::1']],
    ['[::ffff:a00:1]', ['::ffff:a00:1']],
    ['localhost', ['::1', '127.0.0.1']],
    ['localhost.', ['::1', '127.0.0.1']],
    ['app.localhost', ['::1', '127.0.0.1']],
    ['intranet', ['192.168.1.1']],
    ['mine.example', ['10.0.0.7', 'fd00::7']],
    ['twice.example', ['10.0.0.7']],
    ['printer.local', ['192.168.1.7']],
  ])('finds %s near, at %j', async (host, addresses) => expect(await found(host)).toEqual(addresses));

  it.each([
    '8.8.8.8',
    '100.128.0.1',
    '172.32.0.1',
    '192.0.2.1',
    '11.0.0.1',
    '[2001:db8::1]',
    '[::ffff:808:808]',
    '[64:ff9b::a9fe:a9fe]',
    'theirs.example',
    'half.example',
  ])('refuses %s, unless that is allowed', async (host) => {
    await expect(found(host)).rejects.toMatchObject({
      message: `The target of the scenario "s", http://${host}, is neither on this machine nor in a private network.`,
      hint: 'If you may put load on it, use --allow-remote.',
    });
    expect(await found(host, true)).toHaveLength(host === 'half.example' ? 2 : 1);
  });

  it.each([
    '169.254.169.254',
    '169.254.1.1',
    '[fe80::1]',
    '[fd00:ec2::254]',
    '[fd20:ce::254]',
    '100.100.100.200',
    '[::ffff:a9fe:a9fe]',
    'metadata.example',
    'mapped.example',
    'half-metadata.example',
    'link.local',
    'half-link.example',
    'half-old-link.example',
  ])('refuses %s, which is near but no network of one’s own', async (host) => {
    const refused: unknown = await found(host).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(UsageError);
    expect(refused).toMatchObject({
      message: `The target of the scenario "s", http://${host}, is a link-local address, or one where a cloud tells its machines their credentials.`,
      hint: 'If you may put load on it, use --allow-remote.',
    });
    expect(await found(host, true)).not.toHaveLength(0);
  });

  it('finds each target of a plan, and asks for a name once', async () => {
    const asked: string[] = [];
    const plan = planFor('127.0.0.1', 'mine.example', 'theirs.example', 'mine.example');
    const counting: Lookup = async (name) => {
      asked.push(name);
      return lookup(name);
    };
    expect(await checkRemote(plan, true, counting)).toEqual(
      new Map([
        ['http://127.0.0.1', ['127.0.0.1']],
        ['http://mine.example', ['10.0.0.7', 'fd00::7']],
        ['http://theirs.example', ['192.0.2.7']],
      ]),
    );
    expect(asked.sort()).toEqual(['mine.example', 'theirs.example']);
  });

  it.each(['localhost.example', 'notlocalhost', 'unknown.example'])('says that %s cannot be found', async (host) => {
    for (const allowRemote of [false, true]) {
      await expect(found(host, allowRemote)).rejects.toMatchObject({
        exitCode: 4,
        message: `The target http://${host} cannot be found: getaddrinfo ENOTFOUND ${host}.`,
      });
    }
  });

  it('says that a name without an address cannot be found', async () => {
    await expect(found('nowhere.example')).rejects.toThrow('no address is known for nowhere.example');
  });

  it('hides a name that is the value of a variable', async () => {
    const environment = { SHOP: 'unknown.example' };
    const file = parsed(scenario(workload, 'target: { url: "http://${SHOP}" }'), 'test.yaml', environment);
    await expect(checkRemote(planOf(file, ['s'], {}, 1), true, lookup, environment)).rejects.toThrow(
      'The target http://${SHOP} cannot be found: getaddrinfo ENOTFOUND http://${SHOP}.',
    );
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
