import { isDeepStrictEqual } from 'node:util';
import { shortened } from '../model/foreign-text.ts';
import type { LoadProfile } from '../model/load-profile.ts';
import { plural } from '../model/numbers.ts';
import { linkedIn, servicesBeside } from '../model/plan.ts';
import { loadsOf, runsAlready, type Scenario, type Variant } from '../model/scenario.ts';
import { appIn, usesCache, usesRedis, type AppSettings, type ServiceUse } from '../model/system.ts';

/** One part of a system: its name, and what is to be known of it. */
interface Part {
  readonly name: string;
  readonly details: readonly string[];
}

/** Texts that differ between variants, shortest first where they are numbers; none where all have it. */
function distinct<T>(values: readonly T[]): readonly T[] {
  return [...new Set(values)];
}

function loadDetail(load: LoadProfile): string {
  switch (load.kind) {
    case 'closed':
      return plural(load.connections, 'connection');
    case 'open':
      return `from ${load.stages[0]?.fromPerSecond ?? 0}/s`;
    case 'burst':
      return `bursts of ${load.size}`;
    case 'search':
      return 'a search';
  }
}

/** The same detail of all variants, or how many there are of it. */
function shared(details: readonly string[], several: string): string {
  const [first = '', ...others] = distinct(details);
  return others.length === 0 ? first : several;
}

function balancerOf({ system }: Variant): string {
  return ('balancer' in system ? system.balancer?.method : undefined) ?? 'in turn';
}

function appOf({ variants, replicas }: Scenario): Part {
  const counts = replicas.map((count) => `×${count}`).join(', ');
  const apps = variants.flatMap(({ system }) => appIn(system) ?? []);
  if (apps.length === 0) return { name: 'your server', details: variants.some(runsAlready) ? [] : [counts] };
  const pools = distinct(
    apps.map(({ pool, connections }) => (connections === 'pool' ? `pool of ${pool.size}` : 'no pool')),
  );
  return { name: 'app', details: [counts, shared(pools, 'several pools'), ...comparedIn(variants, undrawn)] };
}

/** So that a drawing stays within its width. */
const longestDetail = 20;

/** The variants by their names, where their apps differ in what that takes of them. */
function comparedIn(variants: readonly Variant[], of: (app: AppSettings) => unknown): readonly string[] {
  const apps = variants.map(({ system }) => appIn(system));
  const settings = apps.map((app) => app && of(app));
  if (settings.every((each) => isDeepStrictEqual(each, settings[0]))) return [];
  return variants.map(({ name }, index) => shortened(index === 0 ? name : `or ${name}`, longestDetail));
}

/** What is not drawn otherwise: cache and pools are. */
function undrawn({ cache: _, connections: __, pool, ...others }: AppSettings): unknown {
  return { ...others, pool: { ...pool, size: 0 } };
}

function storesOf({ variants, data }: Scenario): readonly Part[] {
  const apps = variants.flatMap(({ system }) => appIn(system) ?? []);
  if (apps.length === 0) return [];
  const always = apps.every(usesCache);
  const details = always
    ? ['the cache', ...comparedIn(variants, ({ cache }) => cache)]
    : [apps.some(usesCache) ? 'with a cache' : 'with a projection'];
  return [
    ...(apps.some(usesRedis) ? [{ name: 'Redis', details: [...details, ...linkTo('redis', variants)] }] : []),
    { name: 'PostgreSQL', details: [plural(data.todos, 'todo'), ...linkTo('postgres', variants)] },
  ];
}

/** That a link leads to a service: it does in all variants that have the service. */
function linkTo(service: string, variants: readonly Variant[]): readonly string[] {
  return variants.some(({ system }) => linkedIn(system).includes(service)) ? ['behind a link'] : [];
}

/** What runs beside what is tested in some variant, by the names of the file. */
function servicesOf({ variants }: Scenario): readonly Part[] {
  const all = variants.flatMap(({ system }) => servicesBeside(system));
  return distinct(all.map(({ name }) => name)).map((name) => {
    const uses = all.filter((use) => use.name === name);
    const counts = distinct(uses.flatMap(({ replicas = 1 }) => (replicas > 1 ? [`×${replicas}`] : [])));
    const isAlways = uses.length === variants.length;
    return {
      name: name.length > longestName ? `${name.slice(0, longestName - 1)}…` : name,
      details: [
        shared(uses.map(kindOf), 'of several kinds'),
        ...(counts.length > 0 ? [counts.join(', ')] : []),
        ...(isAlways ? [] : ['or none']),
        ...linkTo(name, variants),
      ],
    };
  });
}

/** So that a drawing stays within its width. */
const longestName = 16;

function kindOf(use: ServiceUse): string {
  return use.kind === 'entry' ? use.entry : 'your server';
}

/** The parts from left to right; the last place may hold several, one below the other. */
function partsOf(scenario: Scenario): readonly (readonly Part[])[] {
  const { variants, replicas } = scenario;
  const load = shared(loadsOf(scenario).map(loadDetail), 'several loads');
  const isBalanced = replicas.some((count) => count > 1);
  const balancers = distinct(variants.map(balancerOf));
  const balancer = {
    name: 'load balancer',
    details: [balancers.length === 1 ? (balancers[0] ?? '') : 'several ways'],
  };
  const backends = [...storesOf(scenario), ...servicesOf(scenario)];
  return [
    [{ name: 'load generator', details: [load] }],
    ...(isBalanced ? [[balancer]] : []),
    [appOf(scenario)],
    ...(backends.length > 0 ? [backends] : []),
  ];
}

function box({ name, details }: Part, width: number, height: number): readonly string[] {
  const lines = [name, ...details, ...Array.from({ length: Math.max(0, height - 1 - details.length) }, () => '')];
  return [
    `┌${'─'.repeat(width + 2)}┐`,
    ...lines.map((line) => `│ ${line.padEnd(width)} │`),
    `└${'─'.repeat(width + 2)}┘`,
  ];
}

/** What leads to a row of a column of boxes: an arrow to the name of each, out of what is left of the first. */
function arrowAt(row: number, boxHeight: number, boxes: number): string {
  const [index, place] = [Math.floor(row / boxHeight), row % boxHeight];
  const isName = place === 1;
  if (index === 0 && isName) return boxes > 1 ? '─┬─▶' : '───▶';
  if (isName) return index < boxes - 1 ? ' ├─▶' : ' └─▶';
  const isBetween = row > 1 && row < (boxes - 1) * boxHeight + 1;
  return isBetween ? ' │  ' : '    ';
}

/** Boxes of the same size below one another, with arrows that lead to them: without so much of each. */
function column(parts: readonly Part[], without: number): readonly string[] {
  const lines = Math.max(...parts.map(({ details }) => details.length + 1));
  const width = Math.max(...parts.flatMap(({ name, details }) => [name, ...details].map(({ length }) => length)));
  return parts
    .flatMap((part) => box(part, width, lines))
    .map((line, row) => arrowAt(row, lines + 2, parts.length).slice(without) + line);
}

/** So long is an arrow. */
const arrowLength = 4;
/** A terminal of 80 columns, with a margin. */
const mostColumns = 78;

/** What goes from left to right; where that is too wide, by shorter arrows. */
function columnsOf(parts: readonly (readonly Part[])[], without = 0): readonly (readonly string[])[] {
  const columns = parts.map((each, index) => column(each, index === 0 ? arrowLength : without));
  const width = columns.reduce((sum, [line = '']) => sum + line.length, 0);
  return width > mostColumns && without === 0 ? columnsOf(parts, 1) : columns;
}

/** What a scenario starts, as boxes and arrows of at most 80 columns: where the load comes from, and what it passes through. */
export function architectureOf(scenario: Scenario): readonly string[] {
  const columns = columnsOf(partsOf(scenario));
  const height = Math.max(...columns.map(({ length }) => length));
  return Array.from({ length: height }, (_, row) =>
    columns
      .map((lines) => lines[row] ?? ' '.repeat(lines[0]?.length ?? 0))
      .join('')
      .trimEnd(),
  );
}
