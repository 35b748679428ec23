import { describe, expect, it, test } from 'vitest';
import { balancedBy } from '../../../model/system.ts';
import { withMailer } from '../../../../test/conformance/services.ts';
import { topology } from '../../../../test/conformance/topology.ts';
import { balancerOf, storesOf, testedOf } from '../../../services/system.ts';
import { runNames } from '../testing/run-names.ts';
import { type Neighbours, neighboursIn } from './place.ts';
import type { Manifest } from './plain.ts';
import { preparationManifest } from './preparation.ts';
import { systemManifests } from './system.ts';
import { workloadOf } from './workload.ts';

const s = runNames();
type Change = Parameters<typeof topology>[0];
const called = ({ kind, metadata }: Manifest): string => `${kind} ${metadata?.name}`;
const objectsOf = (change: Change, workers?: number): readonly string[] =>
  systemManifests(s, topology(change), workers).map(called);
/** Of a system in which nothing but the stores is at these addresses. */
const neighbours = (...hosts: readonly string[]): Neighbours => ({
  ...neighboursIn(s, s.stores, { hostOf: ({ name }) => name, copiesOf: () => [] }),
  copiesOf: () => hosts.map((host) => ({ host, port: 3000 })),
});

describe('a system', () => {
  it('is created from its namespace to its application', () => {
    expect(objectsOf({ balancer: undefined })).toEqual([
      'Namespace scale-lab-a-run',
      'ConfigMap postgres',
      'Secret postgres',
      'Service postgres',
      'Deployment postgres',
      'Secret redis',
      'Service redis',
      'Deployment redis',
      'Secret app',
      'Job app-setup',
      'Service app',
      'Service app-pods',
      'Deployment app',
    ]);
  });

  it('has links where it is to have them: the app is told of them, and nobody connects through them to see whether they are ready', () => {
    const manifests = systemManifests(s, { ...topology(), links: ['postgres'] });
    expect(manifests.map(called).filter((object) => object.includes('link'))).toEqual([
      'Service postgres-link',
      'Deployment postgres-link',
    ]);
    const text = JSON.stringify(manifests);
    expect(text).toContain('"args":["link.mjs","postgres=9000:postgres:5432"]');
    expect(text).toContain('"readinessProbe":{"tcpSocket":{"port":9001}');
    expect(text).toMatch(/"DATABASE_URL":"[^"]*@postgres-link:9000\/postgres"/);
  });

  it('has what runs beside the application, before it, and no balancer for that: its Service deals requests out', () => {
    const objects = systemManifests(s, withMailer(2)).map(called);
    const beside = objects.filter((object) => object.includes('mailer'));
    expect(beside).toEqual(['Secret mailer', 'Service mailer', 'Service mailer-pods', 'Deployment mailer']);
    expect(objects.indexOf('Deployment mailer')).toBeLessThan(objects.indexOf('Job app-setup'));
  });

  it('has no Redis, nor a password for one, where none is wanted', () => {
    const cacheless = runNames({ stores: storesOf([{ ...topology(), hasRedis: false }]) });
    const manifests = systemManifests(cacheless, topology());
    const names = manifests.map(({ metadata }) => metadata?.name);
    expect(names).toContain('postgres');
    expect(names).not.toContain('redis');
    expect(JSON.stringify(manifests)).not.toContain('password-of-redis');
  });

  it('has nginx where a balancer is named for several replicas, and otherwise the Service alone', () => {
    expect(objectsOf({ replicas: 3, balancer: balancedBy('ip-hash') })).toContain('Deployment nginx');
    expect(objectsOf({ replicas: 3, balancer: undefined })).not.toContain('Deployment nginx');
    expect(objectsOf({ replicas: 1, balancer: balancedBy('ip-hash') })).not.toContain('Deployment nginx');
  });

  it('has the Job of the load workers where there are to be any', () => {
    expect(objectsOf({})).not.toContain('Job load');
    expect(objectsOf({}, 4)).toContain('Job load');
  });
});

test('nginx has the configuration of the balancer, and is replaced where that is another one', () => {
  const wanted = topology({ replicas: 2, balancer: balancedBy('least-connections') });
  const balancer = balancerOf(wanted, { dealsRequests: true });
  if (balancer === undefined) throw new Error('there is no balancer');
  const balanced = (...hosts: readonly string[]) => workloadOf(s, balancer, neighbours(...hosts));
  const { config, deployments } = balanced('10.0.0.1', '10.0.0.2');
  const text = JSON.stringify(config);
  for (const part of ['least_conn;', 'server 10.0.0.1:3000;', 'server 10.0.0.2:3000;', 'listen 0.0.0.0:8080 ']) {
    expect(text).toContain(part);
  }
  expect(balanced('10.0.0.1', '10.0.0.2').deployments).toEqual(deployments);
  expect(balanced('10.0.0.1', '10.0.0.3').deployments).not.toEqual(deployments);
});

test('the data is laid once by the application itself, unless it may be tried again', () => {
  const laid = (change: Change, retries?: number) => {
    const tested = testedOf(topology(change));
    if (tested.prepare === undefined) throw new Error('nothing is prepared');
    return preparationManifest(s, tested, tested.prepare, neighbours(), retries).spec;
  };
  const once = laid({ data: { users: 7, todos: 70 } });
  expect(once).toMatchObject({ backoffLimit: 0, template: { spec: { restartPolicy: 'Never' } } });
  const [container] = once?.template.spec?.containers ?? [];
  expect(container?.args).toEqual(['target-app.mjs', 'migrate', 'seed', 'flush']);
  expect(container?.env).toContainEqual({ name: 'SEED_TODOS', value: '70' });
  expect(laid({}, 10)?.backoffLimit).toBe(10);
});
