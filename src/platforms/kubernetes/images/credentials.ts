import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import type { Environment } from '../../../machine/environment.ts';
import { ProgramFailure, lastLines, requireProgram, runProgram } from '../../../machine/program.ts';
import { LabError, messageOf } from '../../../model/errors.ts';

/** A login at a registry, as the Engine takes it; empty for nobody's. */
export interface Credentials {
  readonly serveraddress?: string;
  readonly username?: string;
  readonly password?: string;
  readonly identitytoken?: string;
}

const loginSchema = z.object({ auth: z.string().optional(), identitytoken: z.string().optional() });
const configSchema = z.object({
  auths: z.record(z.string(), loginSchema).default({}),
  credsStore: z.string().optional(),
  credHelpers: z.record(z.string(), z.string()).default({}),
});
const answerSchema = z.object({ Username: z.string(), Secret: z.string() });

/** The name of Docker Hub among logins, for reasons of history. */
const hub = 'https://index.docker.io/v1/';

/**
 * The login that `docker login` has kept for a registry, in Docker's config.json or in the keychain that it names.
 * @throws {LabError} where that file or that keychain cannot be read
 */
export async function credentialsFor(
  host: string,
  environment: Environment,
  signal: AbortSignal,
): Promise<Credentials> {
  const { DOCKER_CONFIG = '', HOME = '' } = environment;
  const folder = DOCKER_CONFIG === '' ? path.join(HOME, '.docker') : DOCKER_CONFIG;
  const file = path.join(folder, 'config.json');
  const { auths, credsStore, credHelpers } = await readConfig(file);
  const serveraddress = host === 'docker.io' ? hub : host;
  const isMeant = ([name]: readonly [string, unknown]): boolean => hostIn(name) === hostIn(serveraddress);
  const helper = Object.entries(credHelpers).find(isMeant)?.[1] ?? credsStore;
  if (helper !== undefined && helper !== '') return askHelper(helper, serveraddress, { file, environment }, signal);
  const { auth = '', identitytoken } = Object.entries(auths).find(isMeant)?.[1] ?? {};
  if (identitytoken) return { serveraddress, identitytoken };
  const [, username, password] = /^([^:]*):([^\0]*)/.exec(Buffer.from(auth, 'base64').toString()) ?? [];
  return username === undefined || password === undefined ? {} : { serveraddress, username, password };
}

async function readConfig(file: string): Promise<z.infer<typeof configSchema>> {
  let content: string;
  try {
    content = await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return configSchema.parse({});
    throw unreadable(file, error);
  }
  try {
    return configSchema.parse(JSON.parse(content));
  } catch (error) {
    // What the parser of JSON says quotes the text, which holds logins.
    throw unreadable(file, new Error(error instanceof z.ZodError ? z.prettifyError(error) : 'It is not JSON.'));
  }
}

function unreadable(file: string, cause: unknown): LabError {
  return new LabError(`The logins at registries in ${file} cannot be read.`, {
    hint: 'Mend that file, or set DOCKER_CONFIG to the folder of another config.json.',
    details: messageOf(cause).split('\n'),
    cause,
  });
}

/** Asks a keychain, by the protocol of Docker's credential helpers: the address goes in, JSON comes out. */
async function askHelper(
  helper: string,
  serveraddress: string,
  { file, environment }: { readonly file: string; readonly environment: Environment },
  signal: AbortSignal,
): Promise<Credentials> {
  const name = `docker-credential-${helper}`;
  const hint = `Install it, or take "${helper}" out of ${file}, which names it, and log in again: docker login`;
  const program = await requireProgram(name, hint, environment);
  try {
    const { output } = await runProgram(program, ['get'], { environment, input: serveraddress }, signal);
    const { Username, Secret } = answerSchema.parse(JSON.parse(output));
    if (Username === '<token>') return { serveraddress, identitytoken: Secret };
    return { serveraddress, username: Username, password: Secret };
  } catch (cause) {
    signal.throwIfAborted();
    const printed = cause instanceof ProgramFailure ? cause.printed : undefined;
    if (printed !== undefined && /credentials not found/i.test(printed.output + printed.errors)) return {};
    // What it answered may be the secret: that of a helper which failed is not.
    throw new LabError(`${name} does not tell the login at ${serveraddress}.`, {
      hint: `Log in again: docker login ${hostIn(serveraddress)}`,
      details: printed === undefined ? [] : lastLines(printed),
    });
  }
}

function hostIn(address: string): string {
  return address.replace(/^https?:\/\//, '').replace(/\/.*$/, '');
}
