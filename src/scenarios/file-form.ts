import { metrics } from '../metrics/catalogue.ts';
import { imageNames } from '../model/scenario.ts';
import { formOf, type WrittenForm } from '../shapes/written-form.ts';
import { commonKeys, replicaCount, roundCount } from './common-settings.ts';
import { actSchema } from './schema/act-forms.ts';
import { appSchema, dataSchema } from './schema/app-settings.ts';
import { balancerSchema } from './schema/balancer.ts';
import { limitsSchema } from './schema/limits.ts';
import { loadSchema } from './schema/load-schema.ts';
import { autoscaleSchema, rolloutSchema } from './schema/orchestration.ts';
import { servicesForm } from './schema/service-schema.ts';
import { targetSchema } from './schema/target-schema.ts';
import { trustSchema } from './schema/trust.ts';
import { keySchema, requestSchema } from './schema/workload.ts';

const text: WrittenForm = { type: 'string', minLength: 1 };
const name = { pattern: '^[A-Za-z0-9][\\w.+-]{0,59}$' };

function object(properties: Readonly<Record<string, WrittenForm>>, required: readonly string[] = []): WrittenForm {
  return {
    type: 'object',
    properties: { ...properties },
    ...(required.length === 0 ? {} : { required: [...required] }),
    additionalProperties: false,
  };
}

/** A map from names of the user's choice. */
function named(form: WrittenForm): WrittenForm {
  return { type: 'object', propertyNames: name, additionalProperties: form, minProperties: 1 };
}

function listOf(form: WrittenForm): WrittenForm {
  return { type: 'array', items: form, minItems: 1 };
}

function described(form: WrittenForm, description: string): WrittenForm {
  return { ...form, description };
}

const count = formOf(replicaCount);
const replicas: WrittenForm = {
  anyOf: [count, { ...listOf(count), uniqueItems: true }],
  description: 'How many replicas there are: a number, or a list of numbers that are all run',
};
const load = described(
  formOf(loadSchema),
  'How requests arrive: closed load, open load, bursts, or a search for a rate',
);
const app = described(formOf(appSchema), 'Settings of the reference app');
const limits = described(formOf(limitsSchema), 'What each replica may use');
const target = described(formOf(targetSchema), 'A server of your own in place of the reference app');
const services = described(
  servicesForm,
  'What runs beside what is tested; of a variant laid over those of its scenario, where none takes one away',
);
const acts = described(
  { type: 'array', items: formOf(actSchema) },
  'What is done to services while the load goes on; of a variant in place of those of its scenario',
);
const rounds = described(formOf(roundCount), 'How often every trial is repeated');

const common: Readonly<Record<(typeof commonKeys)[number], WrittenForm>> = {
  load,
  trust: described(formOf(trustSchema), 'Past what the load generator is not trusted'),
  data: described(formOf(dataSchema), 'The rows in the database'),
  app,
  limits,
  replicas,
  rounds,
};

const variant: WrittenForm = {
  anyOf: [
    { type: 'null' },
    object({
      app,
      target,
      services,
      load,
      limits,
      balancer: described(formOf(balancerSchema), 'How requests are dealt out over several replicas'),
      'slow-replica': { type: 'string', description: 'What the queries of the last replica cost more' },
      autoscale: described(formOf(autoscaleSchema), 'Replicas are added when they are busy (clusters only)'),
      rollout: described(
        formOf(rolloutSchema),
        'A new version takes the place of the running one (clusters only): an act in short',
      ),
      acts,
    }),
  ],
};

const scenario = object(
  {
    question: described(text, 'One sentence that the numbers will answer'),
    prediction: described(text, 'What you expect, and why; it is printed beside the result'),
    ...common,
    target,
    services,
    acts: { ...acts, minItems: 1 },
    workload: described(listOf(formOf(requestSchema)), 'The requests'),
    keys: described(named(formOf(keySchema)), 'How the keys in the requests are drawn'),
    variants: described(named(variant), 'Architectures that are compared'),
    evidence: {
      ...listOf({ enum: metrics.map((metric) => metric.name) }),
      description: 'Metrics that it is about: each gets a column in the report',
    },
    expect: described(listOf(text), 'Claims, such as p99(lock) < 50ms'),
  },
  ['question', 'workload'],
);

const suiteItem: WrittenForm = {
  anyOf: [text, object({ scenario: text, variants: listOf(text), replicas, load, rounds }, ['scenario'])],
};

/** The JSON Schema of a scenario file. It knows the shape of a file; what fits together in it, the command alone knows. */
export function scenarioFileForm(): WrittenForm {
  const images = Object.fromEntries(imageNames.map((image) => [image, text]));
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'A scenario file of scale-lab',
    ...object(
      {
        version: { const: 1 },
        defaults: described(object(common), 'What a scenario has unless it says otherwise'),
        images: described(object(images), 'Base images in place of the official ones'),
        scenarios: named(scenario),
        suites: described(named(listOf(suiteItem)), 'Named selections of scenarios'),
      },
      ['version', 'scenarios'],
    ),
    patternProperties: { '^x-': { description: 'Your own, for anchors' } },
  };
}
