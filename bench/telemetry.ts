import { runLab } from './lab.ts';
import { ratios, spread, table } from './statistics.ts';

const rounds = 9;

/** What watching costs: a sample every second from replicas, database and cache, and each answer with its own times. */
export async function benchTelemetry(): Promise<string> {
  const rps = { with: [] as number[], without: [] as number[] };
  for (let round = 0; round < rounds; round++) {
    // Whichever comes first in a round has no other place in the next one.
    const sides = round % 2 === 0 ? (['with', 'without'] as const) : (['without', 'with'] as const);
    for (const side of sides) rps[side].push(await cachedReads(side === 'with'));
  }
  return [
    '## What telemetry costs',
    `\`scale-lab run cache-hit --variant cache-aside --replicas 1 --duration 5s\`, with and without \`--no-telemetry\`: the cheapest request
that the app has, ${rounds} rounds in turn; median (lowest to highest). The ratio is taken round by round.`,
    table(
      ['with telemetry, RPS', 'without, RPS', 'with / without'],
      [[spread(rps.with), spread(rps.without), spread(ratios(rps.with, rps.without))]],
    ),
  ].join('\n\n');
}

async function cachedReads(watched: boolean): Promise<number> {
  const args = ['cache-hit', '--variant', 'cache-aside', '--replicas', '1', '--duration', '5s'];
  const { trials } = await runLab(watched ? args : [...args, '--no-telemetry']);
  const rps = trials[0]?.metrics.rps;
  if (rps === undefined) throw new Error('the lab measured nothing');
  return rps;
}
