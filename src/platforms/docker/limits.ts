import { LabError } from '../../model/errors.ts';
import type { Limits } from '../../model/system.ts';
import type { Engine } from '../engine/engine.ts';

/** @throws {LabError} where an Engine would not keep a container to these limits, and say no more than a warning */
export function checkLimits({ limits: { cpu, memory } }: Engine, wanted: Limits): void {
  const lacks = [
    ...(wanted.cpu !== undefined && !cpu ? ['CPU'] : []),
    ...(wanted.memoryBytes !== undefined && !memory ? ['memory'] : []),
  ];
  if (lacks.length === 0) return;
  throw new LabError(`This Docker Engine cannot limit ${lacks.join(' and ')}.`, {
    hint: 'A rootless Engine needs cgroup v2, and the controllers delegated to its user: docs.docker.com/engine/security/rootless',
  });
}
