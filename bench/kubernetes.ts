import os from 'node:os';
import { splitJob } from '../src/load/share.ts';
import { formatNumber, plural } from '../src/model/numbers.ts';
import { openPlatform } from '../src/platforms/index.ts';
import { type Cluster, openCluster } from '../src/platforms/kubernetes/cluster/cluster.ts';
import { chooseContext } from '../src/platforms/kubernetes/cluster/context.ts';
import type { Platform } from '../src/platforms/platform.ts';
import { newRunId } from '../src/record/run-folder.ts';
import { storesOf } from '../src/services/system.ts';
import type { JudgedSection } from './judged.ts';
import { type MergeCheck, checkMerge } from './merged.ts';
import { closedJob, load } from './programs.ts';
import { inside, lifecycle, topology } from './stack.ts';
import { ratios, spread, table } from './statistics.ts';
import { readWorkerResults } from './worker-logs.ts';

const rounds = 5;
const durationMs = 4000;
const workers = 4;
const { signal } = new AbortController();

/** What was taken, round by round. */
interface Figures {
  readonly one: number[];
  readonly several: number[];
  readonly forwarded: number[];
  readonly merges: MergeCheck[];
}

/**
 * A cluster's own figures: where the load comes from, what several load workers are together, how long a stack takes. Results
 * that are not merged exactly miss their goal.
 * @returns undefined, after it has said why, where there is no cluster to take them on
 */
export async function benchKubernetes(): Promise<JudgedSection | undefined> {
  const platform = await openPlatform('kubernetes', { environment: process.env, temporaryFolder: os.tmpdir() });
  const unmet = (await platform.requirements(signal)).flatMap((requirement) => (requirement.met ? [] : [requirement]));
  if (unmet.length > 0) {
    const problems = unmet.map(({ name, problem }) => `${name}: ${problem}`).join('; ');
    process.stderr.write(`Kubernetes is not taken, and what the page says of it stays: ${problems}\n`);
    return undefined;
  }
  const cluster = await openCluster(
    await chooseContext({ platform: 'kubernetes', environment: process.env }, signal),
    signal,
  );
  try {
    const { one, several, forwarded, merges } = await takeRounds(platform, cluster);
    const rows = [
      ['one load worker in the cluster', spread(one), '1'],
      [`${workers} load workers in the cluster`, spread(several), spread(ratios(several, one))],
      ['one load worker outside, through a port-forward', spread(forwarded), spread(ratios(forwarded, one))],
    ];
    const section = [
      '## Kubernetes',
      `${rounds} rounds in turn, the cached read on one replica, 50 connections in all, ${durationMs / 1000} s each after 1 s of warm-up; median
(lowest to highest). ${await describeCluster(cluster)}`,
      table(['the cached read', 'RPS', 'against the first line'], rows),
      describeMerges(merges),
      table(['what', 'time'], await lifecycle(platform, rounds)),
    ].join('\n\n');
    return { passed: merges.every(isExact), section };
  } finally {
    cluster.requests.close();
  }
}

async function takeRounds(platform: Platform, cluster: Cluster): Promise<Figures> {
  const figures: Figures = { one: [], several: [], forwarded: [], merges: [] };
  const runId = newRunId(new Date());
  await using stack = await platform.up({
    stores: storesOf([topology(1)]),
    runId,
    signal,
    onStep: () => undefined,
    publish: true,
  });
  const deployment = await stack.deploy(topology(1), signal);
  const job = closedJob(deployment.urls, '/todos/1', durationMs);
  for (let round = 0; round < rounds; round++) {
    figures.one.push(await inside(deployment, [job]));
    const ofSeveral = await inside(deployment, splitJob(job, workers), async (merged) => {
      const results = await readWorkerResults(cluster, `scale-lab-${runId}`);
      if (results.length !== workers) throw new Error(`${results.length} of ${workers} load workers have a log`);
      figures.merges.push(checkMerge(merged, results));
    });
    figures.several.push(ofSeveral);
    figures.forwarded.push((await load(deployment.address ?? '', '/todos/1', durationMs)).rps);
  }
  return figures;
}

/** What the figures were taken on: its version, its nodes, and what shares a machine. */
async function describeCluster({ context, core, version }: Cluster): Promise<string> {
  const { items } = await core.listNode();
  const cores = items.map(({ status }) => status?.capacity?.cpu ?? '?').join(' + ');
  const nodes = `Kubernetes ${version}, ${plural(items.length, 'node')} with ${cores} cores.`;
  if (!context.isLocal) return `${nodes} The port-forward leaves the cluster for another machine.`;
  return `${nodes} All of it is on this machine: the services of the cluster, PostgreSQL, Redis, the\nreplica and the load workers, also the one outside, share ${os.availableParallelism()} cores.`;
}

function describeMerges(merges: readonly MergeCheck[]): string {
  const total = (count: (check: MergeCheck) => number): string =>
    formatNumber(merges.reduce((sum, check) => sum + count(check), 0));
  return `The merge of ${workers} results is ${merges.every(isExact) ? 'exact' : '**not exact**'}: the workers' own, read from their logs, hold ${total(({ apart }) => apart)} requests, the merged ones
${total(({ merged }) => merged)}. All latencies of a round in order, each rank a quantile, against the merged histogram: ${total(({ different }) => different)} differ.`;
}

function isExact({ apart, merged, different }: MergeCheck): boolean {
  return apart > 0 && apart === merged && different === 0;
}
