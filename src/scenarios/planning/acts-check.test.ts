import { describe, expect, it } from 'vitest';
import { actKinds } from '../../model/acts.ts';
import { UsageError } from '../../model/errors.ts';
import { parsed, scenario, workload } from '../testing/files.ts';
import { checkActs } from './acts-check.ts';
import { planOf } from './expand.ts';

const local = { name: 'local', acts: ['kill', 'flush'], orchestrates: false } as const;
const cluster = { name: 'kubernetes', acts: actKinds, orchestrates: true } as const;

function checking(variant: string, platform: Parameters<typeof checkActs>[1]): () => void {
  const text = scenario(workload, 'replicas: [2]', `variants: { plain: , v: { ${variant} } }`);
  return () => checkActs(planOf(parsed(text), ['s'], {}, 1), platform);
}

describe('checkActs', () => {
  it.each([
    ['acts: [{ at: 1s, kill: app }, { at: 2s, kill: nginx, restart: none }]', local],
    ['acts: []', { ...local, acts: [] }],
    ['acts: [{ at: 1s, kill: app }, { at: 1s, pause: postgres }]', cluster],
    ['acts: [{ at: 1s, kill: nginx, restart: always }], balancer: ip-hash', cluster],
    ['acts: [{ at: 1s, stop: app }, { at: 2s, scale: { app: 4 } }, { at: 3s, kill: postgres }]', cluster],
    ['rollout: { at: 1s }', cluster],
    ['acts: [{ at: 1s, pause: app-1 }, { at: 2s, resume: app-1 }]', cluster],
  ])('lets pass what the platform can do: %s', (variant, platform) => {
    expect(checking(variant, platform)).not.toThrow();
  });

  it.each([
    [
      'acts: [{ at: 1s, kill: app, restart: always }, { at: 2s, pause: app-1 }]',
      local,
      'pauses app, and the platform local cannot',
      'What can be done on local: kill, flush.',
    ],
    [
      'acts: [{ at: 1s, kill: app }]',
      { ...local, acts: [] },
      'kills app, and the platform local cannot',
      'Nothing can be done on local.',
    ],
    [
      'rollout: { at: 1s }',
      local,
      'rolls out a new version, and the platform local cannot',
      'Use --platform kubernetes or --platform minikube.',
    ],
    [
      'acts: [{ at: 1s, kill: app-1, restart: none }]',
      cluster,
      'kills app-1 at 1 s with restart: none, and the platform kubernetes starts again what has ended',
      'Leave restart out, or use --platform local or --platform docker.',
    ],
    [
      'acts: [{ at: 1s, kill: nginx }]',
      cluster,
      'kills nginx at 1 s, and the platform kubernetes deals requests out by itself',
      'Name a balancer, which is nginx there as well, or leave the act out.',
    ],
    [
      'acts: [{ at: 1s, restart: postgres }]',
      cluster,
      'restarts postgres at 1 s, and its data go with its pod on the platform kubernetes',
      'Use kill: it is started again in the same pod, with its data.',
    ],
    [
      'acts: [{ at: 1s, pause: app-1, for: 51s }], load: { duration: 1m }',
      cluster,
      'pauses app-1 at 1 s for 51 s, and the platform kubernetes starts anew what does not answer for a minute',
      'Write for: 50s at most.',
    ],
    [
      'acts: [{ at: 1s, scale: { app: 3 } }], balancer: ip-hash',
      cluster,
      'scales app to 3 at 1 s, and nginx would not hear of the new pods on the platform kubernetes',
      'Leave the balancer out, as the platform deals requests out by itself, or use kill.',
    ],
  ])('refuses what it cannot: %s', (variant, platform, sentence, hint) => {
    const check = checking(variant, platform);
    expect(check).toThrow(UsageError);
    expect(check).toThrow(expect.objectContaining({ message: `The scenario "s" ${sentence}.`, hint }));
  });
});
