import { balancedBy, balancingMethods, type Balancer } from '../../model/system.ts';
import { choice, shorthand, table, whole, yesNo } from '../../shapes/shapes.ts';

const method = choice('the balancer', balancingMethods);

const short = method.transform(balancedBy);

const long = table('balancer', {
  method: method.optional(),
  'health-checks': yesNo('health-checks').optional(),
  retries: whole('the number of retries', 0, 10).optional(),
}).transform((written): Balancer => {
  const usual = balancedBy(written.method ?? 'round-robin');
  return {
    ...usual,
    healthChecks: written['health-checks'] ?? usual.healthChecks,
    retries: written.retries ?? usual.retries,
  };
});

/** `balancer:` as it is written: how it chooses, or a map with what else it does. */
export const balancerSchema = shorthand<Balancer>(short, long);
