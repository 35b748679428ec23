import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import type { LabEvent } from '../../src/session/events.ts';
import type { Lab } from '../../src/session/run-session.ts';
import type { WorkerResult } from '../../src/worker/protocol.ts';
import { Recorder } from '../../src/worker/recording/recorder.ts';
import { drawnRequest } from '../../src/worker/testing/jobs.ts';
import type { FakePlatform } from './platform.ts';

const request = drawnRequest();

/** A lab on a fake platform, with a folder of its own for the test, and what it told. */
export interface FakeLab {
  readonly lab: Lab;
  readonly events: readonly LabEvent[];
}

/** Makes one; `onEvent` hears of what happens as it does. */
export async function fakeLab(
  platform: FakePlatform,
  onEvent: (event: LabEvent) => void = () => undefined,
  signal: AbortSignal = new AbortController().signal,
): Promise<FakeLab> {
  const results = await mkdtemp(path.join(os.tmpdir(), 'fake-lab-'));
  onTestFinished(async () => rm(results, { recursive: true }));
  const events: LabEvent[] = [];
  const emit = (event: LabEvent): void => {
    events.push(event);
    onEvent(event);
  };
  const lab = {
    platform,
    results,
    command: 'scale-lab compare herd',
    startedAtMs: Date.now(),
    environment: {},
    addresses: new Map(),
    emit,
    signal,
  };
  return { lab, events };
}

const generator = {
  cpuRatio: 0.25,
  eventLoopUtilisation: 0.5,
  lagP99Us: 1000,
  longestPauseUs: 0,
  pauseEndedAtMs: 0,
};

/** Two seconds in which every answer took as long, and 50 connections asked all the time. */
export function recorded(requests: number, latencyMs: number): WorkerResult {
  const recorder = new Recorder({
    phase: 'measuring',
    requests: ['GET /'],
    startMs: 0,
    durationMs: 2000,
    emit: () => undefined,
  });
  for (let index = 0; index < requests; index++) {
    const atMs = (index * 2000) / requests;
    recorder.sent(atMs);
    recorder.answered(atMs, { sentAtMs: atMs - latencyMs, status: 200, bytes: 100, request });
  }
  return { ...recorder.finish(2000, generator), inFlightMs: 50 * 2000 };
}

/** Two seconds in which every request was refused. */
export function refused(requests: number): WorkerResult {
  const recorder = new Recorder({
    phase: 'measuring',
    requests: [request.name],
    startMs: 0,
    durationMs: 2000,
    emit: () => undefined,
  });
  for (let index = 0; index < requests; index++) {
    const atMs = (index * 2000) / requests;
    recorder.sent(atMs);
    recorder.failed(atMs, 'refused', { sentAtMs: atMs, request });
  }
  return { ...recorder.finish(2000, generator), inFlightMs: 50 * 2000 };
}
