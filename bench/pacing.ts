import { cell, takenTwice, withSecondChance, type Judged, type JudgedSection } from './judged.ts';
import { loadKnown, noteOf, type KnownLoad } from './known-load.ts';
import type { Server } from './programs.ts';
import { quantile, table } from './statistics.ts';

const goals = { rateError: 0.005, lagP99Ms: 1.5, cpuRatio: 0.15, cpuAtRate: 1000 };
const rates = [1000, 5000, 10_000];
const durationMs = 10_000;
/** Beyond this rate a core that is busy for more than this share of the time has no more to give: that is not judged. */
const anyCore = { ratePerSecond: 5000, utilisation: 0.9 };

/** How well the worker keeps a rate, against a server that answers at once. */
export async function benchPacing(server: Server): Promise<JudgedSection> {
  const taken: (Paced & { isSecond: boolean })[] = [];
  for (const rate of rates) taken.push(await withSecondChance(() => pace(server, rate)));
  const section = [
    '### Pacing',
    `${durationMs / 1000} s at each rate, against the same server when it holds nothing. Goals: the achieved rate within
${goals.rateError * 100}%, the schedule lag below ${goals.lagP99Ms} ms at p99, and at ${goals.cpuAtRate.toLocaleString('en-US')} a second below ${goals.cpuRatio * 100}% of a core. The last column is how late the
requests came in by the server's clock, against the one that was the least late.
${takenTwice(taken)}`,
    table(
      [
        'offered',
        'achieved',
        'error',
        'lag p50 ms',
        'lag p99 ms',
        'lag max ms',
        'core',
        'late at the server p50, p99 ms',
      ],
      taken.map(({ row }) => row),
    ),
  ].join('\n\n');
  return { section, passed: taken.every(({ passed }) => passed) };
}

interface Paced extends Judged {
  readonly name: string;
  readonly row: readonly string[];
}

async function pace(server: Server, ratePerSecond: number): Promise<Paced> {
  const name = `${ratePerSecond.toLocaleString('en-US')}/s`;
  const load = { name, ratePerSecond, durationMs, connections: 100, path: () => '/nothing' };
  const known = await loadKnown(server, load);
  const { completed, durationMs: measuredMs, generator } = known.measurement;
  const { p50Us, p99Us, maxUs } = known.open.scheduleLag;
  const achieved = (completed / measuredMs) * 1000;
  const error = achieved / ratePerSecond - 1;
  const met = {
    rate: Math.abs(error) <= goals.rateError,
    lag: p99Us / 1000 < goals.lagP99Ms,
    cpu: ratePerSecond > goals.cpuAtRate || generator.cpuRatio < goals.cpuRatio,
  };
  const isFull = ratePerSecond > anyCore.ratePerSecond && generator.eventLoopUtilisation > anyCore.utilisation;
  const late = latenessOf(known, ratePerSecond);
  return {
    name,
    passed: isFull || (known.lost === 0 && met.rate && met.lag && met.cpu),
    row: [
      name + noteOf(known.lost) + (isFull ? ', the core is full' : ''),
      cell(achieved, met.rate, '/s'),
      cell(error * 100, met.rate, '%'),
      cell(p50Us / 1000, true),
      cell(p99Us / 1000, met.lag),
      cell(maxUs / 1000, true),
      cell(generator.cpuRatio * 100, met.cpu, '%'),
      `${cell(quantile(late, 0.5), true)}, ${cell(quantile(late, 0.99), true)}`,
    ],
  };
}

/** The clocks of two processes are not quite the same: what all requests have in common is theirs. */
function latenessOf({ arrivedMs }: KnownLoad, ratePerSecond: number): Float64Array {
  const late = arrivedMs.map((atMs, index) => atMs - (index * 1000) / ratePerSecond).sort();
  return late.map((ms) => ms - (late[0] ?? 0));
}
