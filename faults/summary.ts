import { plural } from '../src/model/numbers.ts';
import { placeNames, type PlaceName, systemNames } from './case.ts';
import { faults } from './catalogue.ts';
import { checks } from './checks.ts';
import type { Fault } from './fault.ts';
import type { Result } from './results.ts';

/** What docs/reliability.md has: what must hold, how many cases there were in all, and a line for each fault. */
export function summaryOf(results: readonly Result[]): string {
  const met = results.filter(({ outcome }) => outcome !== 'too late');
  const head = ['held of cases', ...placeNames, 'failed'];
  const rows = faults.map((fault) => {
    const those = met.filter((result) => result.fault === fault.name);
    return [fault.name, ...placeNames.map((platform) => heldOn(platform, fault, those)), failedIn(those)];
  });
  const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  const must = checks.map(({ name, what }) => `- ${name}: ${what}`);
  return `${must.join('\n')}\n\n${sentenceOf(met, results.length - met.length)}\n\n${lines.join('\n')}\n`;
}

/** How many of the cases of a fault held on a platform; a dash where it is nothing that can happen there. */
function heldOn(platform: PlaceName, { platforms }: Fault, results: readonly Result[]): string {
  const those = results.filter((result) => result.platform === platform);
  if (those.length === 0) return platforms.includes(platform) ? 'not tried' : '–';
  return `${those.filter(({ outcome }) => outcome === 'held').length} of ${those.length}`;
}

/** `nothing left (docker)`: what did not hold, and where. */
function failedIn(results: readonly Result[]): string {
  const failed = results.flatMap(({ platform, failed: those }) => those.map(({ check }) => `${check} (${platform})`));
  return [...new Set(failed)].join(', ');
}

function sentenceOf(met: readonly Result[], late: number): string {
  const places = counted(placeNames, 'on', (name) => met.filter(({ platform }) => platform === name));
  const systems = counted(systemNames, 'of', (name) => met.filter(({ system }) => system === name));
  const failed = met.filter(({ outcome }) => outcome === 'failed').length;
  const commits = [...new Set(met.map(({ commit }) => commit))].join(', ');
  const more = late === 0 ? '' : ` ${plural(late, 'more run')} ended before the fault struck.`;
  return `${plural(met.length, 'case')} (${places}; ${systems}), of which ${failed} failed, at ${commits}.${more}`;
}

/** `123 on local, 17 on docker`: how many there are of each, without those of which there are none. */
function counted<Name extends string>(
  names: readonly Name[],
  word: string,
  of: (name: Name) => readonly Result[],
): string {
  return names
    .map((name) => [name, of(name).length] as const)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${count} ${word} ${name}`)
    .join(', ');
}
