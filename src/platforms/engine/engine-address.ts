import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { DockerOptions } from 'dockerode';
import type { Environment } from '../../machine/environment.ts';
import { LabError, messageOf } from '../../model/errors.ts';

/** Where a Docker Engine may be. */
export interface EngineAddress {
  /** As it is called in messages: `/var/run/docker.sock`, `tcp://10.0.0.1:2375`. */
  readonly name: string;
  /** Whether what it publishes on loopback can be reached from this machine. */
  readonly isHere: boolean;
  readonly options: DockerOptions;
}

/** Where to look for the Engine, in order: what DOCKER_HOST names, and only that; else the sockets that installations make. */
export function engineAddresses(environment: Environment): readonly EngineAddress[] {
  const { DOCKER_HOST, HOME, XDG_RUNTIME_DIR } = environment;
  if (DOCKER_HOST !== undefined && DOCKER_HOST !== '') return [named(DOCKER_HOST, environment)];
  const home = (file: string): readonly string[] => (HOME === undefined ? [] : [path.join(HOME, '.docker', file)]);
  return [
    '/var/run/docker.sock',
    ...(XDG_RUNTIME_DIR === undefined ? [] : [path.join(XDG_RUNTIME_DIR, 'docker.sock')]),
    ...home('run/docker.sock'),
    ...home('desktop/docker.sock'),
  ].map(socket);
}

function socket(file: string): EngineAddress {
  // Said in full: dockerode would otherwise add what it reads from the environment of the process.
  return { name: file, isHere: true, options: { socketPath: file, host: undefined, protocol: 'http' } };
}

function named(text: string, environment: Environment): EngineAddress {
  const url = new URL(URL.canParse(text) ? text : 'unknown:');
  switch (url.protocol) {
    case 'unix:':
      return socket(url.pathname);
    case 'tcp:':
    case 'http:':
    case 'https:':
      return overTcp(url, environment);
    case 'ssh:':
      throw new LabError(`DOCKER_HOST is ${text}, and an Engine behind ssh cannot be used.`, {
        hint: 'Forward its socket and name that: ssh -nNT -L /tmp/docker.sock:/var/run/docker.sock HOST, then DOCKER_HOST=unix:///tmp/docker.sock',
      });
    default:
      throw new LabError(`DOCKER_HOST is "${text}", which is no address of an Engine.`, {
        hint: 'Set it to unix:///path/to/docker.sock or tcp://host:2375, or unset it.',
      });
  }
}

function overTcp(url: URL, environment: Environment): EngineAddress {
  const { DOCKER_TLS_VERIFY, DOCKER_CERT_PATH } = environment;
  const isSecure = url.protocol === 'https:' || Boolean(DOCKER_TLS_VERIFY) || url.port === '2376';
  return {
    name: `tcp://${url.host}`,
    isHere: ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname),
    options: {
      socketPath: undefined,
      host: url.hostname,
      port: url.port === '' ? (isSecure ? 2376 : 2375) : Number(url.port),
      protocol: isSecure ? 'https' : 'http',
      ...(isSecure && DOCKER_CERT_PATH !== undefined ? certificates(DOCKER_CERT_PATH) : {}),
    },
  };
}

function certificates(folder: string): DockerOptions {
  const read = (name: string): Buffer => readFileSync(path.join(folder, name));
  try {
    return { ca: read('ca.pem'), cert: read('cert.pem'), key: read('key.pem') };
  } catch (cause) {
    throw new LabError(`The certificates in ${folder} cannot be read: ${messageOf(cause)}.`, {
      hint: 'Set DOCKER_CERT_PATH to a folder with ca.pem, cert.pem and key.pem.',
      cause,
    });
  }
}
