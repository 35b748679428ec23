import { describe, expect, it, test } from 'vitest';
import { balancedBy } from '../../../model/system.ts';
import { topology } from '../../../../test/conformance/topology.ts';
import { runNames } from '../testing/run-names.ts';
import { backendsSecret } from './backends.ts';
import { balancerManifests } from './balancer.ts';
import { setupManifest } from './setup.ts';
import { systemManifests } from './system.ts';

const s = runNames();
type Change = Parameters<typeof topology>[0];
const objectsOf = (change: Change, workers?: number): readonly string[] =>
  systemManifests(s, topology(change), workers).map(({ kind, metadata }) => `${kind} ${metadata?.name}`);

describe('a system', () => {
  it('is created from its namespace to its application', () => {
    expect(objectsOf({ balancer: undefined })).toEqual([
      'Namespace scale-lab-a-run',
      'Secret backends',
      'ConfigMap postgres',
      'Deployment postgres',
      'Service postgres',
      'Deployment redis',
      'Service redis',
      'Job setup',
      'ConfigMap app',
      'Service app',
      'Service app-pods',
      'Deployment app',
    ]);
  });

  it('has no Redis, nor a password for one, where none is wanted', () => {
    const cacheless = runNames({ passwords: { postgres: 'password-of-postgres', redis: undefined } });
    const { stringData = {} } = backendsSecret(cacheless);
    expect(Object.keys(stringData)).toEqual(['DATABASE_URL', 'POSTGRES_PASSWORD']);
    const names = systemManifests(cacheless, topology()).map(({ metadata }) => metadata?.name);
    expect(names).toContain('postgres');
    expect(names).not.toContain('redis');
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
  const balanced = (upstreams: readonly string[]) =>
    balancerManifests(s, topology({ replicas: 2, balancer: balancedBy('least-connections') }), upstreams);
  const [config, nginx] = balanced(['10.0.0.1:3000', '10.0.0.2:3000']);
  const text = JSON.stringify(config);
  for (const part of ['least_conn;', 'server 10.0.0.1:3000;', 'server 10.0.0.2:3000;', 'listen 8080 ']) {
    expect(text).toContain(part);
  }
  expect(balanced(['10.0.0.1:3000', '10.0.0.2:3000'])[1]).toEqual(nginx);
  expect(balanced(['10.0.0.1:3000', '10.0.0.3:3000'])[1]).not.toEqual(nginx);
});

test('the data is laid once by the application itself, unless it may be tried again', () => {
  const once = setupManifest(s, topology({ data: { users: 7, todos: 70 } }), 'setup-1').spec;
  expect(once).toMatchObject({ backoffLimit: 0, template: { spec: { restartPolicy: 'Never' } } });
  const [container] = once?.template.spec?.containers ?? [];
  expect(container?.args).toEqual(['target-app.mjs', 'migrate', 'seed', 'flush']);
  expect(container?.env).toContainEqual({ name: 'SEED_TODOS', value: '70' });
  expect(setupManifest(s, topology(), 'setup-1', 10).spec?.backoffLimit).toBe(10);
});
