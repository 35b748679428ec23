import { z } from 'zod';
import type { Environment } from '../../../machine/environment.ts';
import { findExecutable } from '../../../machine/executable.ts';
import { type Printed, ProgramFailure, runProgram } from '../../../machine/program.ts';
import { LabError, UsageError } from '../../../model/errors.ts';

/** The profile that minikube itself takes where nobody says which. */
const usual = 'minikube';

/** minikube looks at its own files, and at its node, which may hang. */
const answerLimitMs = 20_000;

const profile = z.object({ Name: z.string() });
const profilesSchema = z.object({ valid: z.array(profile).nullish(), invalid: z.array(profile).nullish() });

const nodeSchema = z.object({ Host: z.string(), Kubelet: z.string(), APIServer: z.string(), Kubeconfig: z.string() });
/** Of one node, or of several, the first of which has the API server; null where a start never came to a node. */
const statusSchema = z.union([nodeSchema.transform((node) => [node]), z.array(nodeSchema), z.null()]);

/**
 * The profile that is meant: the one that `MINIKUBE_PROFILE` names, else the one that `minikube profile` does, else the only one
 * that there is. Where minikube is not installed, its usual one.
 * @throws {UsageError} where there are several, and nobody has said which
 * @throws the signal's reason where it is aborted
 */
export async function chooseProfile(environment: Environment, signal: AbortSignal): Promise<string> {
  const { MINIKUBE_PROFILE: set = '' } = environment;
  if (set !== '') return set;
  const [named, all] = await Promise.all([
    ask(['profile'], environment, signal),
    ask(['profile', 'list', '--light', '--output', 'json'], environment, signal),
  ]);
  // `* minikube`
  const chosen = named === undefined ? usual : (named.output.trim().split(/\s+/).at(-1) ?? usual);
  const { valid, invalid } = profilesSchema.safeParse(jsonOf(all?.output)).data ?? {};
  const names = [...(valid ?? []), ...(invalid ?? [])].map(({ Name }) => Name);
  const [first = chosen, ...others] = names;
  if (names.includes(chosen) || others.length === 0) return names.includes(chosen) ? chosen : first;
  throw new UsageError(`There are several minikube profiles, and none is chosen: ${names.join(', ')}.`, {
    hint: 'Choose one: minikube profile NAME, MINIKUBE_PROFILE=NAME, or --context NAME',
  });
}

/**
 * Why a profile cannot be used, as minikube itself tells it, and the command that mends it; undefined where minikube is not
 * installed, or sees nothing wrong.
 */
export async function minikubeProblem(
  name: string,
  environment: Environment,
  signal: AbortSignal,
): Promise<LabError | undefined> {
  const answer = await ask(['status', '--output', 'json', '--profile', name], environment, signal);
  if (answer === undefined) return undefined;
  const flag = name === usual ? '' : ` --profile ${name}`;
  const cluster = name === usual ? 'minikube' : `The minikube cluster ${name}`;
  const start = `minikube start${flag}`;
  const anew = `minikube delete${flag} && ${start}`;
  const status = statusSchema.safeParse(jsonOf(answer.output));
  if (!status.success) {
    if (!/not found/i.test(answer.output)) return undefined;
    const sentence = name === usual ? 'There is no minikube cluster.' : `There is no minikube cluster ${name}.`;
    return new LabError(sentence, { hint: `Start it: ${start}` });
  }
  const [node] = status.data ?? [];
  if (node === undefined || node.Host === 'Nonexistent') {
    return new LabError(`${cluster} is half started: it has no node.`, { hint: `Start it anew: ${anew}` });
  }
  if (node.Host === 'Stopped') return new LabError(`${cluster} is stopped.`, { hint: `Start it: ${start}` });
  if ([node.Host, node.Kubelet, node.APIServer].includes('Paused')) {
    return new LabError(`${cluster} is paused.`, { hint: `Let it go on: minikube unpause${flag}` });
  }
  if ([node.Host, node.Kubelet, node.APIServer].some((state) => state !== 'Running')) {
    const states = `node ${node.Host}, kubelet ${node.Kubelet}, API server ${node.APIServer}`.toLowerCase();
    const sentence = `${cluster} is half started: ${states.replace('api', 'API')}.`;
    return new LabError(sentence, { hint: `Start it: ${start}. Where that does not help: ${anew}` });
  }
  if (node.Kubeconfig !== 'Configured') {
    const sentence = `${cluster} runs, but the kubeconfig does not lead there.`;
    // A start that was broken off late leaves it so, too.
    return new LabError(sentence, { hint: `Start it again, which writes the kubeconfig: ${start}` });
  }
  return undefined;
}

/** What minikube prints, however it ends; undefined where it is not installed, or says nothing in time. */
async function ask(
  args: readonly string[],
  environment: Environment,
  signal: AbortSignal,
): Promise<Printed | undefined> {
  const program = await findExecutable('minikube', environment);
  if (program === undefined) return undefined;
  try {
    const limited = AbortSignal.any([signal, AbortSignal.timeout(answerLimitMs)]);
    return await runProgram(program, args, { environment }, limited);
  } catch (error) {
    signal.throwIfAborted();
    // Its exit code tells the state in its own way.
    if (error instanceof ProgramFailure) return error.printed;
    return undefined;
  }
}

function jsonOf(text = ''): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
