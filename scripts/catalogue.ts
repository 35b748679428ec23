// npm run catalogue -- [scenario…]: runs every scenario as it is shipped, and writes docs/catalogue.md. --platform NAME (local unless
// given) runs those that this platform can run. Each result is kept as soon as it is there: a sitting takes what is missing, of that
// platform; a scenario that is named is taken again. --minutes N begins nothing more after so long. All of the page is of one commit: where what runs has changed
// since, --anew leaves away what was taken before. --page-only writes the page from what is kept. The exit code is 1 where a run had no result, and 2 where
// it was not to be begun.
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { describeError } from '../src/cli/describe-error.ts';
import { platformFor } from '../src/lessons/platform-for.ts';
import { packageFolder } from '../src/machine/package.ts';
import { LabError, messageOf, UsageError } from '../src/model/errors.ts';
import { formatDuration } from '../src/model/numbers.ts';
import type { Scenario } from '../src/model/scenario.ts';
import { platformNames, type PlatformName } from '../src/platforms/platform.ts';
import { readScenarioFile } from '../src/scenarios/parse.ts';
import { suggestion } from '../src/shapes/suggest.ts';
import { cataloguePage } from './catalogue/page.ts';
import { commitOfWhatRuns, optionFor, readTaken, takenOf, writeTaken, type Taken } from './catalogue/taken.ts';
import { endingSignal, realRun } from './real-run.ts';

const optionsSchema = z.object({
  platform: z.enum(platformNames).default('local'),
  minutes: z.coerce.number().positive().default(Infinity),
  anew: z.boolean().default(false),
  'page-only': z.boolean().default(false),
});

function readOptions(args: readonly string[]) {
  const [text, flag] = [{ type: 'string' }, { type: 'boolean' }] as const;
  const options = { platform: text, minutes: text, anew: flag, 'page-only': flag };
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    return { ...optionsSchema.parse(values), names: positionals };
  } catch (error) {
    const sentence = error instanceof z.ZodError ? z.prettifyError(error) : messageOf(error);
    throw new UsageError(sentence, { cause: error });
  }
}

/** What a platform can do, more than those before it. */
const reach: Readonly<Record<PlatformName, number>> = { local: 0, docker: 1, kubernetes: 2, minikube: 2 };

const say = (line: string): boolean => process.stderr.write(`${line}\n`);

/** The scenarios of these names, all where there is none, as far as the platform can run them; it says which it cannot. */
function possible(scenarios: readonly Scenario[], names: readonly string[], platform: PlatformName) {
  const all = scenarios.map(({ name }) => name);
  for (const name of names) {
    if (!all.includes(name)) throw new UsageError(`There is no scenario "${name}": ${suggestion(name, all)}.`);
  }
  return scenarios.filter((scenario) => {
    if (names.length > 0 && !names.includes(scenario.name)) return false;
    const least = platformFor(scenario);
    const isPossible = reach[least] <= reach[platform];
    if (!isPossible) say(`${scenario.name} is left out: it needs ${least}.`);
    return isPossible;
  });
}

/** What is kept of this commit. */
async function keptOf(commit: string, isAnew: boolean): Promise<readonly Taken[]> {
  const kept = await readTaken();
  const others = kept.filter((one) => one.commit !== commit);
  const [other] = others;
  if (other === undefined || isAnew) return kept.filter((one) => !others.includes(one));
  throw new UsageError(`The catalogue was taken at ${other.commit}, and what runs has changed since, in ${commit}.`, {
    hint: 'Add --anew to begin a new one: what was taken before is left away.',
  });
}

async function keep(scenarios: readonly Scenario[], taken: readonly Taken[]): Promise<void> {
  await writeTaken(taken);
  await writeFile(path.join(packageFolder, 'docs', 'catalogue.md'), cataloguePage(scenarios, taken));
}

/** Takes what is due of a platform; how many runs had no result. */
async function sit(scenarios: readonly Scenario[], options: ReturnType<typeof readOptions>): Promise<number> {
  const { platform, names, minutes, anew } = options;
  const chosen = possible(scenarios, names, platform);
  const commit = await commitOfWhatRuns();
  let taken = await keptOf(commit, anew);
  const isOf = (one: Taken, { name }: Scenario): boolean => one.scenario === name && one.platform === platform;
  const due = chosen.filter((scenario) => names.length > 0 || !taken.some((one) => isOf(one, scenario)));
  const [signal, endMs] = [endingSignal(), performance.now() + minutes * 60_000];
  let failures = 0;
  for (const [index, scenario] of due.entries()) {
    if (signal.aborted || performance.now() > endMs) {
      say(`${due.length - index} of ${due.length} are left for another sitting.`);
      break;
    }
    const startMs = performance.now();
    try {
      const args = [scenario.name, ...optionFor(platform), '--quiet'];
      const one = await realRun(args, (record) => Promise.resolve(takenOf(record, { platform, commit })), signal);
      taken = [...taken.filter((other) => !isOf(other, scenario)), one];
      await keep(scenarios, taken);
      say(`${scenario.name}, in ${formatDuration(performance.now() - startMs)}: ${one.answer}`);
    } catch (error) {
      failures += 1;
      say(`${scenario.name} has no result: ${messageOf(error)}`);
    }
  }
  return failures;
}

try {
  const options = readOptions(process.argv.slice(2));
  const { scenarios } = await readScenarioFile(path.join(packageFolder, 'scenarios.yaml'));
  if (options['page-only']) await keep(scenarios, await readTaken());
  else if ((await sit(scenarios, options)) > 0) process.exitCode = 1;
} catch (error) {
  if (!(error instanceof LabError)) throw error;
  const { text, exitCode } = describeError(error, false);
  process.stderr.write(text);
  process.exitCode = exitCode;
}
