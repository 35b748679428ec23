import { expect, test } from 'vitest';
import { failure } from '../../../../test/conformance/failure.ts';
import { ProgramFolder } from '../../../../test/fakes/program-folder.ts';
import { credentialsFor } from './credentials.ts';

const { signal } = new AbortController();
const waited = { timeout: 30_000 };
const basic = (text: string): { readonly auth: string } => ({ auth: Buffer.from(text).toString('base64') });
const hub = 'https://index.docker.io/v1/';

/** As keychains do: the address comes on stdin, the login goes to stdout. */
const keychain = `
read address || true
case "$address" in
  *index.docker.io*) echo '{"ServerURL":"x","Username":"<token>","Secret":"t0ken"}' ;;
  registry.example) echo '{"ServerURL":"x","Username":"ann","Secret":"s3cret"}' ;;
  *) echo "credentials not found in native keychain"; exit 1 ;;
esac`;

test('a login is read from config.json, whatever stands around the host', async () => {
  const auths = {
    'registry.example:5000': basic('ann:pass:word'),
    'https://other.example/v2/': basic('bob:b'),
    [hub]: basic('hub:h'),
    'token.example': { ...basic('ann:'), identitytoken: 't0ken' },
    'empty.example': {},
  };
  const { environment } = new ProgramFolder().write('config.json', { auths, currentContext: 'default' });
  const login = (host: string): Promise<unknown> => credentialsFor(host, environment, signal);
  expect(await login('registry.example:5000')).toEqual({
    serveraddress: 'registry.example:5000',
    username: 'ann',
    password: 'pass:word',
  });
  expect(await login('other.example')).toMatchObject({ username: 'bob', password: 'b' });
  expect(await login('docker.io')).toEqual({ serveraddress: hub, username: 'hub', password: 'h' });
  expect(await login('token.example')).toEqual({ serveraddress: 'token.example', identitytoken: 't0ken' });
  for (const host of ['empty.example', 'registry.example', 'nowhere']) expect(await login(host), host).toEqual({});
});

test('nobody is logged in where there is no such file', async () => {
  const { environment, folder } = new ProgramFolder();
  expect(await credentialsFor('registry.example', environment, signal)).toEqual({});
  expect(await credentialsFor('registry.example', { HOME: folder }, signal)).toEqual({});
});

test('a keychain is asked, that of the host before that of all', async () => {
  const config = { auths: { 'registry.example': {} }, credsStore: 'all', credHelpers: { 'own.example': 'own' } };
  const programs = new ProgramFolder()
    .write('config.json', config)
    .add('docker-credential-all', keychain)
    .add('docker-credential-own', 'echo \'{"Username":"own","Secret":"o"}\'');
  const login = (host: string): Promise<unknown> => credentialsFor(host, programs.environment, signal);
  expect(await login('registry.example')).toMatchObject({ username: 'ann', password: 's3cret' });
  expect(await login('docker.io')).toEqual({ serveraddress: hub, identitytoken: 't0ken' });
  expect(await login('own.example')).toMatchObject({ username: 'own' });
  expect(await login('stranger.example')).toEqual({});
  expect(programs.calls).toEqual(['all', 'all', 'own', 'all'].map((name) => `docker-credential-${name} get`));
});

test('a keychain that fails is told with its words, and never with what may be a secret', async () => {
  const programs = new ProgramFolder()
    .write('config.json', { credsStore: 'x' })
    .add('docker-credential-x', 'echo "the keychain is locked"; exit 1');
  const locked = await failure(credentialsFor('registry.example', programs.environment, signal));
  expect(locked.message).toBe('docker-credential-x does not tell the login at registry.example.');
  expect(locked.details).toEqual(['the keychain is locked']);
  expect(locked.hint).toContain('docker login registry.example');
  programs.add('docker-credential-x', 'echo s3cret');
  const strange = await failure(credentialsFor('registry.example', programs.environment, signal));
  expect([strange.message, strange.hint, ...strange.details].join('\n')).not.toContain('s3cret');
});

test('a keychain that is not installed, and a file that is broken, are named', async () => {
  const programs = new ProgramFolder().write('config.json', { credsStore: 'not-installed' });
  const missing = await failure(credentialsFor('registry.example', programs.environment, signal));
  expect(missing.message).toBe('docker-credential-not-installed is not on PATH.');
  expect(missing.hint).toContain('config.json');
  for (const broken of ['{', { auths: [] }]) {
    programs.write('config.json', broken);
    const error = await failure(credentialsFor('registry.example', programs.environment, signal));
    expect(error.message).toContain(`${programs.folder}/config.json cannot be read`);
  }
});

test('the signal breaks the question off', async () => {
  const programs = new ProgramFolder()
    .write('config.json', { credsStore: 'x' })
    .add('docker-credential-x', 'exec sleep 600');
  const controller = new AbortController();
  const asking = credentialsFor('registry.example', programs.environment, controller.signal);
  await expect.poll(() => programs.calls.length, waited).toBe(1);
  const reason = new Error('enough');
  controller.abort(reason);
  await expect(asking).rejects.toBe(reason);
});
