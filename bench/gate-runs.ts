import { appendFile, mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { gateRulesVersion } from '../src/analysis/gate/decision.ts';
import { packageFolder } from '../src/machine/package.ts';
import { plural } from '../src/model/numbers.ts';
import { describeMachine } from '../src/record/this-machine.ts';

const runSchema = z.object({
  share: z.number(),
  outcome: z.enum(['passed', 'failed', 'inconclusive']),
  rounds: z.number(),
  said: z.array(z.string()).describe('Why it did not pass, and what was not judged'),
  machine: z.string(),
});

/** One run of the gate, and what came out. */
export type GateRun = z.infer<typeof runSchema>;

/** What a run of now was on. */
export function machineInShort(): string {
  const { cpu, cores, node } = describeMachine();
  return `${cpu}, ${plural(cores, 'core')}, Node ${node}`;
}

/** Enough for a claim and how far it was missed. */
const mostCharacters = 160;

/** Those of other rules, or of an experiment with other settings, are not of the same kind: each has a file of its own. */
function fileOf(experiment: string): string {
  return path.join(packageFolder, 'bench', 'gate-runs', `rules-${gateRulesVersion}-${experiment}.jsonl`);
}

/** The runs of an experiment that are kept, of all sittings, under the rules by which the gate judges now. */
export async function readRuns(experiment: string): Promise<readonly GateRun[]> {
  const text = await readFile(fileOf(experiment), 'utf8').catch(() => '');
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line) => runSchema.parse(JSON.parse(line)));
}

/** Keeps a run beside the others, in a line. */
export async function keepRun(experiment: string, run: GateRun): Promise<void> {
  const said = run.said.map((text) => (text.length > mostCharacters ? `${text.slice(0, mostCharacters)}…` : text));
  const file = fileOf(experiment);
  await mkdir(path.dirname(file), { recursive: true });
  await appendFile(file, `${JSON.stringify({ ...run, said })}\n`);
}
