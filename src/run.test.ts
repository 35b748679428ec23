import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fakePlatform, type FakePlatform } from '../test/fakes/platform.ts';
import { scenarioFile } from '../test/fakes/scenario.ts';
import { Interruption, LabError } from './errors.ts';
import type { LabEvent } from './events.ts';
import type { WorkerResult } from './load/job.ts';
import { Recorder } from './load/recorder.ts';
import { jsonReport } from './reporters/json.ts';
import { markdownReport } from './reporters/markdown.ts';
import { terminalReport } from './reporters/terminal.ts';
import { run, type RunOutcome } from './run.ts';
import { planOf } from './scenarios/expand.ts';
import type { Plan } from './scenarios/plan.ts';

const file = scenarioFile({
  scenarios: {
    herd: {
      question: 'Does a lock stop the herd?',
      prediction: 'Yes: one recompute per expiry.',
      workload: ['GET /todos/1'],
      load: { connections: 10, warmup: '1s', duration: '2s' },
      variants: {
        aside: { app: { cache: { strategy: 'aside', ttl: '1s' } } },
        lock: { app: { cache: { strategy: 'lock', ttl: '1s' } } },
      },
      evidence: ['recomputes', 'recomputes_per_expiry'],
      expect: ['recomputes_per_expiry(lock) <= 1', 'p50(aside) < 1ms', 'rows_read_per_request < 5'],
    },
  },
});
