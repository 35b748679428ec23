import { readdirSync, readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { measurement, telemetry, trialRecord } from '../../test/fakes/records.ts';
import { runRecordSchema } from '../record/run-record.ts';
import { parsed, problemsOf, scenario, workload } from '../scenarios/testing/files.ts';
import { newRecord } from '../session/new-record.ts';
import { schemaNames, schemaText, type SchemaName } from './schemas.ts';

function validatorOf(name: SchemaName) {
  const ajv = new Ajv2020({ strict: true, strictTypes: false, validateFormats: false, allErrors: true });
  return ajv.compile(JSON.parse(schemaText(name)) as object);
}

describe('the published schemas', () => {
  it.each(schemaNames)('%s is the one that the code writes; else run `npm run schemas`', (name) => {
    expect(readFileSync(`schemas/${name}.schema.json`, 'utf8')).toBe(schemaText(name));
  });
});

describe('the schema of run.json', () => {
  it('accepts a record and refuses a wrong one', () => {
    const validate = validatorOf('run');
    const plan = { seed: 1, scenarios: [], trials: [], leftOut: [] };
    const run = { runId: 'x', command: 'scale-lab run', startedAtMs: 0, platform: { name: 'local' } };
    const trial = trialRecord({ metrics: { rps: 1 }, measurement: measurement(), telemetry: telemetry({ a: 1 }) });
    const act = {
      name: 'kill-app',
      kind: 'kill',
      subjects: ['app-2'],
      beganMs: 1,
      endedMs: 2,
      outcome: 'done',
    } as const;
    const acted = { ...trial, acts: [{ ...act, text: 'app-2 is killed', metrics: { errors: 1 }, caveats: [] }] };
    // As records of before have it.
    const rolled = { ...trial, rollout: { beganMs: 1, endedMs: 2 } };
    const record = { ...newRecord(plan, run), trials: [trial, acted, rolled] };
    expect(runRecordSchema.parse(record)).toMatchObject({ trials: [{}, { acts: [act] }, { rollout: rolled.rollout }] });
    expect(validate(record), JSON.stringify(validate.errors)).toBe(true);
    const wrong = { ...record, trials: [{ ...trial, measurement: { ...trial.measurement, sent: -1 } }] };
    expect(validate(wrong)).toBe(false);
  });
});

describe('the schema of scenario files', () => {
  const validate = validatorOf('scenarios');
  const problems = (text: string): string => {
    validate(parse(text, { merge: true }));
    return (validate.errors ?? [])
      .map(({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`)
      .join('\n');
  };

  it('accepts every scenario file of this repository', () => {
    const examples = readdirSync('examples', { recursive: true, encoding: 'utf8' });
    const ofExamples = examples.filter((file) => file.endsWith('scenarios.yaml')).map((file) => `examples/${file}`);
    const files = ['scenarios.yaml', ...ofExamples];
    expect(files.length).toBeGreaterThan(2);
    for (const file of files) expect(problems(readFileSync(file, 'utf8')), file).toBe('');
  });

  it('accepts every whole example of docs/scenarios.md', () => {
    const page = readFileSync('docs/scenarios.md', 'utf8');
    const examples = [...page.matchAll(/^```yaml\n(.*?)^```/gms)].map(([, text = '']) => text);
    const whole = examples.filter((text) => text.startsWith('version:'));
    expect(whole.length).toBeGreaterThan(0);
    for (const text of whole) expect(problems(text), text).toBe('');
  });

  const everything = scenario(
    "workload: ['GET /a', { request: 'POST /b/{k}', weight: 2, headers: { x: 1 }, body: { id: '{k}' }, check: { status: 201 } }]",
    'keys: { k: { zipf: 1.1, of: 9 } }',
    'prediction: Yes.',
    'data: { users: 5, todos: 5 }',
    'trust: { utilisation: 90%, lag: 20ms, schedule-lag: 1ms, shortfall: 2%, samples: 5 }',
    'load: { rate: 5/s, stages: [{ ramp: 9/s, for: 1s }], arrivals: poisson, in-flight: 9, keep-alive: false, drain: 1s, timeout: 2s }',
    'app: { cache: { strategy: lock, ttl: 1s, jitter: 5%, lock-timeout: 1s, beta: 2 }, feed: join, pool: 5, query-cost: 1ms }',
    'limits: { cpu: 0.5, memory: 256MB }',
    'variants: { a: , b: { app: { workers: 2, pool: { size: 5, queue: 1 } }, balancer: ip-hash, slow-replica: 1ms, load: { rate: 7/s } } }',
    'replicas: [1, 2]',
    'rounds: 2',
    'evidence: [queries_per_request]',
    'expect: [error_rate == 0]',
  );

  const acts = scenario(
    workload,
    'app: { cache: aside }',
    'replicas: 3',
    'acts:',
    '  - { at: 1s, kill: { app: 1/3 }, restart: always, name: first }',
    '  - { at: 2s, pause: { app: all }, for: 1s }',
    '  - { at: 3s, restart: app-1, grace: 0s }',
    '  - { at: 4s, pause: postgres }',
    '  - { at: 5s, resume: postgres }',
    '  - { at: 6s, flush: redis }',
    '  - { at: 6s, scale: { app: 4 } }',
    '  - { at: 7s, stop: { app: 2 } }',
    'variants: { a: , b: { acts: [] }, c: { acts: [{ at: 1s, roll-out: app, shutdown: abrupt }] } }',
  );

  it.each([everything, acts])('accepts every key that the command accepts', (text) => {
    expect(problemsOf(text)).toBe('no problem');
    expect(problems(text)).toBe('');
  });

  it.each([
    ['a key that is not known', scenario(workload, 'lod: { connections: 5 }')],
    ['a key of a load that is not known', scenario(workload, 'load: { conections: 5 }')],
    ['a key of a variant that is not known', scenario(workload, 'variants: { a: { aap: {} } }')],
    ['a time without a unit', scenario(workload, 'load: { duration: 10 }')],
    ['a rate without a unit', scenario(workload, 'load: { rate: 500 }')],
    ['a word that is not known', scenario(workload, 'app: { cache: sometimes }')],
    ['a metric that is not known', scenario(workload, 'evidence: [p42]')],
    ['too many replicas', scenario(workload, 'replicas: 65')],
    ['no question', 'version: 1\nscenarios: { s: { workload: [GET /] } }\n'],
    ['no version', 'scenarios: { s: { question: Why?, workload: [GET /] } }\n'],
    ['an act of a kind that is not known', scenario(workload, 'acts: [{ at: 1s, kil: app }]')],
    ['an act that does two things', scenario(workload, 'acts: [{ at: 1s, kill: app, flush: redis }]')],
    ['an act without its time', scenario(workload, 'acts: [{ kill: app }]')],
    ['a path without a method', scenario('workload: [/todos]')],
  ])('refuses %s, as the command does', (_, text) => {
    expect(problemsOf(text)).not.toBe('no problem');
    expect(problems(text)).not.toBe('');
  });

  it('knows the keys of a target, and lets a file keep anchors of its own', () => {
    const text = `x-load: &load { connections: 5 }\n${scenario(workload, 'load: *load', 'target: { command: [node, a.js], port: 8080, env: { A: 1 }, ready: /health, args: [a] }')}`;
    expect(problems(text.replace(', args: [a]', ''))).toBe('');
    expect(parsed(text.replace(', args: [a]', '')).scenarios).toHaveLength(1);
  });
});
