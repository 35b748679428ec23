import { describe, expect, it } from 'vitest';
import { isPulling, notMade } from './maker-events.ts';

function event(name: string, reason: string, message = '') {
  return { involvedObject: { name }, reason, message };
}

describe('isPulling', () => {
  it('is so from the begin of a pull to its end, whatever that is', () => {
    const begun = [event('postgres-1', 'Scheduled'), event('postgres-1', 'Pulling')];
    expect(isPulling(begun)).toBe(true);
    expect(isPulling([...begun, event('postgres-1', 'Pulled')])).toBe(false);
    expect(isPulling([...begun, event('postgres-1', 'Failed')])).toBe(false);
  });

  it('is so while one of several pods still pulls, and not where an image was there', () => {
    expect(isPulling([event('app-1', 'Pulling'), event('app-1', 'Pulled'), event('app-2', 'Pulling')])).toBe(true);
    expect(isPulling([event('app-1', 'Pulled')])).toBe(false);
  });
});

describe('notMade', () => {
  it('tells the latest reason, and whether waiting may mend it', () => {
    const busy = event('app-1', 'FailedCreate', 'Error creating: the server is busy.');
    const quota = event('app-1', 'FailedCreate', 'Error creating: exceeded quota: small');
    expect(notMade([quota, busy])).toMatchObject({ text: 'has no pod: the server is busy', mayPass: true });
    expect(notMade([busy, quota])).toMatchObject({ text: 'has no pod: exceeded quota: small', mayPass: false });
    expect(notMade([event('app-1', 'Pulling')])).toBeUndefined();
  });
});
