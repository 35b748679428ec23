import { samplesFor } from '../analysis/caveats/percentiles.ts';
import { hiccupsIn, isLong } from '../analysis/rate-search/known-rates.ts';
import { nextStep, type Found } from '../analysis/rate-search/next-probe.ts';
import { probeOutcome } from '../analysis/rate-search/objective.ts';
import { referencesOf } from '../model/expectation.ts';
import { measuredMs, type OpenLoad, type RateSearch } from '../model/load-profile.ts';
import { formatDuration, formatQuantity, plural } from '../model/numbers.ts';
import type { Trial } from '../model/plan.ts';
import { constantRate } from '../model/rate-stages.ts';
import type { Workload } from '../model/workload.ts';
import type { Deployment } from '../platforms/platform.ts';
import type { Caveat, RateSearchRecord, TrialRecord } from '../record/run-record.ts';
import { deathCaveats, deathsIn, isSpoilt } from './deaths.ts';
import type { EventSink } from './events.ts';
import { runTrial } from './trial.ts';

type Probe = RateSearchRecord['probes'][number];

/** A confirmation is made longer for the samples that a percentile takes, by this factor at most. */
const mostStretch = 6;

/**
 * Looks for the highest rate at which what is deployed keeps an objective, by trials at one rate each.
 * @returns the trial that confirmed it (where none did, the last one), with the search and the metric `max_rps`
 * @throws {LabError} where the load generator fails; the signal's reason where it is aborted
 */
export async function searchRate(
  deployment: Deployment,
  trial: Trial,
  search: RateSearch,
  emit: EventSink,
  signal: AbortSignal,
): Promise<TrialRecord> {
  const { probe: load, mostPerSecond, precision, slo } = search;
  const settings = {
    firstPerSecond: load.stages[0]?.fromPerSecond ?? 1,
    mostPerSecond,
    precision,
    probeMs: load.warmupMs + measuredMs(load),
    confirmMs: load.warmupMs + search.confirmMs,
    confirmMsAt: (ratePerSecond: number) => load.warmupMs + confirmationMs(trial, search, ratePerSecond),
  };
  const startMs = performance.now();
  const probes: Probe[] = [];
  let last: TrialRecord | undefined;
  const confirmed = new Map<number, TrialRecord>();
  for (;;) {
    // Probes are counted as long as they are; what lies between them takes its time as well.
    const probedMs = probes.reduce((sum, { durationMs }) => sum + durationMs, 0);
    const betweenMs = Math.max(0, performance.now() - startMs - probedMs);
    const step = nextStep({ ...settings, budgetMs: search.budgetMs - betweenMs }, probes);
    if ('found' in step) {
      if (last === undefined) throw new Error('a search has probed nothing');
      return concluded(confirmed.get(step.found.lowPerSecond) ?? last, step.found, probes, trial, search);
    }
    const { phase, ratePerSecond } = step.probe;
    const durationMs = isLong(step.probe) ? confirmationMs(trial, search, ratePerSecond) : measuredMs(load);
    const probeLoad: OpenLoad = { ...load, stages: constantRate(ratePerSecond, durationMs) };
    last = await runTrial(deployment, { ...trial, load: probeLoad }, emit, signal);
    // There is nothing more to look for, and nothing was found.
    if (isSpoilt(last)) return { ...last, number: trial.number, round: trial.round };
    const deaths = await deathsIn(deployment, signal);
    if (deaths.length > 0) {
      // With fewer copies it would be the rate of another system.
      const died = deathCaveats(deaths);
      const byRequest = last.byRequest.map((each) => ({ ...each, caveats: [...died, ...each.caveats] }));
      const spoilt = { ...last, byRequest, caveats: [...last.caveats, ...died] };
      const lowPerSecond = Math.max(
        0,
        ...probes.filter(({ outcome }) => outcome === 'kept').map(({ ratePerSecond }) => ratePerSecond),
      );
      return concluded(spoilt, { limit: 'died', lowPerSecond }, probes, trial, search);
    }
    const outcome = probeOutcome(slo, last);
    const noise = outcome.outcome === 'kept' ? undefined : noiseOf(last, trial);
    const probe = {
      phase,
      ratePerSecond,
      durationMs: load.warmupMs + durationMs,
      ...outcome,
      ...(noise === undefined ? {} : { noise }),
    };
    probes.push(probe);
    if (phase === 'confirm' && outcome.outcome === 'kept') confirmed.set(ratePerSecond, last);
    emit({ type: 'probe', trial, probe });
  }
}

/** So much of the lag at which a generator is not trusted is a pause that latencies show. */
const pauseShare = 0.5;

/**
 * What the generator's machine did in a probe that may have broken the objective, in words; undefined where it did nothing of the
 * kind, and where there was no right answer at all: that no pause explains.
 */
function noiseOf({ measurement, caveats }: TrialRecord, { trust }: Trial): string | undefined {
  if (measurement.requests === 0) return undefined;
  const pauseMs = measurement.generator.longestPauseUs / 1000;
  if (pauseMs > pauseShare * trust.lagMs) return `the generator stood still for ${formatDuration(Math.round(pauseMs))}`;
  const isHeldUp = caveats.some(({ kind }) => kind === 'generator-paused' || kind === 'generator-saturated');
  return isHeldUp ? 'the generator was held up' : undefined;
}

/** As long as was asked, or until there are the answers that the percentiles of the objective take. */
function confirmationMs({ trust, workload }: Trial, { slo, confirmMs }: RateSearch, ratePerSecond: number): number {
  const answers = Math.max(
    0,
    ...slo.flatMap(referencesOf).map(({ metric, request }) => {
      return samplesFor(metric, trust.samples) / shareOf(workload, request);
    }),
  );
  // A few more than are needed: not all that are due are right answers.
  const neededMs = Math.ceil((1.05 * answers * 1000) / ratePerSecond);
  return Math.max(confirmMs, Math.min(neededMs, confirmMs * mostStretch));
}

/** How much of all requests those of that name are, or those of all names. */
function shareOf({ requests }: Workload, name: string | undefined): number {
  const weightOf = (some: Workload['requests']): number => some.reduce((sum, { weight }) => sum + weight, 0);
  return weightOf(requests.filter((request) => name === undefined || request.name === name)) / weightOf(requests);
}

function concluded(
  record: TrialRecord,
  found: Found,
  probes: readonly Probe[],
  { number, round }: Trial,
  { slo }: RateSearch,
): TrialRecord {
  const caveats = [...doubtedToo(record, slo), ...caveatsOf(found, probes)];
  const search = { slo: slo.map(({ text }) => text), probes: [...probes], ...found };
  // Where noise or a death ended it, or the time was up before any rate was kept, what it has come to says nothing of the server.
  const isNothing =
    found.limit === 'noise' || found.limit === 'died' || (found.limit === 'budget' && found.lowPerSecond === 0);
  const metrics = isNothing ? record.metrics : { ...record.metrics, max_rps: found.lowPerSecond };
  return { ...record, number, round, search, metrics, caveats };
}

/** What was confirmed with too few answers is no more certain than the percentile that it rests on, of all requests or of one. */
function doubtedToo({ caveats, byRequest }: TrialRecord, slo: RateSearch['slo']): Caveat[] {
  const against = slo.flatMap(referencesOf).flatMap(({ metric, request }) => {
    const of = request === undefined ? caveats : byRequest.find((results) => results.request === request)?.caveats;
    return (of ?? []).filter(({ doubts }) => doubts.includes(metric));
  });
  const isIn = (some: readonly Caveat[], { kind, text }: Caveat): boolean =>
    some.some((caveat) => caveat.kind === kind && caveat.text === text);
  const ofRequests = [...new Set(against)].filter((caveat) => !isIn(caveats, caveat));
  return [
    ...caveats.map((caveat) => (isIn(against, caveat) ? { ...caveat, doubts: [...caveat.doubts, 'max_rps'] } : caveat)),
    ...ofRequests.map((caveat) => ({ ...caveat, doubts: ['max_rps'] })),
  ];
}

function caveatsOf({ limit, lowPerSecond, highPerSecond }: Found, probes: readonly Probe[]): Caveat[] {
  const broken = probes.findLast(({ ratePerSecond }) => ratePerSecond === highPerSecond);
  const at = formatQuantity(highPerSecond ?? 0, 'per-second');
  switch (limit) {
    case 'objective':
    // That is told by its own caveat.
    case 'died':
      return [];
    case 'generator': {
      const text = `the search ended at the load generator's own limit: at ${at} ${broken?.why ?? ''}`;
      return [{ kind: 'search-limit', text, doubts: ['max_rps'] }];
    }
    case 'most':
      return [
        {
          kind: 'search-limit',
          text: 'the highest rate that was allowed kept the objective: what it can carry is more',
          doubts: ['max_rps'],
        },
      ];
    case 'noise': {
      const rates = plural(hiccupsIn(probes), 'rate');
      const still = probes.filter(({ noise }) => noise !== undefined).length;
      const text = `the machine was too busy to tell: in ${plural(probes.length, 'probe')} the objective was broken at ${rates} far below one that was kept, and in ${still} that broke it the load generator was held up`;
      return [{ kind: 'search-limit', text, doubts: ['max_rps'] }];
    }
    case 'budget': {
      if (lowPerSecond === 0) {
        const text = `the budget was spent before a rate was found that keeps the objective: ${at} broke it`;
        return [{ kind: 'search-limit', text, doubts: ['max_rps'] }];
      }
      const upTo = highPerSecond === undefined ? 'nothing above it was seen to break it' : `${at} broke it`;
      const text = `the budget was spent before the rate was known: ${formatQuantity(lowPerSecond, 'per-second')} kept the objective, ${upTo}`;
      return [{ kind: 'search-limit', text, doubts: ['max_rps'] }];
    }
    case 'nothing':
      return [{ kind: 'search-limit', text: `no rate kept the objective: at ${at} ${broken?.why ?? ''}`, doubts: [] }];
  }
}
