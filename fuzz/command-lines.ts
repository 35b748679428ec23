import fc from 'fast-check';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { arePlain } from '../src/model/foreign-text.ts';
import { reporterNames } from '../src/reporters/reporter.ts';
import { start, type Ended } from '../test/e2e/cli.ts';
import { runCommandLine } from '../src/cli/command-line.ts';
import { fakeIo } from '../test/fakes/io.ts';
import { fakeOutput } from '../test/fakes/output.ts';
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

const commands =
  'run compare gate calibrate max-rps init list explain validate report history schema up down manifests doctor clean completion complete';
const places = [
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
const times = ['200ms', '1s', '5s', '0s', '99999999h', '1'];
const counts = ['1', '2', '1,2', '0', '-1', '1e3', '99999999999999999999'];
const lines = ['exit 3', 'true', 'GET /', 'POST /x'];
/** What fits what an option or an argument calls its value; what is right comes first. */
const fitting: Readonly<Record<string, readonly string[]>> = {
  scenario: ['dead', 'ends', 'ded', 'quickstart'],
  scenarios: ['dead', 'ends', 'ded', 'quickstart'],
  variant: ['one', 'two', 'on'],
  variants: ['one', 'two', 'one,two'],
  names: ['one', 'two', 'one,two'],
  name: ['local', 'docker', 'kubernetes', 'minikube', 'one', ...reporterNames],
  platform: ['local', 'docker', 'kubernetes', 'minikube', 'all'],
  shell: ['bash', 'zsh', 'fish', 'powershell', 'sh'],
  format: ['scenarios', 'run', 'event'],
  file: places,
  folder: ['new/folder', ...places],
  run: ['results/r0', ...places],
  count: counts,
  counts,
  number: counts,
  port: counts,
  time: times,
  rate: ['10/s', '600/min', '0/s', '1e9/s', '10'],
  share: ['5%', '0%', '101%', '5'],
  list: ['rps=5%', 'p99=off', 'rps=5%,p50=900%', 'p42=1%'],
  claims: ['p99 < 5ms', 'p99 < 5ms, error_rate < 1%', 'p99'],
  url: [dead, `${dead}/x`, 'http://192.0.2.1', 'ftp://x'],
  line: lines,
  path: ['/', 'x', '/{port}'],
  image: ['x', 'x:1', '-x'],
  'format=file': reporterNames.flatMap((name) => [`${name}=new/${name}.txt`, `${name}=/proc/nope/x`, name]),
};
const anything = [...new Set(Object.values(fitting).flat()), '--nope', '--', '-', '--seed=1', '-h', '-V', ''];

const word = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...anything) },
  // A process is given no argument with a null character in it.
  fc
    .oneof(fc.constantFrom(...harms), fc.string({ unit: 'binary', maxLength: 9 }))
    .map((text) => text.replaceAll('\0', '')),
);

/** What a command takes, as its help has it: `<file>` and the like are what its values are called. */
async function linesOf(command: string): Promise<fc.Arbitrary<readonly string[]>> {
  const out = fakeOutput({ columns: 200 });
  await runCommandLine(fakeIo({ out, args: [command, '--help'] }));
  const valueOf = (called: string | undefined): fc.Arbitrary<readonly string[]> => {
    if (called === undefined) return fc.constant([]);
    const values = fitting[called] ?? anything;
    const [right = ''] = values;
    return fc
      .oneof({ weight: 12, arbitrary: fc.constant(right) }, { weight: 8, arbitrary: fc.constantFrom(...values) }, word)
      .map((value) => [value]);
  };
  const found = [...out.text().matchAll(/^ {2}(?:-\w, )?(--[a-z-]+)(?: <([^>]+)>)?/gm)];
  // A browser is nobody's to open.
  const options = found
    .filter(([, name]) => name !== '--open' && name !== '--help')
    .map(([, name = '', called]) => valueOf(called).map((value) => [name, ...value]));
  const [, argument] =
    /^Usage: \S+ \S+ .*?[<[](\w+)(?:\.\.\.)?[>\]]\s*$/m.exec(out.text().replaceAll('[options] ', '')) ?? [];
  const option = options.length === 0 ? fc.constant([]) : fc.oneof(...options);
  return fc
    .tuple(
      valueOf(argument ?? 'scenario'),
      fc.array(
        fc.oneof(
          { weight: 14, arbitrary: option },
          word.map((text) => [text]),
        ),
        { maxLength: 5, size: 'max' },
      ),
    )
    .map(([first, rest]) => [command, ...first, ...rest.flat()]);
}

const ofCommands = await Promise.all(commands.split(' ').map(linesOf));
const line = fc.oneof({ weight: 30, arbitrary: fc.oneof(...ofCommands) }, fc.array(word, { maxLength: 4 }));

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
  inputs: () => line,
  check,
  shown: (args) => JSON.stringify(args),
  shrinks: false,
});
