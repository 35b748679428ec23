import { describe, expect, it, test } from 'vitest';
import { failure } from '../../../../test/conformance/failure.ts';
import { ProgramFolder } from '../../../../test/fakes/program-folder.ts';
import { findExecutable } from '../../../machine/executable.ts';
import { never } from '../../../machine/time-limit.ts';
import { chooseProfile, minikubeProblem } from './minikube.ts';

/** A minikube with these profiles, of which it names one, as it does even where there is none of that name. */
function minikubeOf(names: readonly string[], named = 'minikube'): ProgramFolder {
  const list = JSON.stringify({ invalid: [], valid: names.map((Name) => ({ Name, Status: 'Skipped' })) });
  return new ProgramFolder().add('minikube', `if [ "$2" = list ]; then echo '${list}'; else echo "* ${named}"; fi`);
}

describe('the profile', () => {
  it('is the one that is set, whatever minikube says', async () => {
    const programs = minikubeOf(['one', 'other'], 'other');
    expect(await chooseProfile({ ...programs.environment, MINIKUBE_PROFILE: 'mine' }, never())).toBe('mine');
    expect(programs.calls).toEqual([]);
  });

  it.each([
    ['the one that minikube names', ['minikube', 'other'], 'other', 'other'],
    ['its usual one', ['minikube', 'other'], 'minikube', 'minikube'],
    ['the only one that there is', ['other'], 'minikube', 'other'],
    ['the one that is to be started, where there is none', [], 'minikube', 'minikube'],
  ])('is %s', async (_, names, named, profile) => {
    expect(await chooseProfile(minikubeOf(names, named).environment, never())).toBe(profile);
  });

  it('has to be chosen where there are several, and minikube names one that is not there', async () => {
    const error = await failure(chooseProfile(minikubeOf(['one', 'other']).environment, never()));
    expect(error).toMatchObject({
      message: 'There are several minikube profiles, and none is chosen: one, other.',
      exitCode: 2,
    });
    expect(error.hint).toContain('minikube profile NAME');
  });

  it('is the usual one where minikube is not installed', async (context) => {
    const { environment } = new ProgramFolder();
    if ((await findExecutable('minikube', environment)) !== undefined) context.skip('minikube is always found');
    expect(await chooseProfile(environment, never())).toBe('minikube');
    expect(await minikubeProblem('minikube', environment, never())).toBeUndefined();
  });
});

/** As Minikube 1.38 tells it. */
const states = (host: string, kubelet: string, server: string, kubeconfig = 'Configured'): string =>
  JSON.stringify({ Name: 'm', Host: host, Kubelet: kubelet, APIServer: server, Kubeconfig: kubeconfig, Worker: false });
const nothingOfThatName = '{"type":"io.k8s.sigs.minikube.info","data":{"message":"Profile \\"m\\" not found."}}\n{}';

test.each([
  [nothingOfThatName, 'There is no minikube cluster m.', 'Start it: minikube start --profile m'],
  [
    'null',
    'The minikube cluster m is half started: it has no node.',
    'Start it anew: minikube delete --profile m && minikube start --profile m',
  ],
  [
    states('Stopped', 'Stopped', 'Stopped', 'Stopped'),
    'The minikube cluster m is stopped.',
    'Start it: minikube start --profile m',
  ],
  [
    states('Running', 'Stopped', 'Paused'),
    'The minikube cluster m is paused.',
    'Let it go on: minikube unpause --profile m',
  ],
  [
    states('Running', 'Stopped', 'Stopped', 'Misconfigured'),
    'The minikube cluster m is half started: node running, kubelet stopped, API server stopped.',
    'Start it: minikube start --profile m. Where that does not help: minikube delete --profile m && minikube start --profile m',
  ],
  [
    states('Running', 'Running', 'Running', 'Misconfigured'),
    'The minikube cluster m runs, but the kubeconfig does not lead there.',
    'Start it again, which writes the kubeconfig: minikube start --profile m',
  ],
])('what minikube says of a profile that cannot be used: %s', async (printed, sentence, hint) => {
  const programs = new ProgramFolder().add('minikube', `cat <<'end'\n${printed}\nend\nexit 7`);
  const problem = await minikubeProblem('m', programs.environment, never());
  expect([problem?.message, problem?.hint]).toEqual([sentence, hint]);
  expect(programs.calls).toEqual(['minikube status --output json --profile m']);
});

test('of several nodes the first tells, and of one that runs there is nothing to say', async () => {
  const stopped = `[${states('Stopped', 'Stopped', 'Stopped')},${states('Running', 'Running', 'Irrelevant')}]`;
  const problem = await minikubeProblem(
    'minikube',
    new ProgramFolder().add('minikube', `echo '${stopped}'`).environment,
    never(),
  );
  expect([problem?.message, problem?.hint]).toEqual(['minikube is stopped.', 'Start it: minikube start']);
  const runs = new ProgramFolder().add('minikube', `echo '${states('Running', 'Running', 'Running')}'`);
  expect(await minikubeProblem('minikube', runs.environment, never())).toBeUndefined();
});
