import type { z } from 'zod';
import { catalogue } from '../../services/catalogue.ts';
import { faulty, type Fault, type Reading } from '../../shapes/fault.ts';
import { choice, reading, table, whole } from '../../shapes/shapes.ts';
import { formOf, type WrittenForm } from '../../shapes/written-form.ts';
import { limitsSchema } from './limits.ts';
import { serverFields } from './target-schema.ts';

/** How many copies a service may have that runs beside what is tested. */
export const mostCopies = 10;

const names = catalogue.map(({ name }) => name);
const entry = choice('the service', names);

/** What takes a service of the scenario away from a variant. */
export const nothing = 'none';

/** A service in a word: an entry of the catalogue with its defaults, or none. */
export const serviceWord = choice('the service', [...names, nothing]);

const variable = reading(
  'the variable',
  (input, noun): Reading<string> => {
    if (typeof input !== 'string' || !/^[A-Za-z_]\w*$/.test(input)) {
      return faulty(`${noun} must be a name`, 'letters, digits and _, such as PRICES_URL');
    }
    return input === 'PORT' ? faulty('the lab sets PORT', 'write as: PRICES_URL') : { value: input };
  },
  { type: 'string', pattern: '^[A-Za-z_]\\w*$' },
);

/** A service as a map: an entry of the catalogue, or a second server of the user's own; or what is different of it. */
export const serviceSchema = table('the service', {
  service: entry.optional(),
  replicas: whole('the number of replicas', 1, mostCopies).optional(),
  limits: limitsSchema.optional(),
  as: variable.optional(),
  ...serverFields,
});

/** By which others are told where a server of the user's own is, unless it says so itself: `PRICES_URL`. */
export function variableFor(name: string): string {
  return `${name.toUpperCase().replaceAll('-', '_')}_URL`;
}

/** What a service says that is a map. */
export type ServiceChange = z.output<typeof serviceSchema>;

/** A DNS label, short enough for all that is named after it. */
const label = /^[a-z]([a-z0-9-]{0,29}[a-z0-9])?$/;

/** What a system is made of, and what it is started with. */
const taken = [
  'app',
  'target',
  'postgres',
  'redis',
  'nginx',
  'load',
  'setup',
  'agent',
  'front',
  'mark',
  'localhost',
  nothing,
];
/** What begins like this is taken for a part of it. */
const takenBeginning = /^(app|target|load|link)-/;
const takenEnd = /-(balancer|link|setup|pods|files)$/;

/** What is wrong with the name of a service in a file. */
export function nameFault(name: string): Fault | undefined {
  if (!label.test(name)) {
    const hint = 'up to 31 small letters, digits and -, with a letter first and no - last';
    return { sentence: `"${name}" is not the name of a service`, hint };
  }
  if (taken.includes(name) || takenBeginning.test(name) || takenEnd.test(name)) {
    return { sentence: `"${name}" is a name of the lab's own`, hint: 'call it otherwise' };
  }
  if (!/-\d+$/.test(name)) return undefined;
  return { sentence: `"${name}" is what a copy would be called`, hint: 'leave the number out' };
}

/** How `services:` is written: by the names of services. */
export const servicesForm: WrittenForm = {
  type: 'object',
  propertyNames: { pattern: label.source },
  additionalProperties: { anyOf: [formOf(serviceWord), formOf(serviceSchema)] },
  minProperties: 1,
};
