import { expect, it } from 'vitest';
import { fakeIo } from '../../test/fakes/io.ts';
import { fakeOutput } from '../../test/fakes/output.ts';
import { runRecord } from '../../test/fakes/run-record.ts';
import { Interruption, LabError } from '../model/errors.ts';
import { reportRun } from './reports.ts';

const options = {
  reporter: 'terminal',
  save: [{ reporter: 'junit', file: '/proc/nope/j.xml' }],
  json: false,
} as const;

it('tells why a run ended before what kept a report of it from being written, and writes the others', async () => {
  const err = fakeOutput();
  const written: string[] = [];
  const folder = { path: '/run', write: async (name: string) => Promise.resolve(void written.push(name)) };
  const io = fakeIo({ err });
  const error = new Interruption('SIGINT');
  await expect(reportRun(io, { record: runRecord(), folder, error }, options)).rejects.toBe(error);
  expect(err.text()).toContain('error: The report cannot be written to /proc/nope/j.xml');
  expect(written).toEqual(['report.md']);
});

it('fails by the report where nothing broke the run off', async () => {
  const folder = { path: '/run', write: async () => Promise.resolve() };
  const outcome = { record: runRecord(), folder, error: undefined };
  await expect(reportRun(fakeIo(), outcome, options)).rejects.toThrow(LabError);
});

it('says once what keeps all of it from being written', async () => {
  const err = fakeOutput();
  const error = new LabError('Results cannot be written to /run: ENOSPC.');
  const folder = { path: '/run', write: async () => Promise.reject(new LabError(error.message)) };
  const outcome = { record: runRecord(), folder, error };
  await expect(reportRun(fakeIo({ err }), outcome, { ...options, save: [] })).rejects.toBe(error);
  expect(err.text()).toBe('');
});
