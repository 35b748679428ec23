// The rooms of the code, and which may import which. `npm run lint` keeps to it (.dependency-cruiser.mjs); `npm run rooms` prints it
// into docs/architecture.md. A room imports rooms below it only: so none of them need each other.

/**
 * - where: folders (with a slash at the end), files, or all files right in a folder; what lies in a room of its own is none of this one
 * - what: what it is for
 * - may: the rooms that it may import
 */
export const rooms = {
  cli: {
    where: ['src/cli/'],
    what: 'argv, streams, exit codes; a file a command in `commands/`',
    may: [
      'spine',
      'reporters',
      'lessons',
      'analysis',
      'platforms',
      // The command `manifests` prints what a cluster would be given.
      'kubernetes/images',
      'kubernetes/manifests',
      'engine',
      'common',
      'contract',
      'result',
      'scenarios',
      'shared',
    ],
  },
  spine: {
    where: ['src/*.ts'],
    what: 'what a run, a comparison and a gate are, step by step',
    may: ['analysis', 'common', 'telemetry', 'contract', 'result', 'load', 'scenarios', 'shared'],
  },
  reporters: {
    where: ['src/reporters/'],
    what: 'a record → text: one layout, many dialects. Print nothing',
    may: ['lessons', 'analysis', 'result', 'load', 'shared'],
  },
  lessons: {
    where: ['src/lessons/'],
    what: 'a scenario as a lesson: its drawing, what to predict. Pure',
    may: ['analysis', 'contract', 'result', 'scenarios', 'shared'],
  },
  analysis: {
    where: ['src/analysis/'],
    what: 'numbers → metrics, caveats, findings, verdicts. Pure',
    may: ['result', 'load', 'scenarios', 'shared'],
  },
  platforms: {
    where: ['src/platforms/*.ts'],
    what: 'opens a platform by its name',
    may: ['kubernetes', 'docker', 'local', 'common', 'contract', 'load', 'scenarios', 'shared'],
  },
  kubernetes: {
    where: ['src/platforms/kubernetes/'],
    what: 'the stack in a cluster, and its deployment',
    may: [
      'kubernetes/telemetry',
      'kubernetes/load',
      'kubernetes/system',
      'kubernetes/pods',
      'kubernetes/images',
      'kubernetes/cluster',
      'kubernetes/manifests',
      'engine',
      'common',
      'contract',
      'load',
      'scenarios',
      'shared',
    ],
  },
  'kubernetes/telemetry': {
    where: ['src/platforms/kubernetes/telemetry/'],
    what: 'what a cluster tells',
    may: [
      'kubernetes/system',
      'kubernetes/pods',
      'kubernetes/cluster',
      'kubernetes/manifests',
      'common',
      'contract',
      'scenarios',
    ],
  },
  'kubernetes/load': {
    where: ['src/platforms/kubernetes/load/'],
    what: 'workers in pods',
    may: ['kubernetes/pods', 'kubernetes/manifests', 'common', 'contract', 'load', 'shared'],
  },
  'kubernetes/system': {
    where: ['src/platforms/kubernetes/system/'],
    what: 'the application, its balancer, the set-up',
    may: ['kubernetes/pods', 'kubernetes/cluster', 'kubernetes/manifests', 'common', 'contract', 'scenarios', 'shared'],
  },
  'kubernetes/pods': {
    where: ['src/platforms/kubernetes/pods/'],
    what: 'the namespace of a run, its pods, what keeps them from running',
    may: ['kubernetes/images', 'kubernetes/cluster', 'kubernetes/manifests', 'common', 'contract', 'shared'],
  },
  'kubernetes/images': {
    where: ['src/platforms/kubernetes/images/'],
    what: 'how images get to the nodes',
    may: ['kubernetes/cluster', 'engine', 'common', 'contract', 'scenarios', 'shared'],
  },
  'kubernetes/cluster': {
    where: ['src/platforms/kubernetes/cluster/'],
    what: 'the context, the API server, rights',
    may: ['kubernetes/manifests', 'common', 'shared'],
  },
  'kubernetes/manifests': {
    where: ['src/platforms/kubernetes/manifests/'],
    what: 'every object, as data',
    may: ['common', 'scenarios', 'shared'],
  },
  docker: {
    where: ['src/platforms/docker/'],
    what: 'the stack in containers, and its deployment',
    may: ['engine', 'common', 'contract', 'load', 'scenarios', 'shared'],
  },
  local: {
    where: ['src/platforms/local/'],
    what: 'the stack as processes, and its deployment',
    may: ['common', 'contract', 'load', 'scenarios', 'shared'],
  },
  engine: {
    where: ['src/platforms/engine/'],
    what: 'a Docker Engine, and images on it',
    may: ['common', 'contract', 'scenarios', 'shared'],
  },
  common: {
    where: ['src/platforms/common/'],
    what: 'what platforms share',
    may: ['telemetry', 'contract', 'load', 'scenarios', 'shared'],
  },
  telemetry: {
    where: ['src/telemetry/'],
    what: 'what a running system says of itself → what rose, and series',
    may: ['contract', 'result', 'shared'],
  },
  contract: {
    where: ['src/platforms/platform.ts'],
    what: 'what a platform has to do',
    may: ['load', 'scenarios', 'shared'],
  },
  result: {
    // A measurement is the record's, and its histograms are the worker's: until both have a room, it is made up here.
    where: ['src/result.ts', 'src/result/', 'src/load/measurement.ts'],
    what: 'the format of `run.json`',
    may: ['load', 'shared'],
  },
  load: {
    where: ['src/load/'],
    what: 'the load worker, a program of its own; `job.ts` is its protocol',
    may: ['scenarios', 'shared'],
  },
  scenarios: {
    where: ['src/scenarios/'],
    what: '`scenarios.yaml` → typed scenarios → a plan. Pure',
    may: ['shared', 'app-settings'],
  },
  shared: {
    where: [
      'src/errors.ts',
      'src/foreign-text.ts',
      'src/mask.ts',
      'src/metrics.ts',
      'src/numbers.ts',
      'src/package.ts',
      'src/variables.ts',
    ],
    what: 'what all rooms speak',
    may: [],
  },
  'target-app': {
    where: ['src/target-app/'],
    what: 'the reference todo backend, deployable by itself',
    may: ['app-settings'],
  },
  'app-settings': {
    where: ['src/target-app/settings-table.ts'],
    what: 'the settings of the reference app, for it and for the lab',
    may: [],
  },
};

/** The files that somebody runs, or a page does: what none of them reaches is nobody's. */
export const programs = [
  'src/cli/main.ts',
  'src/load/worker.ts',
  'src/platforms/docker/agent.ts',
  'src/reporters/html/browser/page.ts',
  'src/target-app/main.ts',
];
