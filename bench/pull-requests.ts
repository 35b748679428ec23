import { median } from '../src/analysis/summary.ts';
import { exitCodes } from '../src/model/errors.ts';
import { formatNumber, plural } from '../src/model/numbers.ts';
import type { RunRecord, Verdict } from '../src/record/run-record.ts';
import { shortened, type JudgedSection } from './judged.ts';
import { runToItsEnd } from './lab.ts';
import { named } from './options.ts';
import { bundle } from './programs.ts';
import { table } from './statistics.ts';
import { surroundings, within } from './surroundings.ts';

/** What a pull request does to the shop, and what a gate has to make of it. */
export interface PullRequest {
  /** The change, as the shop knows it; it knows nothing of `nothing`. */
  readonly name: string;
  readonly what: string;
  /** The gate has to fail and to name what begins with one of these; where there is none it has to pass. */
  readonly names: readonly string[];
}

/** What came of a gate, as the job that runs it sees it. */
export interface Gated {
  readonly exitCode: number | null;
  /** What it said had failed. */
  readonly named: readonly string[];
  readonly seconds: number;
}

const pullRequests: readonly PullRequest[] = [
  { name: 'nothing', what: 'nothing changed', names: [] },
  {
    name: 'slow-route',
    what: '30% more CPU on one route of three',
    names: ['cpu_per_request(B)', `p50(B, request='GET /items')`, `p95(B, request='GET /items')`],
  },
  { name: 'crash', what: 'a crash at start', names: ['B starts'] },
  { name: 'errors', what: '2% errors 500', names: ['error_rate(B'] },
  { name: 'hangs', what: '1 request in 500 is never answered', names: ['hangs(B)'] },
  {
    name: 'n+1',
    what: 'N+1: a query an item, with the same CPU',
    names: ['p50(B)', 'p95(B)', 'p99(B)', `p50(B, request='GET /orders')`, `p95(B, request='GET /orders')`],
  },
  { name: 'leak', what: 'a leak: 10 kB a request', names: ['memory_end(B)'] },
  { name: 'no-keep-alive', what: 'no keep-alive', names: ['cpu_per_request(B)', 'rps(B)'] },
  { name: 'not-found', what: '404 for everything', names: ['B gave no right answer'] },
];

const connections = 16;
const requests = ['GET /items', 'GET /items/7', 'GET /orders'];
const wantedTimes = 3;
/** What a cell of the table has room for. */
const mostNames = 3;

/**
 * Gates what pull requests make of a small server, as a job of a CI system would, with the built command.
 * @param times how often each; left out for as often as the page has it
 * @param only the name of one of them; left out for all
 * @param isBusy beside other work on the machine
 * @throws {UsageError} where none has that name
 */
export async function benchPullRequests(
  times = wantedTimes,
  only: string | undefined,
  isBusy: boolean,
): Promise<JudgedSection> {
  const chosen = named(pullRequests, ({ name }) => name, 'pull request', only);
  const meanwhile = isBusy ? surroundings.busy : surroundings.quiet;
  const server = await bundle('shop-server');
  const rows = await within(meanwhile, async () => {
    const taken: ReturnType<typeof rowOf>[] = [];
    for (const pullRequest of chosen) {
      const runs: Gated[] = [];
      while (runs.length < times) runs.push(await gateOnce(server, pullRequest));
      taken.push(rowOf(pullRequest, runs));
    }
    return taken;
  });
  const wrong = rows.filter(({ isRight }) => !isRight).map(({ cells: [what] }) => what);
  const section = [
    `## Nine pull requests${isBusy ? ' on a busy machine' : ''}`,
    `\`npm run bench:pull-requests${isBusy ? ' -- --busy' : ''}\`: \`scale-lab gate --a-command … --b-command …\` on a small server with three routes, and on what a pull
request makes of it, while ${meanwhile.words}. Each ${plural(times, 'time')}, with ${connections} connections, \`--budget 60s\`, and default tolerances. Goal: each time the exit
code is what it has to be, and a verdict that failed names the reason. A connection for each answer costs CPU: that is what the gate
sees of a server without keep-alive.`,
    ...shortened(times, wantedTimes, 'time'),
    wrong.length === 0 ? 'These runs keep the goal.' : `These runs miss the goal for: ${wrong.join('; ')}.`,
    table(
      ['pull request', 'has to', 'did', 'named, as it has to be', 'named besides', 'seconds'],
      rows.map(({ cells }) => cells),
    ),
  ].join('\n\n');
  return { section, passed: wrong.length === 0 };
}

async function gateOnce(server: string, { name }: PullRequest): Promise<Gated> {
  const command = `exec '${process.execPath}' '${server}'`;
  const asked = requests.flatMap((request) => ['--request', request]);
  const sides = ['--a-command', command, '--b-command', `CHANGE=${name} ${command}`];
  const options = ['--connections', String(connections), '--budget', '60s'];
  const { record, exitCode } = await runToItsEnd(['gate', ...sides, ...asked, ...options]);
  process.stderr.write(`${name}: exit code ${exitCode ?? 'none'}\n${linesOf(record).join('\n')}\n`);
  const failed = record.verdicts.filter(({ outcome }) => outcome === 'failed');
  return { exitCode, named: failed.map(nameOf), seconds: record.wallMs / 1000 };
}

/** The left side of the claim; of a side that is dead, each claim says the same. */
function nameOf({ expectation, reason }: Verdict): string {
  return /^B gave no right answer/.exec(reason)?.[0] ?? expectation.split(/ [<>]= /)[0] ?? '';
}

/** For whoever wants to know why. */
function linesOf({ verdicts, comparisons = [], problem }: RunRecord): readonly string[] {
  const said = verdicts.map(({ outcome, expectation, reason }) => `${outcome}: ${expectation}: ${reason}`);
  const caveats = comparisons.flatMap((comparison) => comparison.caveats);
  return [...said, ...caveats, ...(problem === undefined ? [] : [problem])].map((line) => `  ${line}`);
}

/** A pull request as a row of the table, and whether the gate did as it has to, each time. */
export function rowOf(
  { what, names }: PullRequest,
  runs: readonly Gated[],
): { readonly cells: readonly string[]; readonly isRight: boolean } {
  const isExpected = (name: string): boolean => names.some((start) => name.startsWith(start));
  const isRight = runs.every(({ exitCode, named: said }) =>
    names.length === 0 ? exitCode === exitCodes.passed : exitCode === exitCodes.failed && said.some(isExpected),
  );
  const said = [...new Set(runs.flatMap((run) => run.named))];
  const [first, others] = [said.filter(isExpected), said.filter((name) => !isExpected(name))];
  const did = didOf(runs);
  return {
    cells: [
      what,
      names.length === 0 ? 'pass' : 'fail',
      isRight ? did : `**${did}**`,
      listOf(first),
      listOf(others),
      formatNumber(median(runs.map(({ seconds }) => seconds))),
    ],
    isRight,
  };
}

/** `2 failed, 1 could not tell`. */
function didOf(runs: readonly Gated[]): string {
  const all = runs.map(({ exitCode }) => words(exitCode));
  return [...new Set(all)].map((did) => `${all.filter((each) => each === did).length} ${did}`).join(', ');
}

function words(exitCode: Gated['exitCode']): string {
  if (exitCode === exitCodes.passed) return 'passed';
  if (exitCode === exitCodes.failed) return 'failed';
  return exitCode === exitCodes.inconclusive ? 'could not tell' : `ended with ${exitCode ?? 'a signal'}`;
}

function listOf(names: readonly string[]): string {
  const shown = names.slice(0, mostNames).map((name) => `\`${name}\``);
  const left = names.length - shown.length;
  return [...shown, ...(left > 0 ? [`${left} more`] : [])].join(', ');
}
