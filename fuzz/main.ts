// npm run fuzz: tries the lab with what nobody would write. A case that does not hold is printed with what makes it again.
// --cases N of all kinds together, or --minutes N; --only KIND: files, claims, command-lines, saved-runs or servers; --seed N;
// --case M, with --only and --seed, tries that one alone. The exit code is 1 where something did not hold.
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { describeError } from '../src/cli/describe-error.ts';
import { LabError, messageOf, UsageError } from '../src/model/errors.ts';
import { claims } from './claims.ts';
import { commandLines } from './command-lines.ts';
import { scenarioFiles } from './files.ts';
import { fuzz, type Tally } from './fuzz.ts';
import { savedRuns } from './saved-runs.ts';
import { servers } from './servers.ts';

const kinds = [scenarioFiles, claims, savedRuns, commandLines, servers];
const number = z.coerce.number().int().nonnegative().optional();
const optionsSchema = z.object({
  only: z.enum(['files', 'claims', 'command-lines', 'saved-runs', 'servers']).optional(),
  seed: number,
  case: number,
  cases: number,
  minutes: z.coerce.number().positive().optional(),
});

function readOptions(args: readonly string[]): z.infer<typeof optionsSchema> {
  const text = { type: 'string' } as const;
  try {
    const known = { only: text, seed: text, case: text, cases: text, minutes: text };
    return optionsSchema.parse(parseArgs({ args: [...args], options: known }).values);
  } catch (error) {
    const sentence = error instanceof z.ZodError ? z.prettifyError(error) : messageOf(error);
    throw new UsageError(sentence, { cause: error });
  }
}

function lineOf({ kind, cases, outcomes, faults }: Tally): string {
  const became = Object.entries(outcomes).map(([outcome, count]) => `${count.toLocaleString('en')} ${outcome}`);
  return `${kind}: ${cases.toLocaleString('en')} cases (${became.join(', ')}), ${faults.length} faults\n`;
}

try {
  const options = readOptions(process.argv.slice(2));
  const seed = options.seed ?? Math.floor(Math.random() * 2 ** 32);
  process.stderr.write(`seed ${seed}\n`);
  const tallies = await fuzz(
    kinds.filter(({ name }) => options.only === undefined || name === options.only),
    { ...options, seed },
    ({ number: failed, input, why }, kind) => {
      const again = `npm run fuzz -- --only ${kind} --seed ${seed} --case ${failed}`;
      process.stderr.write(`\n${again}\n${input}\n${why}\n\n`);
    },
  );
  for (const tally of tallies) process.stdout.write(lineOf(tally));
  if (tallies.some(({ faults }) => faults.length > 0)) process.exitCode = 1;
} catch (error) {
  if (!(error instanceof LabError)) throw error;
  const { text, exitCode } = describeError(error, false);
  process.stderr.write(text);
  process.exitCode = exitCode;
}
