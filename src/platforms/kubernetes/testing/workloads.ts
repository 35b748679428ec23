import type { HostedTopology, Topology } from '../../../model/plan.ts';
import type { Service } from '../../../services/service.ts';
import { deployedOf, testedOf } from '../../../services/system.ts';
import { neighboursIn } from '../manifests/place.ts';
import { type Workload, workloadOf } from '../manifests/workload.ts';
import { runNames } from './run-names.ts';

type System = Topology | HostedTopology;

/** Services by name that are at another address than their name. */
type Hosts = Readonly<Record<string, string>>;

/** A service of a system, as it is described there. */
export function workloadIn(system: System, service: Service, hosts: Hosts = {}): Workload {
  const s = runNames();
  const services = [...s.stores, ...deployedOf(system, { dealsRequests: true })];
  const where = { hostOf: ({ name }: Service) => hosts[name] ?? name, copiesOf: () => [] };
  return workloadOf(s, service, neighboursIn(s, services, where));
}

/** What is tested in a system. */
export function testedIn(system: System, hosts?: Hosts): Workload {
  return workloadIn(system, testedOf(system), hosts);
}
