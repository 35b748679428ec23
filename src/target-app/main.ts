// The program: the only file here that reads arguments and environment, listens for signals and sets the exit code.
import type { Logger } from 'pino';

import { describe } from './errors.ts';
import type { ErrorLog } from './log.ts';
import type { Replica } from './replica.ts';
import {
  type NotifierSettings,
  type ProjectorSettings,
  readNotifierSettings,
  readProjectorSettings,
  readSettings,
  type ServerSettings,
  type Settings,
  SettingsError,
} from './settings.ts';
import { runSteps, STEPS, type Step } from './steps.ts';

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;

async function main(args: readonly string[]): Promise<void> {
  if (args.length === 1 && args[0] === 'notifier') {
    const settings = settingsBy(readNotifierSettings);
    if (settings !== undefined) await serve(settings, startNotifier);
    return;
  }
  if (args.length === 1 && args[0] === 'projector') {
    const settings = settingsBy(readProjectorSettings);
    if (settings !== undefined) await serve(settings, startProjector);
    return;
  }
  const [first, folder] = args;
  if (first === 'base-backup' && folder !== undefined && args.length === 2) {
    const settings = settingsBy(readSettings);
    if (settings === undefined) return;
    const { takeBaseBackup } = await import('./database/base-backup.ts');
    await takeBaseBackup(settings.DATABASE_URL, folder);
    return;
  }
  const serves = args.length === 0 || args.at(-1) === 'serve';
  const steps = args.at(-1) === 'serve' ? args.slice(0, -1) : args;
  const unknown = steps.filter((step) => !isStep(step));
  if (unknown.length > 0) {
    const meant = `steps: ${STEPS.join(', ')}, in any order; serve, alone or last; or notifier or projector, alone; or base-backup and a folder`;
    complain(`unknown step ${unknown.map((step) => JSON.stringify(step)).join(', ')}; ${meant}`, EXIT_USAGE);
    return;
  }

  const settings = settingsBy(readSettings);
  if (settings === undefined) return;
  await runSteps(steps.filter(isStep), settings, (line) => process.stdout.write(`${line}\n`));
  if (serves) await serve(settings, startApp);
}

/** What the environment says; undefined after a complaint where that makes no sense. */
function settingsBy<S>(read: (environment: NodeJS.ProcessEnv) => S): S | undefined {
  try {
    return read(process.env);
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    complain(error.message, EXIT_USAGE);
    return undefined;
  }
}

/** A server that has come up, and which of the processes behind its port this one is. */
interface Started {
  readonly role: 'alone' | 'member' | 'primary';
  readonly replica: Replica;
}

async function startApp(settings: Settings, log: Logger, errors: ErrorLog): Promise<Started> {
  if (settings.WORKERS === 1) {
    const { startReplica } = await import('./replica.ts');
    return { role: 'alone', replica: await startReplica(settings, errors) };
  }
  const { default: cluster } = await import('node:cluster');
  if (cluster.worker !== undefined) {
    const { startMember } = await import('./cluster/member.ts');
    return { role: 'member', replica: await startMember(cluster.worker, settings, errors) };
  }
  const { startPrimary } = await import('./cluster/primary.ts');
  return { role: 'primary', replica: await startPrimary(settings, log, errors) };
}

async function startNotifier(settings: NotifierSettings, _log: Logger, errors: ErrorLog): Promise<Started> {
  const { startNotifier: start } = await import('./notifications/notifier.ts');
  return { role: 'alone', replica: await start(settings, errors) };
}

async function startProjector(settings: ProjectorSettings, _log: Logger, errors: ErrorLog): Promise<Started> {
  const { startProjector: start } = await import('./summaries/server.ts');
  return { role: 'alone', replica: await start(settings, errors) };
}

/** Starts a server, and ends it when a signal asks for that: what is in flight is answered first. */
async function serve<S extends ServerSettings>(
  settings: S,
  start: (settings: S, log: Logger, errors: ErrorLog) => Promise<Started>,
): Promise<void> {
  const [{ hostname }, { createErrorLog, createLog }] = await Promise.all([import('node:os'), import('./log.ts')]);
  const log = createLog(settings.LOG_LEVEL, settings.REPLICA_NAME ?? hostname());
  const errors = createErrorLog(log);
  const { role, replica } = await start(settings, log, errors);

  let stopping = false;
  const stop = (signal: string): void => {
    if (stopping) return;
    stopping = true;
    if (role !== 'member') log.info({ signal }, 'shutting down');
    const end = (code: number): void => {
      errors.flush();
      process.exit(code);
    };
    // The primary gives its workers a moment more, so that it hears how they ended.
    setTimeout(
      () => {
        log.error(`not done within the ${settings.GRACE_MS} ms of grace: what is still in flight is cut off`);
        replica.abandon();
        end(EXIT_FAILED);
      },
      settings.GRACE_MS + (role === 'primary' ? 500 : 0),
    );
    replica.close().then(
      () => end(0),
      (error: unknown) => {
        log.error(`shutting down: ${describe(error)}`);
        end(EXIT_FAILED);
      },
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  if (role !== 'member') log.info({ port: replica.port }, 'listening'); // whoever reads this may send signals
}

function isStep(text: string): text is Step {
  return STEPS.some((step) => step === text);
}

function complain(text: string, exitCode: number): void {
  process.stderr.write(`${text}\n`);
  process.exitCode = exitCode;
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`target-app: ${describe(error)}\n`);
  process.exit(EXIT_FAILED);
});
