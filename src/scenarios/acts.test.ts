import { describe, expect, it } from 'vitest';
import { describeAct } from '../model/act-words.ts';
import { UsageError } from '../model/errors.ts';
import { planOf } from './planning/expand.ts';
import { only, parsed, problemsOf, scenario, workload } from './testing/files.ts';
import { describePlan } from './words/describe.ts';
import { describeSettings } from './words/words.ts';

const cached = 'app: { cache: aside }';

/** The acts of the one variant of a scenario with three replicas and a cache. */
function actsFrom(...acts: readonly string[]) {
  return only(withActs(...acts)).variants[0]?.acts;
}

function withActs(...acts: readonly string[]): string {
  return scenario(workload, cached, 'replicas: [3]', 'acts:', ...acts.map((act) => `  - ${act}`));
}

/** Each fault as "[what is underlined] its sentence". */
function faultsOf(text: string): readonly string[] {
  return problemsOf(text)
    .split('\n\n')
    .map((problem) => {
      const [head = '', source = '', underline = ''] = problem.split('\n');
      const place = source.slice(underline.indexOf('~'), underline.lastIndexOf('~') + 1);
      return `[${place}] ${head.replace(/^.*? error: /, '')}`;
    });
}

describe('acts', () => {
  it('are read in every spelling', () => {
    expect(
      actsFrom(
        '{ at: 1s, kill: app, restart: always }',
        '{ at: 1s, kill: app-2, restart: always, name: second }',
        '{ at: 2s, pause: postgres, for: 2s }',
        '{ at: 2s, pause: { app: 2 } }',
        '{ at: 3s, resume: app }',
        '{ at: 4s, restart: { app: all }, grace: 0s }',
        '{ at: 5s, flush: redis }',
        '{ at: 5s, scale: { app: 4 } }',
        '{ at: 6s, stop: { app: 1/3 }, grace: 1s }',
        '{ at: 7s, roll-out: app, shutdown: abrupt }',
        '{ at: 8s, kill: nginx }',
      ),
    ).toEqual([
      { kind: 'kill', name: 'kill-app', atMs: 1000, service: 'app', whom: { count: 1 }, restart: 'always' },
      { kind: 'kill', name: 'second', atMs: 1000, service: 'app', whom: { copy: 2 }, restart: 'always' },
      { kind: 'pause', name: 'pause-postgres', atMs: 2000, service: 'postgres', whom: { count: 1 }, lastsMs: 2000 },
      { kind: 'pause', name: 'pause-app', atMs: 2000, service: 'app', whom: { count: 2 }, lastsMs: undefined },
      { kind: 'resume', name: 'resume-app', atMs: 3000, service: 'app', whom: { all: true } },
      { kind: 'restart', name: 'restart-app', atMs: 4000, service: 'app', whom: { all: true }, graceMs: 0 },
      { kind: 'flush', name: 'flush-redis', atMs: 5000, service: 'redis' },
      { kind: 'scale', name: 'scale-app', atMs: 5000, service: 'app', to: 4 },
      { kind: 'stop', name: 'stop-app', atMs: 6000, service: 'app', whom: { share: 1 / 3 }, graceMs: 1000 },
      { kind: 'roll-out', name: 'roll-out-app', atMs: 7000, service: 'app', shutdown: 'abrupt' },
      { kind: 'kill', name: 'kill-nginx', atMs: 8000, service: 'nginx', whom: { count: 1 }, restart: undefined },
    ]);
  });

  it('are called after what they do, and each has a name of its own', () => {
    const names = actsFrom(
      '{ at: 1s, flush: redis }',
      '{ at: 2s, flush: redis }',
      '{ at: 3s, restart: app-2 }',
      '{ at: 4s, flush: redis, name: flush-redis-2 }',
    )?.map(({ name }) => name);
    expect(names).toEqual(['flush-redis', 'flush-redis-3', 'restart-app-2', 'flush-redis-2']);
  });

  it('of a variant take the place of those of its scenario, and so does its rollout', () => {
    const { variants } = only(
      scenario(
        workload,
        'replicas: [3]',
        'acts: [{ at: 5s, kill: app }]',
        'variants:',
        '  theirs:',
        '  own: { acts: [{ at: 1s, pause: postgres, for: 50ms }] }',
        '  none: { acts: [] }',
        '  short: { rollout: { at: 2s } }',
      ),
    );
    expect(variants.map(({ name, acts = [] }) => [name, ...acts.map((act) => act.name)])).toEqual([
      ['theirs', 'kill-app'],
      ['own', 'pause-postgres'],
      ['none'],
      ['short', 'roll-out-app'],
    ]);
    expect(variants.map(describeSettings)).toEqual([
      'kills one of app at 5 s',
      'pauses postgres at 1 s for 50 ms',
      'defaults',
      'rolls out at 2 s, graceful',
    ]);
    expect(variants[3]?.system).toMatchObject({ rollout: { atMs: 2000, shutdown: 'graceful' } });
  });
});

describe('acts on links', () => {
  const link = { service: 'postgres-link', from: 'app', to: 'postgres' } as const;
  const toPostgres = '{ from: app, to: postgres }';

  it('are read in every spelling', () => {
    const acts = actsFrom(
      `{ at: 1s, slow-link: ${toPostgres}, latency: 50ms, for: 2s }`,
      `{ at: 3s, slow-link: ${toPostgres}, jitter: 5ms, bandwidth: 1MB/s }`,
      `{ at: 4s, heal-link: ${toPostgres} }`,
      `{ at: 5s, cut-link: ${toPostgres}, for: 1s }`,
      `{ at: 7s, cut-link: ${toPostgres}, how: silent, name: silence }`,
    );
    const slow = { kind: 'slow-link', ...link } as const;
    expect(acts).toEqual([
      { ...slow, name: 'slow-link-postgres', atMs: 1000, latencyMs: 50, jitterMs: 0, lastsMs: 2000 },
      { ...slow, name: 'slow-link-postgres-2', atMs: 3000, latencyMs: 0, jitterMs: 5, bytesPerSecond: 2 ** 20 },
      { kind: 'heal-link', ...link, name: 'heal-link-postgres', atMs: 4000 },
      { kind: 'cut-link', ...link, name: 'cut-link-postgres', atMs: 5000, how: 'reset', lastsMs: 1000 },
      { kind: 'cut-link', ...link, name: 'silence', atMs: 7000, how: 'silent' },
    ]);
    expect(acts?.map((act) => describeAct(act, { kind: 'app' }))).toEqual([
      'slows the link from app to postgres (latency 50 ms) at 1 s for 2 s',
      'slows the link from app to postgres (jitter 5 ms, 1 MiB/s) at 3 s',
      'heals the link from app to postgres at 4 s',
      'cuts the link from app to postgres (reset) at 5 s for 1 s',
      'cuts the link from app to postgres (silent) at 7 s',
    ]);
  });

  it('give all variants of their scenario that link, whatever is done to it', () => {
    const { variants } = only(
      scenario(
        workload,
        'services: { mailer: notifier }',
        'variants:',
        `  slow: { acts: [{ at: 1s, slow-link: ${toPostgres}, latency: 50ms, for: 1s }] }`,
        '  cut: { acts: [{ at: 1s, cut-link: { from: app, to: mailer } }] }',
        '  calm: { app: { query-cost: 10ms } }',
        '  alone: { services: { mailer: none } }',
      ),
    );
    const links = variants.map(({ system }) => (system.kind === 'url' ? undefined : system.links));
    expect(links).toEqual([['postgres', 'mailer'], ['postgres', 'mailer'], ['postgres', 'mailer'], ['postgres']]);
    expect(variants.map(describeSettings).slice(2)).toEqual([
      'query cost 10 ms, beside mailer (notifier), postgres and mailer behind links',
      'postgres behind a link',
    ]);
    expect(only(scenario(workload)).variants[0]?.system).not.toHaveProperty('links');
  });

  it('are shown with the trial', () => {
    const text = scenario(workload, `acts: [{ at: 1s, cut-link: ${toPostgres}, for: 2s }]`);
    expect(describePlan(planOf(parsed(text), ['s'], {}, 1))).toContain(
      'at 1 s cut the link from app to postgres (reset) for 2 s',
    );
  });

  const at1s = `{ at: 1s, slow-link: ${toPostgres}, latency: 1ms`;
  it.each<[string, readonly string[]]>([
    [`{ at: 1s, slow-link: ${toPostgres} }`, ['[slow-link] nothing says how slow the link is']],
    ['{ at: 1s, cut-link: postgres }', ['[postgres] the link must be a map']],
    ['{ at: 1s, cut-link: { from: app } }', ['[{ from: app }] where a link leads is missing']],
    [`{ at: 1s, cut-link: ${toPostgres}, how: loud }`, ['[loud] how a link is cut "loud" is not known']],
    [`${at1s}, bandwidth: 1MB }`, ['[1MB] the bandwidth must be a size for each second']],
    [`${at1s}, for: 10s }`, ['[10s] the slow link would last until 11s, and the measured time ends at 10s']],
    [
      '{ at: 1s, cut-link: { from: nginx, to: app } }',
      ['[{ from: nginx, to: app }] there is no link from nginx to app'],
    ],
    [
      '{ at: 1s, cut-link: { from: app, to: mailer } }',
      ['[{ from: app, to: mailer }] there is no link from app to mailer'],
    ],
    [
      `{ at: 1s, heal-link: ${toPostgres} }`,
      ['[{ from: app, to: postgres }] the link from app to postgres is neither slow nor cut then'],
    ],
    ['{ at: 1s, kill: postgres-link }', ['[postgres-link] the service "postgres-link" is not known']],
  ])('are refused: %s', (act, faults) => {
    expect(faultsOf(withActs(act))).toEqual(faults);
  });

  it.each([
    [`${at1s} }`, `{ at: 2s, cut-link: ${toPostgres} }`, 'is slow already'],
    [`${at1s}, for: 2s }`, `{ at: 2s, cut-link: ${toPostgres} }`, 'is slow already until 3s'],
    [`${at1s}, for: 2s }`, `{ at: 2s, heal-link: ${toPostgres} }`, 'is as before at 3s by itself'],
  ])('are refused after another: %s, %s', (one, other, fault) => {
    expect(faultsOf(withActs(one, other))).toEqual([
      `[{ from: app, to: postgres }] the link from app to postgres ${fault}`,
    ]);
  });

  it('are refused where nothing is started, or nothing is used', () => {
    const cut = 'acts: [{ at: 1s, cut-link: { from: target, to: prices } }]';
    expect(faultsOf(scenario(workload, 'target: { url: "http://127.0.0.1:8080" }', cut))).toEqual([
      '[{ from: target, to: prices }] nothing can be done to a server that runs already',
    ]);
    expect(faultsOf(scenario(workload, 'target: { command: node server.js }', cut))).toEqual([
      '[{ from: target, to: prices }] there is no link from target to prices',
    ]);
  });

  it('lead to something that a variant does not use', () => {
    const toRedis = '{ from: app, to: redis }';
    const text = scenario(workload, `acts: [{ at: 1s, cut-link: ${toRedis} }]`, 'variants:', '  cached: { app: { cache: aside } }', '  plain:'); // prettier-ignore
    expect(faultsOf(text)).toEqual([`[${toRedis}] the variant "plain" does not use redis`]);
    const own = text.replace('  plain:', '  plain: { acts: [] }');
    expect(only(own).variants.map(({ system }) => 'links' in system && system.links)).toEqual([['redis'], ['redis']]);
  });

  it('name a service that a variant has not', () => {
    const acts = 'acts: [{ at: 1s, cut-link: { from: app, to: mailer } }]';
    const text = scenario(
      workload,
      'services: { mailer: notifier }',
      acts,
      'variants: { with:, without: { services: { mailer: none } } }',
    );
    expect(faultsOf(text)).toEqual([
      '[{ from: app, to: mailer }] the variant "without" has no mailer that something could be done to',
    ]);
  });
});

describe('an act is refused', () => {
  it.each<[string, readonly string[]]>([
    ['kill app', ['[kill app] an act must be a map']],
    ['{ at: 1s }', ['[{ at: 1s }] an act must say what it does']],
    ['{ at: 1s, kil: app }', ['[kil] an act does not "kil"']],
    ['{ kill: app }', ['[{ kill: app }] the time of the act is missing']],
    ['{ at: 1s, kill: app, stop: app }', ['[stop] an act does one thing: "kill" is there already']],
    ['{ at: 1s, kill: app, for: 2s }', ['[for] an act that kills has no key "for"']],
    ['{ at: 1s, kill: app, restart: twice }', ['[twice] the restart "twice" is not known']],
    [
      '{ at: 1s, kill: { app: 0 } }',
      ['[{ app: 0 }] what is killed must be how many copies, which part of them, or all'],
    ],
    [
      '{ at: 1s, kill: { app: 4/3 } }',
      ['[{ app: 4/3 }] what is killed must be how many copies, which part of them, or all'],
    ],
    ['{ at: 1s, kill: app-0 }', ['[app-0] copies count from 1']],
    ['{ at: 1s, scale: app }', ['[app] what is scaled must be a service, and how many copies it is to have']],
    ['{ at: 1s, resume: { app: 2 } }', ['[{ app: 2 }] what is resumed must be a copy, or all that are paused']],
    ['{ at: 10s, kill: app }', ['[10s] the kill would begin at 10s, and the measured time ends at 10s']],
    ['{ at: 9s, pause: app, for: 2s }', ['[2s] the pause would last until 11s, and the measured time ends at 10s']],
    ['{ at: 1s, kill: mailer }', ['[mailer] the service "mailer" is not known']],
    ['{ at: 1s, kill: app-4 }', ['[app-4] there is no app-4 at 3 replicas']],
    ['{ at: 1s, kill: { app: 4 } }', ['[{ app: 4 }] 4 cannot be drawn: 3 copies of app can be then']],
    ['{ at: 1s, kill: postgres-2 }', ['[postgres-2] there is always one postgres']],
    ['{ at: 1s, flush: postgres }', ['[postgres] postgres holds nothing to flush']],
    ['{ at: 1s, scale: { redis: 2 } }', ['[{ redis: 2 }] there is always one redis']],
    ['{ at: 1s, resume: app-1 }', ['[app-1] app-1 is not paused then']],
    ['{ at: 1s, roll-out: redis }', ['[redis] only the reference app rolls out']],
  ])('%s', (act, faults) => {
    expect(faultsOf(withActs(act))).toEqual(faults);
  });

  it.each<[string, string, string]>([
    ['{ at: 1s, kill: app-2 }', '{ at: 2s, pause: app-2 }', '[app-2] app-2 is gone by then: the kill at 1s ends it'],
    [
      '{ at: 1s, stop: postgres }',
      '{ at: 2s, restart: postgres }',
      '[postgres] postgres is gone by then: the stop at 1s ends it',
    ],
    ['{ at: 2s, flush: redis }', '{ at: 1s, kill: redis }', '[redis] redis is gone by then: the kill at 1s ends it'],
    ['{ at: 1s, pause: app-1 }', '{ at: 2s, pause: app-1 }', '[app-1] app-1 is paused already'],
    ['{ at: 1s, pause: app-1, for: 1s }', '{ at: 2s, resume: app-1 }', '[app-1] app-1 is not paused then'],
    ...['kill: app-1', 'resume: app-1', 'restart: app-1'].map((other): [string, string, string] => [
      '{ at: 1s, pause: app-1, for: 3s }',
      `{ at: 2s, ${other} }`,
      '[app-1] app-1 is paused until 4s, and goes on by itself then',
    ]),
    [
      '{ at: 1s, kill: { app: 2 } }',
      '{ at: 2s, kill: { app: 2 } }',
      '[{ app: 2 }] 2 cannot be drawn: 1 copy of app can be then',
    ],
    ['{ at: 1s, kill: app, name: a }', '{ at: 2s, kill: app, name: a }', '[a] there is an act "a" already'],
    ['{ at: 1s, roll-out: app }', '{ at: 2s, roll-out: app }', '[app] a variant rolls out once'],
    ['{ at: 1s, kill: { app: all } }', '{ at: 2s, kill: app }', '[app] 1 cannot be drawn: 0 copies of app can be then'],
  ])('after another: %s, %s', (one, other, fault) => {
    expect(faultsOf(withActs(one, other))).toEqual([fault]);
  });

  it('at its own place where another cannot be read, and then only for its time', () => {
    const acts = ['{ at: 1s, paus: app-1 }', '{ at: 2s, resume: app-1 }', '{ at: 30s, kill: app-9 }'];
    expect(faultsOf(withActs(...acts))).toEqual([
      '[paus] an act does not "paus"',
      '[30s] the kill would begin at 30s, and the measured time ends at 10s',
    ]);
  });

  it('between bursts, and in a search', () => {
    const acts = 'acts: [{ at: 1s, kill: app }]';
    expect(faultsOf(scenario(workload, 'load: { burst: 5 }', acts))).toEqual([
      '[1s] a kill goes on under load, and between bursts there is none',
    ]);
    expect(faultsOf(scenario(workload, "load: { find: max-rps, slo: 'p99 < 50ms' }", acts))).toEqual([
      '[1s] a search runs its load again and again, and a kill would change what the next probe finds',
    ]);
  });

  it('where it is written twice, or something else decides over the replicas', () => {
    const both = 'variants: { v: { rollout: { at: 1s }, acts: [{ at: 1s, roll-out: app }] } }';
    expect(faultsOf(scenario(workload, both))).toEqual(['[rollout] a variant with acts has no "rollout"']);
    const scaled = 'autoscale: { cpu: 50%, max: 4 }, limits: { cpu: 1 }';
    const acts = 'acts: [{ at: 1s, scale: { app: 2 } }, { at: 2s, roll-out: app }]';
    expect(faultsOf(scenario(workload, `variants: { v: { ${scaled}, ${acts} } }`))).toEqual([
      '[{ app: 2 }] a variant with autoscale has no scaling',
      '[app] a variant with autoscale has no roll-out',
    ]);
    expect(
      faultsOf(scenario(workload, 'variants: { v: { balancer: ip-hash, acts: [{ at: 2s, roll-out: app }] } }')),
    ).toEqual(['[balancer] a variant with a roll-out has no "balancer"']);
  });

  it('where copies would be added to one that has a port of its own', () => {
    const target = 'target: { command: node server.js, port: 3000 }';
    const acts = 'acts: [{ at: 1s, scale: { target: 1 } }, { at: 2s, scale: { target: 2 } }]';
    expect(faultsOf(scenario(workload, target, acts))).toEqual([
      '[{ target: 2 }] 2 copies of a command cannot all listen on port 3000',
    ]);
  });

  it('where the system has no such service, or not at that number of replicas', () => {
    const target = 'target: { url: "http://127.0.0.1:8080" }';
    expect(faultsOf(scenario(workload, target, 'acts: [{ at: 1s, kill: target }]'))).toEqual([
      '[target] nothing can be done to a server that runs already',
    ]);
    expect(faultsOf(scenario(workload, 'replicas: [1, 2]', 'acts: [{ at: 1s, kill: nginx }]'))).toEqual([
      '[nginx] there is no nginx at 1 replica: nothing has to be dealt out',
    ]);
    expect(faultsOf(scenario(workload, 'acts: [{ at: 1s, flush: redis }]'))).toEqual([
      '[redis] the service "redis" is not known',
    ]);
  });

  it('by an option or an entry of a suite that leaves it no time, or no copy', () => {
    const text = scenario(workload, 'replicas: [3]', 'acts: [{ at: 5s, kill: app-3 }]');
    const plan = (overrides: object) => () => planOf(parsed(text), ['s'], overrides, 1);
    const refusal = (sentence: string): unknown =>
      expect.objectContaining({ message: `The scenario "s" cannot run like this: ${sentence}` });
    expect(plan({ durationMs: 5000 })).toThrow(refusal('the kill would begin at 5s, and the measured time ends at 5s'));
    expect(plan({ replicas: [2] })).toThrow(refusal('there is no app-3 at 2 replicas'));
    expect(plan({ replicas: [2] })).toThrow(UsageError);
    expect(plan({})).not.toThrow();
    expect(faultsOf(`${text}suites: { q: [{ scenario: s, replicas: 2, load: { duration: 4s } }] }\n`)).toEqual([
      '[{ duration: 4s }] the kill would begin at 5s, and the measured time ends at 4s',
    ]);
  });
});

describe('a claim about an act', () => {
  const acts = 'acts: [{ at: 1s, kill: app }, { at: 2s, flush: redis, name: cold }]';
  const claim = (text: string) =>
    scenario(workload, cached, acts, 'variants: { v:, calm: { acts: [] } }', `expect: ['${text}']`);

  it('names it', () => {
    const [expectation] = only(claim('errors(v, act=cold) < 5')).expectations;
    expect(expectation?.left).toMatchObject({ metric: 'errors', variant: 'v', act: 'cold' });
    expect(problemsOf(claim('time_to_recover(v) < 5s'))).toBe('no problem');
    expect(problemsOf(claim('time_to_recover(act=kill-app) < 5s'))).toBe('no problem');
  });

  it.each([
    ['errors(v, act=flush-redis) < 5', '[flush-redis] the act "flush-redis" is not known'],
    ['errors(calm, act=cold) < 5', '[cold] the act "cold" is not known'],
    ['p99(v, act=cold) < 5s', '[act] p99 cannot be narrowed by act'],
    [
      'errors(v, act=cold, act=kill-app) < 5',
      '[act] a metric is narrowed to one variant, one number of replicas, one request, one status, one service and one act',
    ],
    ['errors(v, act=cold, request="GET /todos") < 5', '[act] what an act did to one request is not known'],
    ['time_to_recover(v) < 5', '[5] time_to_recover(v) is a time: write 5ms'],
  ])('is refused: %s', (text, fault) => {
    expect(faultsOf(claim(text))).toEqual([fault]);
  });
});

describe('a plan', () => {
  const acts = 'acts: [{ at: 1s, kill: app }, { at: 2s, stop: { app: 1/3 } }, { at: 3s, pause: app-1, for: 1s }]';
  const file = parsed(
    scenario(workload, 'replicas: [4]', 'rounds: 8', 'variants: { one:, other:, calm: { acts: [] } }', acts),
  );
  const plan = planOf(file, ['s'], {}, 7);
  const actsIn = (variant: string) =>
    plan.trials
      .filter((trial) => trial.variant === variant)
      .toSorted((one, other) => one.round - other.round)
      .map(({ system }) => (system.kind === 'url' ? [] : (system.acts ?? [])));

  it('draws copies by the seed, the same for all variants of a round', () => {
    const drawn = actsIn('one').map((all) => all.map((act) => ('copies' in act ? act.copies : [])));
    expect(drawn).toHaveLength(8);
    for (const [killed = [], stopped = [], paused] of drawn) {
      // What is named later is there then, and nothing ends twice.
      expect(paused).toEqual([1]);
      expect(new Set([...killed, ...stopped, 1]).size).toBe(3);
    }
    expect(new Set(drawn.map(([killed]) => killed?.[0])).size).toBeGreaterThan(1);
    expect(actsIn('other')).toEqual(actsIn('one'));
    expect(actsIn('calm')).toEqual(Array.from({ length: 8 }, () => []));
    expect(planOf(file, ['s'], {}, 7)).toEqual(plan);
  });

  it('shows them', () => {
    const text = describePlan(plan);
    expect(text).toContain('one: kills one of app at 1 s, stops 33% of app at 2 s');
    const lines = text.split('\n').filter((line) => /^ +\d+ {2}one /.test(line));
    expect(lines).toHaveLength(8);
    for (const line of lines) {
      expect(line).toMatch(/at 1 s kill app-[234]; at 2 s stop app-[234]; at 3 s pause app-1 for 1 s$/);
    }
  });
});
