import { describe } from 'vitest';
import { describeClosedLoop } from '../testing/closed-loop-suite.ts';

describe('driveClosedLoop', () => describeClosedLoop('autocannon'));
