// npm run faults: real runs, each disturbed at a moment of its own, and what must hold afterwards.
// --platform local, docker or kubernetes; --cases N in all, --abreast N at the same time (on local), --seed N; --case M tries that one
// alone, and can be given again; --fault NAME takes those of one fault. The Docker Engine is restarted where --own-engine COMMAND
// starts one that nobody else uses (dockerd, with what it needs on this machine), or --engine-restart COMMAND restarts the one that
// is there. Interrupted, it ends the cases that it has begun, and begins no more.
// Every result is kept beside those of before: --summary prints them all, and writes them into docs/reliability.md. The exit code is
// 1 where something did not hold.
import { exec } from 'node:child_process';
import { parseArgs, promisify } from 'node:util';
import { z } from 'zod';
import { describeError } from '../src/cli/describe-error.ts';
import { LabError, messageOf, UsageError } from '../src/model/errors.ts';
import { caseText, type FaultCase, placeNames, type PlaceName, systemNames } from './case.ts';
import { dockerPlace } from './docker-place.ts';
import { caseOf, faultsOn } from './draw.ts';
import { kubernetesPlace } from './kubernetes-place.ts';
import type { Means } from './fault.ts';
import { localPlace } from './local-place.ts';
import { OwnEngine } from './own-engine.ts';
import { writePage } from './page.ts';
import type { Place } from './place.ts';
import { commitNow, keepResult, readResults } from './results.ts';
import { summaryOf } from './summary.ts';
import { problemOfSystem } from './systems.ts';
import { faultOf, tryCases } from './try-case.ts';

const count = z.coerce.number().int().positive();
const optionsSchema = z.object({
  platform: z.enum(placeNames).default('local'),
  cases: count.default(20),
  abreast: count.default(2),
  seed: z.coerce.number().int().nonnegative().optional(),
  case: z.array(count).default([]),
  fault: z.string().optional(),
  summary: z.boolean().default(false),
  'engine-restart': z.string().optional(),
  'own-engine': z.string().optional(),
});
type Options = z.infer<typeof optionsSchema>;

/** So much of what a command wrote that failed is shown: its end. */
const mostWritten = 6_000;

function readOptions(args: readonly string[]): Options {
  const text = { type: 'string' } as const;
  const several = { type: 'string', multiple: true } as const;
  const flag = { type: 'boolean' } as const;
  const engines = { 'engine-restart': text, 'own-engine': text };
  const texts = { platform: text, cases: text, abreast: text, seed: text, fault: text, ...engines };
  const options = { ...texts, case: several, summary: flag };
  try {
    return optionsSchema.parse(parseArgs({ args: [...args], options }).values);
  } catch (error) {
    const sentence = error instanceof z.ZodError ? z.prettifyError(error) : messageOf(error);
    throw new UsageError(sentence, { cause: error });
  }
}

const places: Readonly<Record<PlaceName, (own?: NodeJS.ProcessEnv) => Promise<Place>>> = {
  local: () => Promise.resolve(localPlace()),
  docker: dockerPlace,
  kubernetes: kubernetesPlace,
};

/** The numbers of the cases that are asked for. */
function numbersOf({ platform, cases, case: only, fault }: Options, seed: number): readonly number[] {
  if (only.length > 0) return only;
  if (fault !== undefined && !faultsOn(platform).some(({ name }) => name === fault))
    throw new UsageError(`There is no fault "${fault}" on ${platform}.`);
  const numbers: number[] = [];
  for (let number = 1; numbers.length < cases; number++)
    if (fault === undefined || caseOf({ platform, seed }, number).fault === fault) numbers.push(number);
  return numbers;
}

/** How the Engine is restarted, where there is a way. */
function meansOf({ 'engine-restart': command }: Options, engine: OwnEngine | undefined): Means {
  if (engine !== undefined) return { restartEngine: () => engine.restart(), isApart: true };
  return command === undefined ? {} : { restartEngine: () => promisify(exec)(command) };
}

/** Leaves out what cannot be done here, and says why. */
async function possibleOf(cases: readonly FaultCase[], place: Place, means: Means): Promise<readonly FaultCase[]> {
  const asked = systemNames.map(async (name) => [name, await problemOfSystem(name, place)] as const);
  const problems = new Map(await Promise.all(asked));
  return cases.filter((kase) => {
    const missing = faultOf(kase).missing?.(means) ?? problems.get(kase.system);
    if (missing !== undefined) process.stderr.write(`${caseText(kase)} is left out: ${missing}\n`);
    return missing === undefined;
  });
}

/** Tries what is asked for; how much of it failed. */
async function tryAll(options: Options, seed: number): Promise<number> {
  const { platform, abreast, 'own-engine': own } = options;
  if (own !== undefined && platform !== 'docker') throw new UsageError('--own-engine is for --platform docker.');
  const commit = await commitNow();
  const numbers = new Map(numbersOf(options, seed).map((number) => [caseOf({ platform, seed }, number), number]));
  const enough = new AbortController();
  process.once('SIGINT', () => enough.abort());
  process.once('SIGTERM', () => enough.abort());
  await using engine = own === undefined ? undefined : await OwnEngine.start(own);
  await using place = await places[platform](engine?.environment);
  const means = meansOf(options, engine);
  let failures = 0;
  await tryCases(await possibleOf([...numbers.keys()], place, means), place, {
    abreast,
    means,
    signal: enough.signal,
    onTried: async (kase, { outcome, code, tookMs, failed, written }) => {
      const number = numbers.get(kase) ?? 0;
      const said = /^error: .*$/m.exec(written)?.[0];
      if (outcome !== 'not begun') {
        const ended = code === undefined ? {} : { code };
        await keepResult({ commit, seed, number, ...kase, outcome, ...ended, tookMs, said, failed: [...failed] });
      }
      const seconds = (tookMs / 1000).toFixed(1);
      process.stdout.write(`${number}: ${outcome}, exit code ${String(code)} after ${seconds} s: ${caseText(kase)}\n`);
      if (said !== undefined) process.stdout.write(`  ${said}\n`);
      if (failed.length === 0) return;
      failures += 1;
      const why = failed.map(({ check, why: text }) => `  ${check}: ${text}\n`).join('');
      const again = `npm run faults -- --platform ${platform} --seed ${seed} --case ${number}`;
      process.stderr.write(`\n${again}\n${why}${written.slice(-mostWritten)}\n\n`);
    },
  });
  return failures;
}

try {
  const options = readOptions(process.argv.slice(2));
  if (options.summary) {
    const summary = summaryOf(await readResults());
    process.stdout.write(summary);
    await writePage(summary);
  } else {
    const seed = options.seed ?? Math.floor(Math.random() * 2 ** 32);
    process.stderr.write(`seed ${seed}\n`);
    if ((await tryAll(options, seed)) > 0) process.exitCode = 1;
  }
} catch (error) {
  if (!(error instanceof LabError)) throw error;
  const { text, exitCode } = describeError(error, false);
  process.stderr.write(text);
  process.exitCode = exitCode;
}
