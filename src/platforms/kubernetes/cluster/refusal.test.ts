import { ApiException } from '@kubernetes/client-node';
import { describe, expect, it, test } from 'vitest';
import { LabError } from '../../../model/errors.ts';
import { isPassing, refusal, refusedWith } from './refusal.ts';

const status = (code: number, message: string) =>
  new ApiException(code, 'HTTP-Code', { kind: 'Status', message, reason: 'Because' }, {});
const coded = (code: string) => Object.assign(new Error(`connect ${code}`), { code });

describe('what the API server refuses', () => {
  test.each([
    [403, 'pods "app-1" is forbidden: exceeded quota: small, requested: pods=1', 'quota'],
    [403, 'namespaces is forbidden: User "me" cannot create resource "namespaces"', 'docs/kubernetes.md'],
    [409, 'namespaces "scale-lab-1" already exists', 'scale-lab clean'],
  ])('%i: %s', (code, message, hint) => {
    const error = refusal('The namespace scale-lab-1 cannot be made', status(code, message));
    expect(error.message).toBe(`The namespace scale-lab-1 cannot be made: ${message}.`);
    expect(error.hint).toContain(hint);
    expect(refusedWith(error.cause)).toBe(code);
  });

  it('is understood where the Status is text, and where it is none', () => {
    const text = new ApiException(500, '', JSON.stringify({ message: 'etcd is away.' }), {});
    expect(refusal('It failed', text).message).toBe('It failed: etcd is away.');
    expect(refusal('It failed', new ApiException(502, '', 'Bad Gateway', {})).message).toBe('It failed: Bad Gateway.');
  });

  it('is not told twice', () => {
    const told = new LabError('Once.');
    expect(refusal('Again', told)).toBe(told);
  });
});

test.each([
  [status(429, 'slow down'), true],
  [status(503, 'restarting'), true],
  [coded('ECONNRESET'), true],
  [coded('ECONNREFUSED'), true],
  [status(403, 'forbidden'), false],
  [status(404, 'gone'), false],
  [new Error('a bug'), false],
])('%s may pass: %s', (error, passes) => {
  expect(isPassing(error)).toBe(passes);
});
