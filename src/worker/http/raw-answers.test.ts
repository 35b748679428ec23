import { describe } from 'vitest';
import { closedLoad, openLoad } from '../testing/jobs.ts';
import { describeRawAnswers } from '../testing/raw-answers-suite.ts';

const plain = { connections: 1, timeoutMs: 5_000 };

describe('driver: autocannon', () =>
  describeRawAnswers((durationMs) => closedLoad({ driver: 'autocannon', ...plain, durationMs })));
describe('driver: lab', () => describeRawAnswers((durationMs) => closedLoad({ driver: 'lab', ...plain, durationMs })));
describe('open load', () =>
  describeRawAnswers((durationMs) => openLoad({ ratePerSecond: 50, ...plain, durationMs, drainMs: 0 })));
