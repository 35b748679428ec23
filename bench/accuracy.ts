import type { Measurement } from '../src/model/measurement.ts';
import { formatNumber } from '../src/model/numbers.ts';
import { compareTools, type OurFigures } from './against-tools.ts';
import { behaviours, type Behaviour } from './behaviours.ts';
import { cell, takenTwice, withSecondChance, type Judged, type JudgedSection } from './judged.ts';
import { loadKnown, noteOf } from './known-load.ts';
import { named } from './options.ts';
import { benchPacing } from './pacing.ts';
import { bundle, startServer, type Server } from './programs.ts';
import { benchQueue } from './queue.ts';
import { quantile, table } from './statistics.ts';
import { benchTwoStalls } from './two-stalls.ts';

/** What can be taken of it by itself. */
const partsByName: Readonly<Record<string, (server: Server) => Promise<JudgedSection>>> = {
  pacing: benchPacing,
  stalls: benchTwoStalls,
  queue: benchQueue,
};

/**
 * The worker's two times against a server whose times are known, its pacing, and what other tools say of that server.
 * @param only the name of one part; left out for all of it
 * @throws {UsageError} where none has that name
 */
export async function benchAccuracy(only: string | undefined): Promise<JudgedSection> {
  await using server = await startServer(await bundle('known-server'), {});
  if (only !== undefined) {
    const [[, part] = []] = named(Object.entries(partsByName), ([name]) => name, 'part', only);
    if (part !== undefined) return await part(server);
  }
  const taken: (Taken & { isSecond: boolean })[] = [];
  for (const behaviour of behaviours) taken.push(await withSecondChance(() => take(server, behaviour)));
  const pacing = await benchPacing(server);
  const stalls = await benchTwoStalls(server);
  const queue = await benchQueue(server);
  const section = [
    '## Accuracy',
    `The load worker against a server that keeps books of how long it really held each answer; ms, each as measured / as it
had to be. The response time is from the moment of being due, the service time from that of being sent. **Bold** is off by
more than 3% and 1 ms; a server of which anything is gets a second chance, which counts.
${takenTwice(taken)}`,
    table(
      ['what', 'p50', 'p90', 'p99', 'p99.9', 'max'],
      taken.flatMap(({ rows }) => rows),
    ),
    stalls.section,
    queue.section,
    pacing.section,
    await compareTools(server, taken),
  ].join('\n\n');
  const parts = [pacing, stalls, queue];
  return { section, passed: parts.every(({ passed }) => passed) && taken.every(({ passed }) => passed) };
}

interface Taken extends Judged, OurFigures {
  readonly name: string;
  readonly rows: readonly (readonly string[])[];
}

async function take(server: Server, behaviour: Behaviour): Promise<Taken> {
  const { measurement, open, lost, heldMs, responseMs } = await loadKnown(server, behaviour);
  const response = compare(measurement.latency, responseMs);
  const service = compare(open.service, heldMs);
  const name = behaviour.name + noteOf(lost);
  return {
    name,
    behaviour,
    measurement,
    expectedMs: responseMs,
    passed: lost === 0 && response.passed && service.passed,
    rows: [
      [`${name}: response time`, ...response.cells],
      [`${name}: service time`, ...service.cells],
    ],
  };
}

/** Each percentile beside the one that it had to be. */
function compare(measured: Measurement['latency'], expectedMs: Float64Array): Judged & { cells: readonly string[] } {
  const pairs = [
    [measured.p50Us, 0.5],
    [measured.p90Us, 0.9],
    [measured.p99Us, 0.99],
    [measured.p999Us, 0.999],
    [measured.maxUs, 1],
  ] as const;
  const cells = pairs.map(([us, share]) => {
    const expected = quantile(expectedMs, share);
    const passed = Math.abs(us / 1000 - expected) <= Math.max(1, expected * 0.03);
    return { passed, text: `${cell(us / 1000, passed)} / ${formatNumber(expected)}` };
  });
  return { passed: cells.every(({ passed }) => passed), cells: cells.map(({ text }) => text) };
}
