import { Command } from 'commander';
import { labVersion } from '../../machine/package.ts';
import { exitCodes, type ExitCode } from '../../model/errors.ts';
import type { TrialSystem } from '../../model/plan.ts';
import type { RunNames } from '../../platforms/kubernetes/manifests/run-names.ts';
import type { Service } from '../../services/service.ts';
import type { ChosenTrial, TrialOptions } from '../chosen-trial.ts';
import type { CommandFactory } from '../command.ts';
import type { Io } from '../io.ts';
import { positive } from '../options.ts';

const examples = `
It asks no cluster for anything; a Docker Engine, if there is one, what the
lab's image is called. The passwords are new each time.

Examples:
  scale-lab manifests cache-hit | kubectl apply -f -
  scale-lab manifests thundering-herd --variant lock --replicas 3 > herd.yaml`;

interface ManifestsOptions extends TrialOptions {
  readonly workers?: number;
}

/** The lab's own image as nodes are to find it; where only an Engine could tell, by the name of this release. */
async function labImageName({ file }: ChosenTrial, { environment, signal }: Io): Promise<string> {
  const { nameLabImage } = await import('../../platforms/kubernetes/images/name.ts');
  const { findPrograms } = await import('../../platforms/common/programs.ts');
  const options = { environment, programs: findPrograms(), images: file.images };
  return (await nameLabImage(options, signal)) ?? `scale-lab:${labVersion()}`;
}

async function surroundingsOf(chosen: ChosenTrial, system: TrialSystem, io: Io): Promise<RunNames> {
  const { chooseImages } = await import('../../platforms/common/image-names.ts');
  const { drawSecrets } = await import('../../platforms/kubernetes/manifests/run-names.ts');
  const { storesOf } = await import('../../services/system.ts');
  const { file, trial } = chosen;
  return {
    namespace: namespaceOf(trial.scenario),
    labels: { 'scale-lab.run': 'manifests' },
    images: { ...chooseImages(io.environment, file.images), lab: await labImageName(chosen, io) },
    labPullPolicy: 'IfNotPresent',
    stores: storesOf([system]),
    secretOf: drawSecrets(),
    signalled: [],
    loadLimits: { cpu: undefined, memoryBytes: undefined },
  };
}

/** A name of a scenario may have letters that a namespace's must not, and more of them. */
function namespaceOf(scenario: string): string {
  const name = `scale-lab-${scenario.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}`;
  return name.slice(0, 63).replace(/-$/, '');
}

/** What a person needs to know to use it. */
function comment(
  { trial }: ChosenTrial,
  { namespace, images }: RunNames,
  services: readonly Service[],
  workers: number,
): string[] {
  const kubectl = `kubectl -n ${namespace}`;
  const jobs = services.flatMap(({ prepare }) => (prepare === undefined ? [] : `job/${prepare.name}`));
  const balancers = services.filter(({ role }) => role === 'balancer');
  // The last of them stands in front of all others.
  const front = services.at(-1);
  return [
    `${trial.scenario}, ${trial.variant}, ×${trial.replicas}, by scale-lab ${labVersion()}. The passwords are new each time: keep what was applied.`,
    '',
    '  start:  kubectl apply -f -',
    `  wait:   ${kubectl} wait --timeout=5m --for=condition=complete ${jobs.join(' ')}`,
    `          ${kubectl} wait --timeout=5m --for=condition=available deployment --all`,
    ...balancers.map(
      ({ name }) =>
        `  then:   ${kubectl} rollout restart deployment ${name}   # it looks replicas up only when it starts`,
    ),
    ...(front === undefined
      ? []
      : [
          `  reach:  ${kubectl} port-forward service/${front.name} ${front.port.inside}   # GET /todos/1, /todos?limit=5, /feed, /metrics`,
        ]),
    ...(workers > 0 ? [`  load:   job/load waits for its work on standard input: ${kubectl} attach -i <pod>`] : []),
    `  end:    kubectl delete namespace ${namespace}`,
    '',
    `Its nodes need the image ${images.lab}; SCALE_LAB_IMAGE names another one. No registry has it: \`scale-lab up\` or \`run\` with`,
    '--platform docker, kubernetes or minikube builds it (`docker images scale-lab`), until `scale-lab clean` removes it.',
  ];
}

async function execute(name: string, options: ManifestsOptions, io: Io): Promise<ExitCode> {
  const { chooseTrial } = await import('../chosen-trial.ts');
  const { systemManifests } = await import('../../platforms/kubernetes/manifests/system.ts');
  const { deployedOf } = await import('../../services/system.ts');
  const { yamlOf } = await import('../../platforms/kubernetes/manifests/yaml.ts');
  const { told } = await import('../../model/foreign-text.ts');
  const { withValues } = await import('../../platforms/with-variables.ts');
  const chosen = await chooseTrial(io, name, options);
  const system = withValues(chosen.system, io.environment);
  const names = await surroundingsOf(chosen, system, io);
  const { workers = 0 } = options;
  const manifests = systemManifests(names, system, workers);
  const services = deployedOf(system, { dealsRequests: true });
  io.out.write(yamlOf(manifests, told(comment(chosen, names, services, workers))));
  return exitCodes.passed;
}

/** `scale-lab manifests`: a scenario's system as manifests of Kubernetes, to apply with kubectl. */
export const manifestsCommand: CommandFactory = (io, finish) =>
  new Command('manifests')
    .description('print the system of a scenario as manifests of Kubernetes')
    .argument('<scenario>', 'the scenario')
    .option('--file <file>', 'the scenario file (default: ./scenarios.yaml, else the shipped one)')
    .option('--variant <name>', 'the variant (default: the first)')
    .option('--replicas <count>', 'how many replicas (default: the fewest)', positive)
    .option('--workers <count>', 'also the Job of that many load workers', positive)
    .addHelpText('after', examples)
    .action(async (name: string, options: ManifestsOptions) => finish(await execute(name, options, io)));
