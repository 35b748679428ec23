import { describe, expect, it, test } from 'vitest';
import { plainTarget, topology } from '../../../../test/conformance/topology.ts';
import type { ImageSystem } from '../../../model/system.ts';
import { testedOf } from '../../../services/system.ts';
import { readSettings } from '../../../target-app/settings.ts';
import { runNames } from '../testing/run-names.ts';
import { objectsOf, workloadOf } from './workload.ts';

const s = runNames();
type Change = Parameters<typeof topology>[0];
const application = (change: Change = {}, version = 1) => workloadOf(s, testedOf(topology(change)), { version });
const [postgres, redis] = s.stores;
if (postgres === undefined || redis === undefined) throw new Error('there are no stores');

/** The Deployments by name: how many replicas each has, and the pod that it makes. */
function deploymentsOf({ deployments }: ReturnType<typeof workloadOf>) {
  return deployments.map(({ metadata, spec }) => {
    const [container] = spec?.template.spec?.containers ?? [];
    if (!spec || !container) throw new Error('a Deployment without a container');
    const { template } = spec;
    return { name: metadata?.name, replicas: spec.replicas, spec, template, pod: template.spec, container };
  });
}
const deployed = (change: Change = {}, version = 1) => deploymentsOf(application(change, version));

function only<T>(things: readonly T[]): T {
  const [thing] = things;
  if (thing === undefined || things.length > 1) throw new Error(`${things.length} instead of one`);
  return thing;
}

/** What a container is told: of the Secrets what they hold, and of the pod's name that it is that. */
function toldOf({ container }: ReturnType<typeof deployed>[number]): Readonly<Record<string, string | undefined>> {
  const secrets = new Map(
    s.stores.flatMap((store) => {
      const secret = workloadOf(s, store).config.find(({ kind }) => kind === 'Secret');
      return secret !== undefined && 'stringData' in secret ? [[store.name, secret.stringData]] : [];
    }),
  );
  return Object.fromEntries(
    (container.env ?? []).map(({ name, value, valueFrom }) => {
      const { name: secret = '', key = '' } = valueFrom?.secretKeyRef ?? {};
      return [name, value ?? valueFrom?.fieldRef?.fieldPath ?? secrets.get(secret)?.[key]];
    }),
  );
}

describe('its settings', () => {
  it('reach the application as they were meant, by its own reading', () => {
    const wanted: Change = { cache: { strategy: 'xfetch' }, app: { queryCostMs: 20 } };
    const found = only(deployed(wanted));
    expect(found.container.env).toEqual(
      expect.arrayContaining([
        { name: 'REPLICA_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
        { name: 'DATABASE_URL', valueFrom: { secretKeyRef: { name: 'postgres', key: 'DATABASE_URL' } } },
        { name: 'REDIS_URL', valueFrom: { secretKeyRef: { name: 'redis', key: 'REDIS_URL' } } },
      ]),
    );
    expect(readSettings(toldOf(found))).toMatchObject({
      HOST: '0.0.0.0',
      PORT: 3000,
      CACHE_STRATEGY: 'xfetch',
      QUERY_COST_MS: 20,
      DATABASE_URL: 'postgres://scale_lab:password-of-postgres@postgres:5432/postgres',
      REDIS_URL: 'redis://:password-of-redis@redis:6379/0',
    });
  });

  it('have no Redis where it uses no cache', () => {
    const told = toldOf(only(deployed({ cache: { strategy: 'none' } })));
    expect(told).toHaveProperty('DATABASE_URL');
    expect(readSettings(told)).not.toHaveProperty('REDIS_URL');
  });

  it('are those of one Deployment, unless one of several replicas is slow', () => {
    expect(deployed({ replicas: 3 })).toMatchObject([{ name: 'app', replicas: 3 }]);
    expect(deployed({ replicas: 1, slowReplicaMs: 50 })).toMatchObject([{ name: 'app', replicas: 1 }]);
    const slow = deployed({ replicas: 3, slowReplicaMs: 50, app: { queryCostMs: 20 } });
    expect(slow).toMatchObject([
      { name: 'app', replicas: 2 },
      { name: 'app-3', replicas: 1 },
    ]);
    expect(slow.map((found) => toldOf(found).QUERY_COST_MS)).toEqual(['20', '70']);
  });
});

test('the Service and the headless one find the pods of all its Deployments', () => {
  const { services } = application({ replicas: 3, slowReplicaMs: 50 });
  const selector = { 'scale-lab.run': 'a-run', 'scale-lab.service': 'app' };
  expect(services.map(({ metadata, spec }) => [metadata?.name, spec?.clusterIP, spec?.selector])).toEqual([
    ['app', undefined, selector],
    ['app-pods', 'None', selector],
  ]);
  for (const { template } of deployed({ replicas: 3, slowReplicaMs: 50 })) {
    expect(template.metadata?.labels).toMatchObject(selector);
  }
});

describe('a new version', () => {
  it('is another template, and nothing else is other', () => {
    const [first, second] = [only(deployed({}, 1)), only(deployed({}, 2))];
    expect(first.template.metadata?.annotations).toEqual({ 'scale-lab/version': '1' });
    expect(second.template.metadata?.annotations).toEqual({ 'scale-lab/version': '2' });
    expect(second.pod).toEqual(first.pod);
    expect(application({}, 2).services).toEqual(application({}, 1).services);
  });

  it('takes the place of the old one replica by replica, with never one less', () => {
    expect(only(deployed()).spec).toMatchObject({
      minReadySeconds: 0,
      progressDeadlineSeconds: 60,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
    });
  });

  it('comes and goes gracefully unless told otherwise', () => {
    for (const rollout of [undefined, { atMs: 0, shutdown: 'graceful' }] as const) {
      const { pod, container } = only(deployed({ rollout }));
      expect(container).toMatchObject({
        startupProbe: { httpGet: { path: '/healthz', port: 3000 } },
        readinessProbe: { httpGet: { path: '/readyz', port: 3000 }, periodSeconds: 1 },
        livenessProbe: { httpGet: { path: '/healthz', port: 3000 } },
        lifecycle: { preStop: { exec: { command: ['sleep', '3'] } } },
      });
      // What it is given has to hold the wait and the application's own grace.
      const graceMs = Number(toldOf(only(deployed({ rollout }))).GRACE_MS);
      expect(graceMs).toBeGreaterThan(0);
      expect(pod?.terminationGracePeriodSeconds).toBeGreaterThan(3 + graceMs / 1000);
    }
  });

  it('is killed, and sent requests before it is ready, where that is asked for', () => {
    const { pod, container } = only(deployed({ rollout: { atMs: 0, shutdown: 'abrupt' } }));
    expect(Object.keys(container)).not.toEqual(expect.arrayContaining([expect.stringMatching(/Probe$|^lifecycle$/)]));
    expect(pod?.terminationGracePeriodSeconds).toBe(0);
    // The kubelet asks every program to end, and waits a moment: this one is not to use it.
    expect(toldOf(only(deployed({ rollout: { atMs: 0, shutdown: 'abrupt' } })))).toMatchObject({
      GRACE_MS: '0',
      LINGER_MS: '0',
    });
    expect(toldOf(only(deployed()))).toMatchObject({ GRACE_MS: '3000', LINGER_MS: '1000' });
  });
});

describe('what it may use', () => {
  it('asks for a little where it has no limit', () => {
    expect(only(deployed()).container.resources).toEqual({ requests: { cpu: '20m', memory: '128Mi' } });
  });

  it('asks for as much as its limits', () => {
    const { container } = only(deployed({ limits: { cpu: 0.25, memoryBytes: 268_435_456 } }));
    const limits = { cpu: '250m', memory: '268435456' };
    expect(container.resources).toEqual({ requests: limits, limits });
  });

  it('has a limit for one of the two', () => {
    const { container } = only(deployed({ limits: { cpu: 2, memoryBytes: undefined } }));
    expect(container.resources).toEqual({ requests: { cpu: '2000m', memory: '128Mi' }, limits: { cpu: '2000m' } });
  });
});

test('it is scaled by its CPU where that is asked for', () => {
  expect(application().autoscaler).toBeUndefined();
  expect(application({ autoscale: { cpu: 0.7, least: 2, most: 6 } }).autoscaler?.spec).toEqual({
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'app' },
    minReplicas: 2,
    maxReplicas: 6,
    metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } } }],
  });
});

test('a lab image that lies in no registry is not looked for in one', () => {
  expect(only(deployed()).container).toMatchObject({ image: 'scale-lab:test', imagePullPolicy: 'Never' });
});

describe('a store', () => {
  const [database, cache] = [workloadOf(s, postgres), workloadOf(s, redis)];

  it('is never there twice, and is asked only whether it listens', () => {
    for (const found of [database, cache].map((store) => only(deploymentsOf(store)))) {
      expect(found.spec.strategy).toEqual({ type: 'Recreate' });
      expect(found.container.readinessProbe).toHaveProperty('tcpSocket');
      expect(found.container).not.toHaveProperty('livenessProbe');
    }
  });

  it('starts as its image does, as a user whom the system knows', () => {
    const { container, pod } = only(deploymentsOf(database));
    expect(container.command).toEqual(['sh', '-c', expect.stringContaining('exec "$@"'), 'sh', 'docker-entrypoint.sh']);
    expect(container.args).toEqual(['postgres']);
    expect(container.volumeMounts).toContainEqual({
      name: 'passwd',
      mountPath: '/etc/passwd',
      subPath: 'passwd',
      readOnly: true,
    });
    expect(pod?.securityContext?.runAsUser).toBe(999);
    const [texts] = database.config;
    expect(texts).toMatchObject({
      kind: 'ConfigMap',
      data: { passwd: expect.stringContaining('postgres:x:999:999::/var/lib/postgresql:/bin/sh\n') as unknown },
    });
  });

  it('reads files with a password in them from its Secret, and there it finds nothing else', () => {
    const { container, pod } = only(deploymentsOf(cache));
    expect([container.command, container.args]).toEqual([['redis-server'], ['/etc/scale-lab/redis.conf']]);
    expect(container.volumeMounts).toContainEqual({ name: 'files', mountPath: '/etc/scale-lab', readOnly: true });
    const items = [{ key: 'redis.conf', path: 'redis.conf' }];
    expect(pod?.volumes).toContainEqual({ name: 'files', secret: { secretName: 'redis', items, defaultMode: 0o440 } });
    const [secret] = cache.config;
    expect(secret).toMatchObject({
      kind: 'Secret',
      stringData: { 'redis.conf': expect.stringContaining('requirepass password-of-redis\n') as unknown },
    });
  });
});

it('shares its process namespace where its processes are signalled, and only there', () => {
  const signalled = runNames({ signalled: ['postgres'] });
  const sharing = [postgres, redis].map(
    (store) => only(deploymentsOf(workloadOf(signalled, store))).pod?.shareProcessNamespace,
  );
  expect(sharing).toEqual([true, undefined]);
});

describe('a server of the user’s own', () => {
  const image = { ...plainTarget, kind: 'image', image: 'shop:1', args: undefined, port: 8080 } as const;
  const hosted = (change: Partial<ImageSystem> = {}) => workloadOf(s, testedOf({ ...image, ...change }));

  it('may write to its root, and is as its image is', () => {
    const { container, pod } = only(deploymentsOf(hosted()));
    expect(container).toMatchObject({ image: 'shop:1', imagePullPolicy: 'IfNotPresent', name: 'target' });
    expect(container.securityContext?.readOnlyRootFilesystem).toBe(false);
    for (const field of ['command', 'args', 'workingDir']) expect(container).not.toHaveProperty(field);
    expect(pod?.terminationGracePeriodSeconds).toBe(5);
  });

  it('is ready once it listens, or once a path says so', () => {
    expect(only(deploymentsOf(hosted())).container.readinessProbe).toMatchObject({ tcpSocket: { port: 8080 } });
    const asked = only(deploymentsOf(hosted({ readyPath: '/up' }))).container;
    expect(asked.readinessProbe).toMatchObject({ httpGet: { path: '/up', port: 8080 } });
    expect(asked).not.toHaveProperty('livenessProbe');
  });

  it('is told what may be secret by its Secret, and by nothing else', () => {
    const objects = objectsOf(hosted({ environment: { API_KEY: 'key-of-the-user' } }));
    const telling = objects.filter((object) => JSON.stringify(object).includes('key-of-the-user'));
    expect(telling).toMatchObject([{ kind: 'Secret', metadata: { name: 'target' } }]);
    expect(JSON.stringify(objects)).toContain('{"secretKeyRef":{"name":"target","key":"API_KEY"}}');
  });
});
