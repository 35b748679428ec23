import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { telemetry, trialRecord } from '../../test/fakes/records.ts';
import { runRecord } from '../../test/fakes/run-record.ts';
import { readRun } from './run-folder.ts';
import { recordVersion } from './run-record.ts';

/** Reads what is written as a run.json. */
async function read(content: unknown): Promise<unknown> {
  const folder = await mkdtemp(path.join(tmpdir(), 'run-folder-'));
  onTestFinished(async () => rm(folder, { recursive: true }));
  await writeFile(path.join(folder, 'run.json'), JSON.stringify(content));
  return readRun(folder);
}

test('a run that was saved is read as it was', async () => {
  expect(await read(runRecord())).toEqual(runRecord());
});

test('a run of before, which has the names of copies in the place of services, is read with both', async () => {
  const used = { cpuRatio: 1, throttledRatio: 0, memoryPeakBytes: 1, restarts: 0, outOfMemory: false };
  const happening = { second: 1, kind: 'restarted', text: 'was killed', times: 1 };
  const trial = {
    ...trialRecord({ metrics: {} }),
    resources: [
      { service: 'app-7d9c4-x2k', isReplica: true, ...used },
      { service: 'price-list-2', isReplica: false, copyOf: 'price-list', ...used },
      { service: 'price-list-balancer', isReplica: false, ...used },
      { service: 'app-2', ...used },
    ],
    telemetry: { ...telemetry(), happenings: { told: [{ service: 'app-7d9c4-x2k', ...happening }] } },
  };
  expect(await read({ ...runRecord(), trials: [trial] })).toMatchObject({
    trials: [
      {
        resources: [
          { service: 'app', copy: 'app-7d9c4-x2k', role: 'tested' },
          { service: 'price-list', copy: 'price-list-2', role: 'aside' },
          { service: 'price-list-balancer', copy: 'price-list-balancer' },
          { service: 'app', copy: 'app-2' },
        ],
        telemetry: { happenings: { told: [{ copy: 'app-7d9c4-x2k', ...happening }] } },
      },
    ],
  });
});

test.each([
  [
    recordVersion - 1,
    /was written in version 2 of the format, by scale-lab \S+; this lab reads version 3\.$/,
    /^No lab turns an old record into a new one; make a new one: scale-lab /,
  ],
  [recordVersion + 1, /in version 4 of the format/, /^Read it with that scale-lab, or a newer one; or make/],
])('a run of version %i is refused with what to do', async (version, message, hint) => {
  const error: unknown = await read({ ...runRecord(), version }).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({
    exitCode: 2,
    message: expect.stringMatching(message) as string,
    hint: expect.stringMatching(hint) as string,
  });
});

test('what is no run says where it is not', async () => {
  await expect(read({ ...runRecord(), trials: 'none' })).rejects.toMatchObject({
    message: expect.stringMatching(/is not a run record of version 3\.$/) as string,
    details: expect.arrayContaining([expect.stringContaining('trials')]) as string[],
  });
});
