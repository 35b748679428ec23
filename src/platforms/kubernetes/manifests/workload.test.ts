import { describe, expect, it, test } from 'vitest';
import { withMailer } from '../../../../test/conformance/services.ts';
import { plainTarget, topology } from '../../../../test/conformance/topology.ts';
import type { ImageSystem, OwnUse } from '../../../model/system.ts';
import { deployedOf, testedOf } from '../../../services/system.ts';
import { readSettings } from '../../../target-app/settings.ts';
import { runNames } from '../testing/run-names.ts';
import { testedIn, workloadIn } from '../testing/workloads.ts';
import { objectsOf, workloadOf } from './workload.ts';

const s = runNames();
type Change = Parameters<typeof topology>[0];
const application = (change: Change = {}) => testedIn(topology(change));
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
const deployed = (change: Change = {}) => deploymentsOf(application(change));

function only<T>(things: readonly T[]): T {
  const [thing] = things;
  if (thing === undefined || things.length > 1) throw new Error(`${things.length} instead of one`);
  return thing;
}

/** What each Deployment's container is told: of the Secrets what they hold, and of the pod's name that it is that. */
function toldIn(workload: ReturnType<typeof workloadOf>): readonly Readonly<Record<string, string | undefined>>[] {
  const secrets = new Map(
    workload.config.flatMap((object) => ('stringData' in object ? [[object.metadata?.name, object.stringData]] : [])),
  );
  return deploymentsOf(workload).map(({ container }) =>
    Object.fromEntries(
      (container.env ?? []).map(({ name, value, valueFrom }) => {
        const { name: secret = '', key = '' } = valueFrom?.secretKeyRef ?? {};
        return [name, value ?? valueFrom?.fieldRef?.fieldPath ?? secrets.get(secret)?.[key]];
      }),
    ),
  );
}
const toldOf = (change: Change = {}) => only(toldIn(application(change)));

describe('its settings', () => {
  it('reach the application as they were meant, by its own reading', () => {
    const wanted: Change = { cache: { strategy: 'xfetch' }, app: { queryCostMs: 20 } };
    const found = only(deployed(wanted));
    expect(found.container.env).toEqual(
      expect.arrayContaining([
        { name: 'REPLICA_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
        { name: 'DATABASE_URL', valueFrom: { secretKeyRef: { name: 'app', key: 'DATABASE_URL' } } },
        { name: 'REDIS_URL', valueFrom: { secretKeyRef: { name: 'app', key: 'REDIS_URL' } } },
      ]),
    );
    expect(readSettings(toldOf(wanted))).toMatchObject({
      HOST: '0.0.0.0',
      PORT: 3000,
      CACHE_STRATEGY: 'xfetch',
      QUERY_COST_MS: 20,
      DATABASE_URL: 'postgres://scale_lab:password-of-postgres@postgres:5432/postgres',
      REDIS_URL: 'redis://:password-of-redis@redis:6379/0',
    });
  });

  it('have no Redis where it uses no cache', () => {
    const told = toldOf({ cache: { strategy: 'none' } });
    expect(told).toHaveProperty('DATABASE_URL');
    expect(readSettings(told)).not.toHaveProperty('REDIS_URL');
  });

  it('are those of one Deployment, unless one of several replicas is slow', () => {
    expect(deployed({ replicas: 3 })).toMatchObject([{ name: 'app', replicas: 3 }]);
    expect(deployed({ replicas: 1, slowReplicaMs: 50 })).toMatchObject([{ name: 'app', replicas: 1 }]);
    const slow = { replicas: 3, slowReplicaMs: 50, app: { queryCostMs: 20 } };
    expect(deployed(slow)).toMatchObject([
      { name: 'app', replicas: 2 },
      { name: 'app-3', replicas: 1 },
    ]);
    const told = toldIn(application(slow));
    expect(told.map(({ QUERY_COST_MS }) => QUERY_COST_MS)).toEqual(['20', '70']);
    expect(new Set(told.map(({ DATABASE_URL }) => DATABASE_URL)).size).toBe(1);
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
  it('is another one than the first, which pods say that they are of, with the kind of their image', () => {
    const { annotations } = only(deployed()).template.metadata ?? {};
    expect(annotations).toEqual({ 'scale-lab/version': '1', 'scale-lab/image': 'lab' });
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
      const graceMs = Number(toldOf({ rollout }).GRACE_MS);
      expect(graceMs).toBeGreaterThan(0);
      expect(pod?.terminationGracePeriodSeconds).toBeGreaterThan(3 + graceMs / 1000);
    }
  });

  it('is killed, and sent requests before it is ready, where that is asked for', () => {
    const { pod, container } = only(deployed({ rollout: { atMs: 0, shutdown: 'abrupt' } }));
    expect(Object.keys(container)).not.toEqual(expect.arrayContaining([expect.stringMatching(/Probe$|^lifecycle$/)]));
    expect(pod?.terminationGracePeriodSeconds).toBe(0);
    // The kubelet asks every program to end, and waits a moment: this one is not to use it.
    expect(toldOf({ rollout: { atMs: 0, shutdown: 'abrupt' } })).toMatchObject({
      GRACE_MS: '0',
      LINGER_MS: '0',
    });
    expect(toldOf()).toMatchObject({ GRACE_MS: '3000', LINGER_MS: '1000' });
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
    expect(container.args).toEqual(expect.arrayContaining(['postgres', 'hba_file=/etc/scale-lab/pg_hba.conf']));
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

describe('what runs beside the application', () => {
  const [mailer] = deployedOf(withMailer(2), { dealsRequests: true });
  if (mailer === undefined) throw new Error('nothing runs beside it');

  it('is one Deployment of as many pods as there are copies, which come and go gracefully', () => {
    const found = only(deploymentsOf(workloadIn(withMailer(2), mailer)));
    expect(found).toMatchObject({ name: 'mailer', replicas: 2 });
    expect(found.container).toMatchObject({
      image: 'scale-lab:test',
      args: ['target-app.mjs', 'notifier'],
      readinessProbe: { httpGet: { path: '/readyz', port: 3000 } },
    });
    expect(found.spec.strategy?.type).toBe('RollingUpdate');
  });

  it('is reached where it is said to be', () => {
    expect(only(toldIn(testedIn(withMailer(2)))).NOTIFIER_URL).toBe('http://mailer:3000');
    const [told] = toldIn(testedIn(withMailer(2), { mailer: '10.96.0.7' }));
    expect(told?.NOTIFIER_URL).toBe('http://10.96.0.7:3000');
  });

  it('may be a server of the user’s own: what that is told may be secret, and stands in its Secret alone', () => {
    const limits = { cpu: undefined, memoryBytes: undefined };
    const image = { ...plainTarget, kind: 'image', image: 'prices:1', args: undefined, port: 8080, limits } as const;
    const prices: OwnUse = {
      ...image,
      name: 'prices',
      variable: 'PRICES_URL',
      environment: { KEY: 'key-of-the-user' },
    };
    const system = { ...topology(), services: [prices] };
    const [beside] = deployedOf(system, { dealsRequests: true });
    if (beside === undefined) throw new Error('nothing runs beside it');
    const telling = objectsOf(workloadIn(system, beside)).filter((o) => JSON.stringify(o).includes('key-of-the-user'));
    expect(telling).toMatchObject([{ kind: 'Secret', metadata: { name: 'prices' } }]);
    expect(JSON.stringify(testedIn(system))).not.toContain('key-of-the-user');
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
