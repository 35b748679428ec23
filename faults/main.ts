// npm run faults: real runs, each disturbed at a moment of its own, and what must hold afterwards.
// --platform local, docker or kubernetes; --cases N in all, --abreast N at the same time (on local), --seed N; --case M tries that one
// alone, and can be given again. --engine-restart COMMAND restarts the Docker Engine, which is left out without it. Every result is kept beside those of before:
// --summary prints them all, as docs/reliability.md has them. The exit code is 1 where something did not hold.
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { describeError } from '../src/cli/describe-error.ts';
import { LabError, messageOf, UsageError } from '../src/model/errors.ts';
import { caseText, placeNames, type PlaceName } from './case.ts';
import { dockerPlace } from './docker-place.ts';
import { caseOf } from './draw.ts';
import { kubernetesPlace } from './kubernetes-place.ts';
import { localPlace } from './local-place.ts';
import type { Place } from './place.ts';
import { commitNow, keepResult, readResults } from './results.ts';
import { summaryOf } from './summary.ts';
import { faultOf, tryCases } from './try-case.ts';

const count = z.coerce.number().int().positive();
const optionsSchema = z.object({
  platform: z.enum(placeNames).default('local'),
  cases: count.default(20),
  abreast: count.default(2),
  seed: z.coerce.number().int().nonnegative().optional(),
  case: z.array(count).default([]),
  summary: z.boolean().default(false),
  'engine-restart': z.string().optional(),
});
type Options = z.infer<typeof optionsSchema>;

/** So much of what a command wrote that failed is shown: its end. */
const mostWritten = 6_000;

function readOptions(args: readonly string[]): Options {
  const text = { type: 'string' } as const;
  const several = { type: 'string', multiple: true } as const;
  const flag = { type: 'boolean' } as const;
  const texts = { platform: text, cases: text, abreast: text, seed: text, 'engine-restart': text };
  const options = { ...texts, case: several, summary: flag };
  try {
    return optionsSchema.parse(parseArgs({ args: [...args], options }).values);
  } catch (error) {
    const sentence = error instanceof z.ZodError ? z.prettifyError(error) : messageOf(error);
    throw new UsageError(sentence, { cause: error });
  }
}

const places: Readonly<Record<PlaceName, () => Promise<Place>>> = {
  local: () => Promise.resolve(localPlace()),
  docker: dockerPlace,
  kubernetes: kubernetesPlace,
};

/** Tries what is asked for; how much of it failed. */
async function tryAll(options: Options, seed: number): Promise<number> {
  const { platform, cases, abreast, case: only } = options;
  const means = { engineRestart: options['engine-restart'] };
  const commit = await commitNow();
  const all = only.length === 0 ? Array.from({ length: cases }, (_, index) => index + 1) : only;
  const numbers = new Map(all.map((number) => [caseOf({ platform, seed }, number), number]));
  for (const kase of numbers.keys()) {
    const missing = faultOf(kase).missing?.(means);
    if (missing === undefined) continue;
    process.stderr.write(`${kase.fault} is left out: ${missing}\n`);
    numbers.delete(kase);
  }
  let failures = 0;
  await using place = await places[platform]();
  await tryCases([...numbers.keys()], place, {
    abreast,
    means,
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
  if (options.summary) process.stdout.write(summaryOf(await readResults()));
  else {
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
