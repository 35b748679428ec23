import { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import type { Engine } from './engine.ts';

/** Images of an Engine in one archive, as `docker save` writes it. */
export async function savedImages(
  { docker }: Pick<Engine, 'docker'>,
  names: readonly string[],
  abortSignal: AbortSignal,
): Promise<Readable> {
  const question = { path: '/images/get?', method: 'GET', options: { names: [...names] }, isStream: true, abortSignal };
  const statusCodes = { 200: true, 404: 'no such image', 500: 'server error' };
  // dockerode has a call for that, which its types do not know.
  return new Promise((resolve, reject) => {
    docker.modem.dial({ ...question, statusCodes }, (error, answer) => {
      if (answer instanceof IncomingMessage) resolve(answer);
      else reject(error ?? new Error('the Engine gave no archive'));
    });
  });
}
