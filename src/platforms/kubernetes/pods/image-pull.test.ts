import { describe, expect, it } from 'vitest';
import { arePulling } from './image-pull.ts';

function event(name: string, reason: string) {
  return { involvedObject: { name }, reason };
}

describe('an image', () => {
  it('is pulled from the begin of that to its end, whatever that is', () => {
    const begun = [event('postgres-1', 'Scheduled'), event('postgres-1', 'Pulling')];
    expect(arePulling(begun, ['postgres-1'])).toBe(true);
    expect(arePulling([...begun, event('postgres-1', 'Pulled')], ['postgres-1'])).toBe(false);
    expect(arePulling([...begun, event('postgres-1', 'Failed')], ['postgres-1'])).toBe(false);
  });

  it('is pulled while one of several pods still pulls it, and not where it was there', () => {
    const events = [event('app-1', 'Pulling'), event('app-1', 'Pulled'), event('app-2', 'Pulling')];
    expect(arePulling(events, ['app-1', 'app-2'])).toBe(true);
    expect(arePulling([event('app-1', 'Pulled')], ['app-1'])).toBe(false);
  });

  it('of a pod that is gone is of no interest', () => {
    expect(arePulling([event('app-0', 'Pulling')], ['app-1'])).toBe(false);
  });
});
