import { expect, test } from 'vitest';
import { LabError } from '../../model/errors.ts';
import { refusal, refusedWith } from './refusal.ts';

/** An error as dockerode makes it. */
function refused(statusCode: number, message: string): Error {
  return Object.assign(new Error(`(HTTP code ${statusCode}) server error - ${message} `), {
    statusCode,
    json: { message },
  });
}

test('says what the Engine said, without what is around it', () => {
  const error = refusal('Redis cannot be started', refused(500, 'no such thing.'));
  expect(error.message).toBe('Redis cannot be started: no such thing.');
  expect(error.hint).toBeUndefined();
  expect(error.exitCode).toBe(4);
});

test.each([
  ['driver failed programming external connectivity: Bind for 127.0.0.1:80 failed: port is already allocated', 'port'],
  ['listen tcp4 127.0.0.1:80: bind: address already in use', 'port'],
  ['mkdir /var/lib/docker/overlay2/x: no space left on device', 'full'],
  ['could not find an available, non-overlapping IPv4 address pool among the defaults', 'docker network prune'],
  ['all predefined address pools have been fully subnetted', 'docker network prune'],
  ['network with name scale-lab-x already exists', 'scale-lab clean'],
  ['Conflict. The container name "/x" is already in use by container "y".', 'scale-lab clean'],
  ['Range of CPUs is from 0.01 to 2.00, as there are only 2 CPUs available', 'limits.cpu'],
  ['Requested CPUs are not available - requested 7, available: 0-1', '--pin'],
  ['exec: "node": executable file not found in $PATH', 'docs/docker.md'],
  ['unable to find user postgres: no matching entries in passwd file', 'docs/docker.md'],
])('knows what to do about: %s', (message, hint) => {
  expect(refusal('It failed', refused(500, message)).hint).toContain(hint);
});

test('an error that is one already stays as it is', () => {
  const error = new LabError('So.');
  expect(refusal('It failed', error)).toBe(error);
  expect(refusedWith(error)).toBeUndefined();
  expect(refusedWith(refused(404, 'x'))).toBe(404);
});
