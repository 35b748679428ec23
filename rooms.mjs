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
      'verbs',
      'session',
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
      'services',
      'record',
      'scenarios',
      'metrics',
      'machine',
      'shapes',
      'model',
    ],
  },
  verbs: {
    where: ['src/verbs/'],
    what: 'what a command does, step by step: run, compare, gate, calibrate',
    may: ['session', 'analysis', 'record', 'scenarios', 'machine', 'model'],
  },
  session: {
    where: ['src/session/'],
    what: 'one run: its stacks, trials, sides, rounds and deaths',
    may: [
      'analysis',
      'common',
      'contract',
      'telemetry',
      'record',
      'services',
      'load',
      // Targets are asked once by the requests and the first answers of the worker.
      'worker/requests',
      'worker/protocol',
      'scenarios',
      'metrics',
      'machine',
      'shapes',
      'histogram',
      'model',
    ],
  },
  reporters: {
    where: ['src/reporters/'],
    what: 'a record → text: one layout, many dialects. Print nothing',
    may: ['lessons', 'analysis', 'record', 'metrics', 'machine', 'histogram', 'model'],
  },
  lessons: {
    where: ['src/lessons/'],
    what: 'a scenario as a lesson: its drawing, what to predict. Pure',
    may: ['analysis', 'contract', 'record', 'scenarios', 'metrics', 'model'],
  },
  analysis: {
    where: ['src/analysis/'],
    what: 'numbers → caveats, findings, verdicts, comparisons. Pure',
    may: ['record', 'metrics', 'histogram', 'model'],
  },
  platforms: {
    where: ['src/platforms/*.ts'],
    what: 'opens a platform by its name',
    may: [
      'kubernetes',
      'docker',
      'local',
      'common',
      'contract',
      'worker/protocol',
      'scenarios',
      'machine',
      'shapes',
      'model',
    ],
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
      'worker/protocol',
      'services',
      'machine',
      'model',
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
      'services',
      'machine',
      'model',
    ],
  },
  'kubernetes/load': {
    where: ['src/platforms/kubernetes/load/'],
    what: 'workers in pods',
    may: ['kubernetes/pods', 'kubernetes/manifests', 'load', 'worker/protocol', 'services', 'machine', 'model'],
  },
  'kubernetes/system': {
    where: ['src/platforms/kubernetes/system/'],
    what: 'services as they run: started, prepared, scaled, rolled out, reached',
    may: ['kubernetes/pods', 'kubernetes/cluster', 'kubernetes/manifests', 'common', 'services', 'machine', 'model'],
  },
  'kubernetes/pods': {
    where: ['src/platforms/kubernetes/pods/'],
    what: 'the namespace of a run, its pods, what keeps them from running',
    may: [
      'kubernetes/images',
      'kubernetes/cluster',
      'kubernetes/manifests',
      'contract',
      'services',
      'machine',
      'model',
    ],
  },
  'kubernetes/images': {
    where: ['src/platforms/kubernetes/images/'],
    what: 'how images get to the nodes',
    may: ['kubernetes/cluster', 'engine', 'common', 'machine', 'model'],
  },
  'kubernetes/cluster': {
    where: ['src/platforms/kubernetes/cluster/'],
    what: 'the context, the API server, rights',
    may: ['kubernetes/manifests', 'common', 'machine', 'model'],
  },
  'kubernetes/manifests': {
    where: ['src/platforms/kubernetes/manifests/'],
    what: 'every object, as data',
    may: ['common', 'services', 'model'],
  },
  docker: {
    where: ['src/platforms/docker/'],
    what: 'the stack in containers, and its deployment',
    may: ['runner', 'engine', 'common', 'contract', 'load', 'worker/protocol', 'services', 'machine', 'model'],
  },
  local: {
    where: ['src/platforms/local/'],
    what: 'the stack as processes, and its deployment',
    may: ['runner', 'common', 'contract', 'load', 'worker/protocol', 'services', 'machine', 'model'],
  },
  runner: {
    where: ['src/platforms/runner/'],
    what: 'the order of things for processes and containers: what stays, starts, and ends',
    may: ['common', 'contract', 'services', 'machine', 'model'],
  },
  engine: {
    where: ['src/platforms/engine/'],
    what: 'a Docker Engine, and images on it',
    may: ['common', 'services', 'machine', 'model'],
  },
  common: {
    where: ['src/platforms/common/'],
    what: 'what platforms share',
    may: ['contract', 'telemetry', 'services', 'machine', 'model'],
  },
  contract: {
    where: ['src/platforms/platform.ts'],
    what: 'what a platform has to do',
    may: ['worker/protocol', 'services', 'model'],
  },
  scenarios: {
    where: ['src/scenarios/'],
    what: '`scenarios.yaml` → typed scenarios → a plan. Pure',
    // What a file may name beside what is tested is what the catalogue has.
    may: ['services', 'metrics', 'shapes', 'model', 'app-settings'],
  },
  services: {
    where: ['src/services/'],
    what: 'the catalogue: each service that the lab can start, described once for all platforms',
    may: ['machine', 'model'],
  },
  telemetry: {
    where: ['src/telemetry/'],
    what: 'what a running system says of itself → what rose, and series',
    may: ['model'],
  },
  record: {
    where: ['src/record/'],
    what: 'the format of `run.json`, and the folder of a run',
    may: ['machine', 'model'],
  },
  load: {
    where: ['src/load/'],
    what: 'what the lab does with load workers: a share for each, their messages as one',
    may: ['worker/recording', 'worker/requests', 'worker/protocol', 'machine', 'histogram', 'model'],
  },
  worker: {
    where: ['src/worker/*.ts', 'src/worker/drivers/'],
    what: 'the load worker, a program of its own: its drivers',
    may: ['worker/recording', 'worker/http', 'worker/requests', 'worker/protocol', 'histogram', 'model'],
  },
  'worker/recording': {
    where: ['src/worker/recording/'],
    what: 'what became of each request, counted',
    may: ['worker/http', 'worker/requests', 'worker/protocol', 'shapes', 'histogram', 'model'],
  },
  'worker/http': {
    where: ['src/worker/http/'],
    what: 'our client: connections, answers, what is wrong with them',
    may: ['worker/requests', 'model'],
  },
  'worker/requests': {
    where: ['src/worker/requests/'],
    what: 'which request is next, with which keys, to which address',
    may: ['worker/protocol', 'shapes', 'model'],
  },
  'worker/protocol': {
    where: ['src/worker/protocol.ts', 'src/worker/frames.ts'],
    what: 'what the lab and a worker tell each other',
    may: ['model'],
  },
  link: {
    where: ['src/link/'],
    what: 'a program between two services, which can be made slow or be cut',
    may: ['model'],
  },
  metrics: {
    where: ['src/metrics/'],
    what: 'every number that a trial yields: its name, its unit, and what it is computed from. Pure',
    may: ['model'],
  },
  machine: {
    where: ['src/machine/'],
    what: 'what is asked of this machine: programs, ports, owners, folders, time',
    may: ['model'],
  },
  shapes: {
    where: ['src/shapes/'],
    what: 'how settings are read: units, faults, variables and what hides their values',
    may: ['model'],
  },
  histogram: {
    where: ['src/histogram/'],
    what: 'latencies, and what waits beyond them',
    may: [],
  },
  model: {
    where: ['src/model/'],
    what: 'what all rooms speak: scenarios, plans, loads, measurements, errors, numbers',
    may: ['app-settings'],
  },
  'target-app': {
    where: ['src/target-app/'],
    what: 'the reference todo backend, deployable by itself',
    may: ['app-settings'],
  },
  'app-settings': {
    where: ['src/target-app/settings-table.ts'],
    what: 'the settings of the reference app, as plain data',
    may: [],
  },
};

/** The files that somebody runs, or a page does: what none of them reaches is nobody's. */
export const programs = [
  'src/cli/main.ts',
  'src/worker/main.ts',
  'src/link/main.ts',
  'src/platforms/docker/agent.ts',
  'src/reporters/html/browser/page.ts',
  'src/target-app/main.ts',
];
