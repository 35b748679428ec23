import { describe, expect, it } from 'vitest';
import type { ScenarioRecord } from '../../record/run-record.ts';
import { rounds } from '../testing/rounds.ts';
import { machine, runRecord } from '../testing/run-record.ts';
import { machineMismatches, roundsOf, scenarioMismatches } from './baseline.ts';

const saved = runRecord('saved', ['aside'], rounds('aside', { rps: [1, 2, 3] }));

describe('the machine of a saved run', () => {
  it('is the same where nothing that matters to speed has changed', () => {
    const now = { ...saved, machine: { ...machine, node: '20.20.1', os: 'other', memoryBytes: 7.8 * 2 ** 30 } };
    expect(machineMismatches(saved, now)).toEqual([]);
  });

  it('is another one for all of these reasons at once', () => {
    const other = { cpu: 'Another CPU', cores: 4, memoryBytes: 16 * 2 ** 30, os: 'linux', node: '22.1.0' };
    expect(machineMismatches(saved, { ...saved, platform: 'docker', machine: other })).toEqual([
      'the platform was local, is docker',
      'the CPU was A CPU, is Another CPU',
      'the number of cores was 2, is 4',
      'the memory is of another size',
      'Node.js was 20, is 22',
    ]);
  });
});

describe('the scenario of a saved run', () => {
  const [before] = saved.scenarios;
  if (before === undefined) throw new Error('the run has no scenario');

  it('is the same where its words, claims and rounds have changed', () => {
    const now: ScenarioRecord = {
      ...before,
      question: 'Another?',
      rounds: 20,
      evidence: ['recomputes'],
      leftOut: ['x'],
    };
    expect(scenarioMismatches(before, now)).toEqual([]);
  });

  it('is another experiment where load, workers, requests or data have', () => {
    const now = { ...before, load: '1 connection', workers: 2, workload: ['GET /'], data: 'none' };
    expect(scenarioMismatches(before, now)).toEqual([
      `the load was ${before.load}, is 1 connection`,
      'the number of load workers was 1, is 2',
      `the workload was ${before.workload.join()}, is GET /`,
      `the data was ${before.data}, is none`,
    ]);
  });
});

describe('the rounds of a saved run', () => {
  it('are as many as its shortest row has', () => {
    const more = rounds('lock', { rps: [1, 2] });
    expect(roundsOf({ ...saved, trials: [...saved.trials, ...more] })).toBe(2);
    const elsewhere = rounds('aside', { rps: [1] }, { replicas: 2 });
    expect(roundsOf({ ...saved, trials: [...saved.trials, ...elsewhere] })).toBe(1);
  });

  it('are none where nothing was measured', () => {
    expect(roundsOf({ ...saved, trials: [] })).toBe(0);
  });
});
