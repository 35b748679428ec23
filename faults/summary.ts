import { plural } from '../src/model/numbers.ts';
import { placeNames } from './case.ts';
import { checks } from './checks.ts';
import { faultsOn } from './draw.ts';
import type { Result } from './results.ts';

/** What docs/reliability.md has: what must hold, how many cases there were in all, and a line for each fault of each platform. */
export function summaryOf(results: readonly Result[]): string {
  const rows = placeNames.flatMap((platform) =>
    faultsOn(platform).map(({ name }) => {
      const those = results.filter((result) => result.platform === platform && result.fault === name);
      return [platform, name, ...countsOf(those)];
    }),
  );
  const head = ['platform', 'fault', 'cases', 'held', 'failed', 'what failed'];
  const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  const must = checks.map(({ name, what }) => `- ${name}: ${what}`);
  return `${must.join('\n')}\n\n${sentenceOf(results)}\n\n${lines.join('\n')}\n`;
}

/** How many cases there were, held and failed, and what failed; where a fault has met nothing, that it was not tried. */
function countsOf(results: readonly Result[]): readonly string[] {
  const met = results.filter(({ outcome }) => outcome !== 'too late');
  const failed = met.filter(({ outcome }) => outcome === 'failed');
  const what = [...new Set(failed.flatMap((result) => result.failed.map(({ check }) => check)))].join(', ');
  if (met.length === 0) return ['0', '', '', 'not tried'];
  return [met.length, met.length - failed.length, failed.length, what].map(String);
}

function sentenceOf(results: readonly Result[]): string {
  const of = (outcome: Result['outcome']): number => results.filter((result) => result.outcome === outcome).length;
  const met = of('held') + of('failed');
  const places = placeNames.flatMap((platform) => {
    const count = results.filter((result) => result.platform === platform && result.outcome !== 'too late').length;
    return count === 0 ? [] : [`${count} on ${platform}`];
  });
  const commits = [...new Set(results.map(({ commit }) => commit))].join(', ');
  const late = of('too late');
  const more = late === 0 ? '' : ` ${plural(late, 'more run')} ended before the moment of its fault.`;
  return `${plural(met, 'case')} (${places.join(', ')}), of which ${of('failed')} failed, at ${commits}.${more}`;
}
