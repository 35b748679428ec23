import { describe, expect, it } from 'vitest';
import { only, scenario, workload } from './testing/files.ts';
import { faultsOf } from './testing/faults.ts';
import { describeSettings } from './words/words.ts';

const unlimited = { cpu: undefined, memoryBytes: undefined };

/** The services of each variant, by its name. */
function servicesIn(...lines: readonly string[]) {
  const { variants } = only(scenario(workload, ...lines));
  return Object.fromEntries(
    variants.map(({ name, system }) => [name, system.kind === 'url' ? undefined : system.services]),
  );
}

describe('services', () => {
  it('are entries of the catalogue, and servers of the user’s own', () => {
    const services = servicesIn(
      'services:',
      '  mailer: notifier',
      '  inbox: { command: node inbox.js, ready: /health, env: { LEVEL: 3 }, metrics: /metrics, as: INBOX, replicas: 3 }',
      '  price-list: { image: "prices:1", args: [serve], port: 80, limits: { cpu: 0.5, memory: 64MB } }',
      'variants: { v: }',
    );
    const own = { environment: {}, readyPath: undefined, readyLimitMs: 30_000, metricsPath: undefined, counters: {} };
    expect(services.v).toEqual([
      { kind: 'entry', name: 'mailer', entry: 'notifier', replicas: 1, limits: unlimited },
      {
        ...own,
        kind: 'command',
        name: 'inbox',
        command: 'node inbox.js',
        folder: '/',
        port: undefined,
        environment: { LEVEL: '3' },
        readyPath: '/health',
        metricsPath: '/metrics',
        replicas: 3,
        variable: 'INBOX',
        balancer: undefined,
        limits: unlimited,
      },
      {
        ...own,
        kind: 'image',
        name: 'price-list',
        image: 'prices:1',
        args: ['serve'],
        port: 80,
        replicas: 1,
        variable: 'PRICE_LIST_URL',
        balancer: undefined,
        limits: { cpu: 0.5, memoryBytes: 64 * 2 ** 20 },
      },
    ]);
  });

  it('of a variant are laid over those of its scenario: it adds some, changes them, and takes them away', () => {
    const services = servicesIn(
      'services:',
      '  mailer: { service: notifier, replicas: 2, limits: { cpu: 0.5 } }',
      '  prices: { command: node prices.js, env: { A: 1 }, as: SHOP }',
      'variants:',
      '  shared:',
      '  changed: { services: { mailer: { limits: { memory: 64MB } }, prices: { env: { B: 2 } } } }',
      '  replaced: { services: { mailer: notifier, prices: { image: prices } } }',
      '  added: { services: { stock: { command: node stock.js } } }',
      '  without: { services: { mailer: none, prices: none } }',
    );
    const told = Object.entries(services).map(([variant, uses = []]) => [
      variant,
      ...uses.map((use) => {
        const what = use.kind === 'entry' ? [use.entry] : [use.kind, use.variable, ...Object.keys(use.environment)];
        return [use.name, ...what, use.replicas, use.limits.cpu, use.limits.memoryBytes].join(' ').trim();
      }),
    ]);
    expect(told).toEqual([
      ['shared', 'mailer notifier 2 0.5', 'prices command SHOP A 1'],
      ['changed', `mailer notifier 2 0.5 ${64 * 2 ** 20}`, 'prices command SHOP A B 1'],
      ['replaced', 'mailer notifier 1', 'prices image PRICES_URL 1'],
      ['added', 'mailer notifier 2 0.5', 'prices command SHOP A 1', 'stock command STOCK_URL 1'],
      ['without'],
    ]);
  });

  it('run beside a target as well, and beside what its variants make of it', () => {
    const text = scenario(
      workload,
      'target: { command: node a.js }',
      'services: { prices: { command: node prices.js } }',
      'variants: { a: , b: { target: { command: node b.js } }, old: { target: { url: "http://127.0.0.1:8080" } } }',
    );
    const { target, variants } = only(text);
    expect(target).toMatchObject({ command: 'node a.js', services: [{ name: 'prices' }] });
    expect(variants.map(({ system }) => system)).toMatchObject([
      { command: 'node a.js', services: [{ name: 'prices' }] },
      { command: 'node b.js', services: [{ name: 'prices' }] },
      { url: 'http://127.0.0.1:8080' },
    ]);
  });

  it('are told by what they are, and not by what their variables hold', () => {
    const { variants } = only(
      scenario(
        workload,
        'services:',
        '  mailer: { service: notifier, replicas: 2, limits: { cpu: 0.5 } }',
        '  prices: { command: node prices.js, env: { TOKEN: secret }, as: SHOP }',
        'variants: { v: , one: { app: { pool: 2 }, services: { mailer: none, prices: { as: PRICES_URL } } }, none: { services: { mailer: none, prices: none } } }',
      ),
    );
    expect(variants.map(describeSettings)).toEqual([
      'beside mailer (notifier, 2 replicas, 0.5 CPU) and prices (command node prices.js, with TOKEN, as SHOP)',
      'pool of 2, beside prices (command node prices.js, with TOKEN)',
      'defaults',
    ]);
  });

  it('may have variables in what they are started with, which stay as they are written', () => {
    const prices =
      "prices: { image: 'prices:${TAG}', args: ['--t=${TOKEN}'], env: { T: '${TOKEN}' }, replicas: '${N}' }";
    const { variants } = only(scenario(workload, `services: { ${prices} }`), { TAG: '1', TOKEN: 's3cret', N: '2' });
    expect(variants[0]?.system).toMatchObject({
      services: [{ image: 'prices:${TAG}', args: ['--t=${TOKEN}'], environment: { T: '${TOKEN}' }, replicas: 2 }],
    });
    expect(faultsOf(`services: { ${prices} }`).map((fault) => fault.split(' | ')[0])).toEqual([
      '[${N}] the variable N is not set',
    ]);
    expect(faultsOf(`services: { ${prices.replace("'${N}'", '2')} }`).map((fault) => fault.split(' | ')[0])).toEqual([
      '[${TAG}] the variable TAG is not set',
      '[${TOKEN}] the variable TOKEN is not set',
      '[${TOKEN}] the variable TOKEN is not set',
    ]);
  });
});

describe('a service is refused', () => {
  it('is missed where the app notifies by it, and it is not there', () => {
    expect(faultsOf('app: { notifications: rabbitmq }', 'services: { mailer: notifier }')).toEqual([
      '[rabbitmq] the app notifies by rabbitmq, and there is none beside it | write services: { broker: rabbitmq }',
    ]);
    expect(servicesIn('app: { notifications: rabbitmq }', 'services: { bus: rabbitmq }')).toMatchObject({
      default: [{ name: 'bus', entry: 'rabbitmq' }],
    });
  });

  it('is no remedy for an app that sends mails by itself, and keeps them in an outbox', () => {
    const told = faultsOf('app: { notifications: { by: in-process, order: outbox } }');
    expect(told).toEqual([
      expect.stringMatching(/^\[\{ by: in-process, order: outbox \}\] an app that sends mails by itself/),
    ]);
    expect(faultsOf('app: { notifications: { by: in-process, order: tell-first } }')).toEqual(['[] no problem']);
  });

  it('is not asked for acknowledgements where it is not Kafka that gives them', () => {
    expect(faultsOf('app: { notifications: { acks: none } }')).toEqual([
      '[{ acks: none }] acks: none is for Kafka, and the app notifies by http | write by: kafka, or leave acks out',
    ]);
    expect(faultsOf('app: { notifications: { by: kafka, acks: none } }', 'services: { log: kafka }')).toEqual([
      '[] no problem',
    ]);
  });

  it('is missed where the app is sharded, and there is none for it', () => {
    expect(faultsOf('app: { sharding: modulo }')).toEqual([
      '[modulo] the app is sharded by modulo, and there is no shard beside it | write services: { shard-a: shard, shard-b: shard }',
    ]);
    expect(servicesIn('app: { sharding: modulo }', 'services: { north: shard, south: shard }')).toMatchObject({
      default: [
        { name: 'north', entry: 'shard' },
        { name: 'south', entry: 'shard' },
      ],
    });
  });

  it('does not go with shards where it needs all data in one place', () => {
    const shards = 'services: { north: shard, south: shard }';
    const hint = 'leave one of them out: only users and their todos are in shards';
    expect(faultsOf('app: { sharding: modulo, graphql: loader }', shards)).toEqual([
      `[loader] the app is sharded by modulo, and that does not go with graphql: loader | ${hint}`,
    ]);
    expect(faultsOf('app: { sharding: modulo, notifications: in-process }', shards)).toEqual([
      `[in-process] the app is sharded by modulo, and that does not go with notifications: in-process | ${hint}`,
    ]);
    expect(faultsOf('app: { sharding: modulo }', 'services: { north: shard, mailer: notifier }')).toEqual([
      `[modulo] the app is sharded by modulo, and that does not go with the service notifier | ${hint}`,
    ]);
  });

  it('is missed where the app reads from it, and it is not there', () => {
    const variants = 'variants: { v: { services: { copy: standby } }, w: { app: { reads: primary } }, x: }';
    expect(faultsOf('app: { reads: anywhere }', variants)).toEqual([
      '[anywhere] the app reads anywhere, and there is no standby beside it | write services: { standby: standby }',
    ]);
  });

  it('with an act that it cannot have: others are told where each copy is, once and for all', () => {
    const services = 'services: { copies: { service: standby, replicas: 2 } }';
    const acts = (act: string) => faultsOf(services, `acts: [{ at: 1s, ${act} }]`);
    expect(acts('scale: { copies: 3 }')).toEqual([
      '[{ copies: 3 }] what is tested is told where each copies is when it starts, and hears of no other | write replicas: 3 below services, and leave this out',
    ]);
    expect(acts('cut-link: { from: app, to: copies }, how: reset')).toEqual([
      expect.stringContaining('there is no link from app to copies'),
    ]);
    expect(acts('kill: copies-2')).toEqual(['[] no problem']);
  });

  it('that the catalogue does not have', () => {
    expect(faultsOf('services: { mailer: notifer, inbox: { service: mail }, other: 3 }')).toEqual([
      '[notifer] the service "notifer" is not known | did you mean "notifier"? There are: kafka, notifier, pgbouncer, projector, rabbitmq, shard, standby, none',
      '[mail] the service "mail" is not known | there are: kafka, notifier, pgbouncer, projector, rabbitmq, shard, standby',
      '[3] the service must be a word | there are: kafka, notifier, pgbouncer, projector, rabbitmq, shard, standby, none',
    ]);
  });

  it('that is nothing, or two things, or has keys that it cannot have', () => {
    expect(
      faultsOf(
        'services:',
        '  a: { replicas: 2 }',
        '  b: { command: x, image: y }',
        '  c: { service: notifier, as: C_URL }',
        '  d: { command: x, limits: { cpu: 1 } }',
        '  e: { url: "http://127.0.0.1" }',
        '  f: { command: x, counters: { cache_hits_total: hits } }',
      ),
    ).toEqual([
      '[{ replicas: 2 }] "a" names no service | give it a service of the catalogue (kafka, notifier, pgbouncer, projector, rabbitmq, shard, standby), a command, or an image',
      '[image] a service has one of command and image, not both',
      '[as] a service of the catalogue has no "as" | its keys are: service, replicas, limits',
      '[limits] a service that is a command has no "limits" | its keys are: command, as, replicas, port, env, ready, ready-limit, metrics, counters',
      expect.stringMatching(/^\[url\] the service has no key "url" \| there are: service, /),
      '[counters] counters are read where metrics says | write metrics: /metrics, the path of its Prometheus endpoint',
    ]);
  });

  it.each([
    ['app', '"app" is a name of the lab\'s own'],
    ['target', '"target" is a name of the lab\'s own'],
    ['postgres', '"postgres" is a name of the lab\'s own'],
    ['load-worker', '"load-worker" is a name of the lab\'s own'],
    ['mailer-balancer', '"mailer-balancer" is a name of the lab\'s own'],
    ['mailer-link', '"mailer-link" is a name of the lab\'s own'],
    ['mailer-pods', '"mailer-pods" is a name of the lab\'s own'],
    ['front', '"front" is a name of the lab\'s own'],
    ['mailer-2', '"mailer-2" is what a copy would be called'],
    ['Mailer', '"Mailer" is not the name of a service'],
    ['mailer-', '"mailer-" is not the name of a service'],
    ['a'.repeat(32), `"${'a'.repeat(32)}" is not the name of a service`],
  ])('that is called %s', (name, sentence) => {
    const [fault, ...others] = faultsOf(`services: { ${name}: notifier }`);
    expect(fault?.split(' | ')[0]).toBe(`[${name}] ${sentence}`);
    expect(others).toEqual([]);
  });

  it('that is taken away where there is none', () => {
    const hint = 'a variant takes away what its scenario has: leave it out';
    expect(faultsOf('services: { mailer: none }', 'variants: { v: { services: { other: none } } }')).toEqual([
      `[none] there is no service "mailer" to take away | ${hint}`,
      `[none] there is no service "other" to take away | ${hint}`,
    ]);
  });

  it('with as many copies as it cannot have', () => {
    expect(
      faultsOf('services: { a: { service: notifier, replicas: 11 }, b: { command: x, port: 80, replicas: 2 } }'),
    ).toEqual([
      expect.stringContaining('[11] the number of replicas must be at most 10'),
      '[port] 2 copies of a command cannot all listen on port 80 | leave port out: each finds its own in the variable PORT, or where {port} is in the command',
    ]);
  });

  it('whose variable is set already, or whose port is taken', () => {
    expect(
      faultsOf(
        'target: { command: a, port: 3000, env: { PRICES_URL: x } }',
        'services:',
        '  prices: { command: b }',
        '  mailer: notifier',
        '  inbox: { command: c, as: NOTIFIER_URL, port: 3000 }',
        '  port: { command: d, as: PORT }',
      ),
    ).toEqual([
      '[prices] "prices" sets PRICES_URL, and the env of its target does so already | call it otherwise by as',
      '[NOTIFIER_URL] "inbox" sets NOTIFIER_URL, and mailer does so already | call it otherwise by as',
      '[3000] "inbox" and its target cannot both listen on port 3000 | leave port out: each finds its own in the variable PORT',
      '[PORT] the lab sets PORT | write as: PRICES_URL',
    ]);
    expect(faultsOf('services: { a: notifier }', 'variants: { v: { services: { b: notifier } }, w: }')).toEqual([
      '[b] "b" sets NOTIFIER_URL, and a does so already | leave one of them out',
    ]);
    expect(faultsOf('services: { db: { command: a, as: DATABASE_URL }, pool: { command: b, as: POOL_SIZE } }')).toEqual(
      [
        '[DATABASE_URL] "db" sets DATABASE_URL, and postgres does so already | call it otherwise by as',
        '[POOL_SIZE] "pool" sets POOL_SIZE, and the lab does so already | call it otherwise by as',
      ],
    );
  });

  it('that uses another one, where that is not there', () => {
    const services = 'services: { pooler: pgbouncer }';
    expect(faultsOf('target: { command: node a.js }', services)).toEqual([
      '[pooler] "pooler" uses postgres, which is not there | leave it out: only the reference app has postgres beside it',
    ]);
    expect(faultsOf(services)).toEqual(['[] no problem']);
  });

  it('beside a target that runs already', () => {
    const target = 'target: { url: "http://127.0.0.1:8080" }';
    const services = 'services: { mailer: notifier }';
    expect(faultsOf(target, services)).toEqual([
      '[services] a scenario of targets has no "services" | they run already: the lab starts nothing of them',
    ]);
    expect(faultsOf(`variants: { v: { ${target}, ${services} }, app: }`)).toEqual([
      '[services] a variant with a target has no "services" | a target runs already: the lab changes nothing of it',
    ]);
  });

  it('once, and what is done to it is not refused besides', () => {
    const acts = 'acts: [{ at: 1s, kill: mailer }]';
    const claim = 'expect: ["memory_end(service=mailer-1) < 1GB"]';
    expect(faultsOf('services: { mailer: notifer }', acts, claim)).toEqual([
      expect.stringContaining('the service "notifer" is not known'),
    ]);
  });
});

describe('a claim', () => {
  it('may be about a copy of a service, where the variant has it', () => {
    const variants = 'variants: { alone: , notified: { services: { mailer: { service: notifier, replicas: 2 } } } }';
    const claim = (text: string) => faultsOf(variants, `expect: ['${text}']`);
    expect(claim('memory_end(notified, service=mailer-2) < 1GB')).toEqual(['[] no problem']);
    expect(claim('memory_end(alone, service=mailer-2) < 1GB')).toEqual([
      expect.stringContaining('[mailer-2] the service "mailer-2" is not known'),
    ]);
  });
});
