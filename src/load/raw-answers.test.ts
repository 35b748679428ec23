import { describe } from 'vitest';
import { closedLoad, openLoad } from './testing/jobs.ts';
import { describeRawAnswers } from './testing/raw-answers-suite.ts';

const short = { connections: 1, durationMs: 500, timeoutMs: 5_000 };

describe('driver: autocannon', () => describeRawAnswers(closedLoad({ driver: 'autocannon', ...short })));
describe('driver: lab', () => describeRawAnswers(closedLoad({ driver: 'lab', ...short })));
describe('open load', () => describeRawAnswers(openLoad({ ratePerSecond: 50, ...short, drainMs: 0 })));
