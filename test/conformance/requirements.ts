import type { Requirement } from '../../src/platforms/platform.ts';
import { catalogue } from '../../src/services/catalogue.ts';

/** Why a platform cannot run what a machine has to bring for every test; undefined where it can. */
export function problemOf(requirements: readonly Requirement[]): string | undefined {
  const ofEntries = catalogue.flatMap(({ name }) => needsOf(name));
  return firstProblem(requirements.filter(({ name }) => !ofEntries.includes(name)));
}

/** Why a platform cannot run an entry of the catalogue; undefined where it can. */
export function problemOfEntry(entry: string, requirements: readonly Requirement[]): string | undefined {
  const own = needsOf(entry);
  return firstProblem(requirements.filter(({ name }) => own.includes(name)));
}

/** What an entry needs and nothing else does, as requirements call it. */
function needsOf(entry: string): readonly string[] {
  const executables = catalogue.flatMap((each) => (each.name === entry ? (each.executables ?? []) : []));
  return [...executables.map(({ name }) => name), `memory for ${entry}`, `image for ${entry}`];
}

function firstProblem(requirements: readonly Requirement[]): string | undefined {
  const unmet = requirements.find(({ met }) => !met);
  return unmet?.met === false ? `${unmet.name}: ${unmet.problem}` : undefined;
}
