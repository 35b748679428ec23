import { expect, test } from 'vitest';
import { eventTimeMs } from './event-time.ts';

const time = '2026-11-26T01:02:03.000Z';

// Fields that the API gives as null stay so, whatever the client's types say.
test.each([
  ['its last time', { lastTimestamp: new Date(time), firstTimestamp: new Date(0) }],
  ['the time of a single one, as text', { lastTimestamp: null, eventTime: '2026-11-26T01:02:03.000000Z' }],
  ['its first time', { lastTimestamp: null, eventTime: null, firstTimestamp: new Date(time) }],
])('an event happened at %s', (_, fields) => {
  expect(eventTimeMs(fields)).toBe(Date.parse(time));
});

test('an event without a time has none', () => {
  expect(eventTimeMs({ lastTimestamp: null, eventTime: null })).toBeUndefined();
});
