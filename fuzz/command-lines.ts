import fc from 'fast-check';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { arePlain } from '../src/model/foreign-text.ts';
import { reporterNames } from '../src/reporters/reporter.ts';
import { start, type Ended } from '../test/e2e/cli.ts';
import { harms, recordWith } from '../test/fakes/hostile.ts';
import { findInhabitants } from '../test/inhabitants.ts';
import { insist, kindOf, type Outcome } from './kind.ts';

/** Nobody listens there: a run of it is over at once. */
const dead = 'http://127.0.0.1:1';
const scenarios = `version: 1
scenarios:
  dead:
    question: Is anybody there?
    workload: [GET /]
    target: { url: '${dead}' }
    load: { connections: 1, warmup: 0s, duration: 200ms }
    variants: { one: , two: { target: { url: '${dead}/' } } }
    expect: [error_rate == 0]
  ends: { question: Q?, workload: [GET /], target: { command: 'exit 3' } }
suites: { quickstart: [dead] }
`;

const commands: readonly string[] =
  'run compare gate calibrate max-rps init list explain validate report history schema up down manifests doctor clean completion complete'.split(
    ' ',
  );
const names: readonly string[] = [
  'dead',
  'ends',
  'ded',
  'quickstart',
  'local',
  'run',
  'scenarios',
  'event',
  'bash',
  'zsh',
  'fish',
];
const places: readonly string[] = [
  'scenarios.yaml',
  'wrong.yaml',
  'results/r0',
  'results/r0/run.json',
  'results',
  '.',
  'nowhere',
  'new/folder',
  '/proc/nope/x',
];
const amounts: readonly string[] = [
  '0',
  '1',
  '2',
  '-1',
  '1,2',
  '1e3',
  '0x1',
  '99999999999999999999',
  '200ms',
  '0s',
  '10/s',
  '5%',
  '900%',
  'rps=5%',
  'p99=off',
  'p99 < 5ms',
  '',
];
const options: readonly string[] =
  `--file --platform --context --replicas --variant --connections --rate --duration --warmup --rounds --workers --seed --out --pin
  --no-telemetry --allow-remote --dry-run --quiet --verbose --json --reporter --save --predict --a --b --a-url --b-url --a-command
  --b-command --a-image --b-image --port --ready --metrics --request --budget --smallest --baseline --tolerance --allow-inconclusive
  --slo --most --precision --confirm --html --force --print --detach --help -h --version -V -- - --nope --seed=1 --file=wrong.yaml`.split(
    /\s+/,
  );
const others: readonly string[] = [
  ...[
    dead,
    'http://192.0.2.1',
    'ftp://x',
    'GET /',
    '/ready',
    'exit 3',
    'true',
    '${HOME}',
    'local',
    'docker',
    'kubernetes',
  ],
  ...reporterNames.flatMap((name) => [name, `${name}=${name}.txt`, `${name}=/proc/nope/x`]),
];

const word = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...names) },
  { weight: 3, arbitrary: fc.constantFrom(...places) },
  { weight: 3, arbitrary: fc.constantFrom(...amounts) },
  { weight: 8, arbitrary: fc.constantFrom(...options) },
  { weight: 3, arbitrary: fc.constantFrom(...others) },
  // A process is given no argument with a null character in it.
  fc
    .oneof(fc.constantFrom(...harms), fc.string({ unit: 'binary', maxLength: 9 }))
    .map((text) => text.replaceAll('\0', '')),
);
const line = fc
  .tuple(
    fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...commands) }, word),
    fc.array(word, { maxLength: 6, size: 'max' }),
  )
  .map(([command, rest]) => [command, ...rest]);

/** Nothing is found there: no program, no Docker Engine and no cluster, whatever this machine has of them. */
async function environmentIn(folder: string): Promise<NodeJS.ProcessEnv> {
  const temporary = path.join(folder, 'tmp');
  await mkdir(temporary);
  const nowhere = path.join(folder, 'none');
  return { PATH: nowhere, HOME: folder, TMPDIR: temporary, DOCKER_HOST: `unix://${nowhere}`, KUBECONFIG: nowhere };
}

const limitMs = 120_000;

async function ended(args: readonly string[], cwd: string, env: NodeJS.ProcessEnv): Promise<Ended> {
  const running = start(args, { cwd, env });
  const timer = setTimeout(() => running.child.kill('SIGKILL'), limitMs);
  try {
    return await running.ended;
  } finally {
    clearTimeout(timer);
  }
}

/** What it says has no place in the code of the lab in it, and nothing that a terminal or a CI system would act on. */
function checkText(text: string, own: RegExp | undefined): void {
  insist(!/^\s+at .*:\d+:\d+\)?$/m.test(text) && !text.includes('This is a bug'), `A bug is told of:\n${text}`);
  const foreign = own === undefined ? text : text.replaceAll(own, '');
  insist(
    arePlain(foreign.replaceAll('\r\n', '\n').replaceAll('\t', ' ')),
    `It acts on a terminal:\n${JSON.stringify(text)}`,
  );
}

async function check(args: readonly string[]): Promise<Outcome> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'scale-lab-fuzz-'));
  try {
    const env = await environmentIn(folder);
    const cwd = path.join(folder, 'here');
    await mkdir(path.join(cwd, 'results', 'r0'), { recursive: true });
    await writeFile(path.join(cwd, 'scenarios.yaml'), scenarios);
    await writeFile(path.join(cwd, 'wrong.yaml'), 'version: 1\nscenarios: { a: { load: [{}] } }\n');
    await writeFile(path.join(cwd, 'results', 'r0', 'run.json'), JSON.stringify(recordWith(harms.join(' '))));
    const { code, out, err } = await ended(args, cwd, env);
    insist(code !== 137, 'It did not come to an end.');
    insist(code !== null && code >= 0 && code <= 4, `It ended with ${code}:\n${err}`);
    insist(code === 0 || out + err !== '', `It ended with ${code} and said nothing.`);
    checkText(out, /^::(?:error|warning|notice) title=[^:,]*::/gm);
    checkText(err, undefined);
    const left = [
      ...(await readdir(path.join(folder, 'tmp'))),
      ...(await findInhabitants(folder)).map(({ command }) => command),
    ];
    insist(left.length === 0, `It left: ${left.join(', ')}`);
    return `with ${code}`;
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Command lines of the built command. */
export const commandLines = kindOf({
  name: 'command-lines',
  share: 15,
  inputs: line,
  check,
  shown: (args) => JSON.stringify(args),
  shrinks: false,
});
