import { describe, expect, it } from 'vitest';
import { trialRecord } from '../../../test/fakes/records.ts';
import { rowsOf } from '../../analysis/summary.ts';
import type { ServiceResources } from '../../model/telemetry.ts';
import { coresTable, resourceTable } from './resource-tables.ts';

const service = (name: string, cpuRatio: number, cpuLimit?: number): ServiceResources => ({
  service: name.replace(/^app-.*/, 'app'),
  copy: name,
  cpuRatio,
  ...(cpuLimit === undefined ? {} : { cpuLimit }),
  throttledRatio: 0.25,
  memoryPeakBytes: 1024 ** 2,
  memoryEndBytes: 1024 ** 2 / 2,
  restarts: 0,
  outOfMemory: false,
});

const byService = [{ service: 'postgres', metrics: { cpu_per_request: 0.25 } }];
const rows = (...resources: ServiceResources[]) =>
  rowsOf([trialRecord({ metrics: {}, resources, byService })], 'herd', ['aside']);
const texts = (cells: readonly { readonly text: string }[] | undefined) => cells?.map(({ text }) => text);

describe('resourceTable', () => {
  it('has a line for each service', () => {
    const table = resourceTable(rows(service('postgres', 0.4), service('app-1', 0.5, 0.5)));
    const memory = ['1 MiB', '512 KiB', '-'];
    expect(texts(table.rows[0])).toEqual(['aside', '1', 'postgres', '0.40', '-', '0.25', '25%', ...memory]);
    expect(texts(table.rows[1])).toEqual(['aside', '1', 'app-1', '0.50', '0.50', '-', '25%', ...memory]);
  });
});

describe('coresTable', () => {
  it('adds the replicas of a service up, and sets them against their limits', () => {
    const table = coresTable(rows(service('postgres', 0.412), service('app-1', 0.5, 0.5), service('app-2', 0.4, 0.5)));
    expect(table.headings).toEqual(['variant', 'N', 'postgres', 'app']);
    expect(texts(table.rows[0])).toEqual(['aside', '1', '0.41', '0.9 of 1']);
  });

  it('adds them up whatever they are called', () => {
    const table = coresTable(rows(service('app-7d9c4-x2k', 0.5, 0.5), service('app-7d9c4-9qz', 0.4, 0.5)));
    expect(table.headings).toEqual(['variant', 'N', 'app']);
  });

  it('adds the copies of a service beside what is tested up, and nothing that only begins as it is called', () => {
    const of = { ...service('price-list-1', 0.5, 0.5), service: 'price-list' };
    const other = { ...of, copy: 'price-list-2' };
    const balancer = service('price-list-balancer', 0.1);
    const table = coresTable(rows(service('app-1', 0.4), of, other, balancer));
    expect(table.headings).toEqual(['variant', 'N', 'app', 'price-list', 'price-list-balancer']);
    expect(texts(table.rows[0])?.slice(2)).toEqual(['0.4', '1 of 1', '0.1']);
  });

  it('is empty without limits', () => {
    expect(coresTable(rows(service('postgres', 0.4))).rows).toEqual([]);
  });
});
