// The program: the only file here that reads arguments and environment, listens for signals and sets the exit code.
import { describe } from './errors.ts';
import { readSettings, SettingsError, type Settings } from './settings.ts';
import { runSteps, STEPS, type Step } from './steps.ts';

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;

async function main(args: readonly string[]): Promise<void> {
  const serves = args.length === 0 || args.at(-1) === 'serve';
  const steps = args.at(-1) === 'serve' ? args.slice(0, -1) : args;
  const unknown = steps.filter((step) => !isStep(step));
  if (unknown.length > 0) {
    const meant = `steps: ${STEPS.join(', ')}, in any order; serve, alone or last`;
    complain(`unknown step ${unknown.map((step) => JSON.stringify(step)).join(', ')}; ${meant}`, EXIT_USAGE);
    return;
  }

  let settings: Settings;
  try {
    settings = readSettings(process.env);
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    complain(error.message, EXIT_USAGE);
    return;
  }
  await runSteps(steps.filter(isStep), settings, (line) => process.stdout.write(`${line}\n`));
  if (serves) await serve(settings);
}

async function serve(settings: Settings): Promise<void> {
  const [{ hostname }, { createErrorLog, createLog }] = await Promise.all([import('node:os'), import('./log.ts')]);
  const log = createLog(settings.LOG_LEVEL, settings.REPLICA_NAME ?? hostname());
  const errors = createErrorLog(log);
  const { role, replica } = await start();

  async function start() {
    if (settings.WORKERS === 1) {
      const { startReplica } = await import('./replica.ts');
      return { role: 'alone', replica: await startReplica(settings, errors) } as const;
    }
    const { default: cluster } = await import('node:cluster');
    if (cluster.worker !== undefined) {
      const { startMember } = await import('./cluster/member.ts');
      return { role: 'member', replica: await startMember(cluster.worker, settings, errors) } as const;
    }
    const { startPrimary } = await import('./cluster/primary.ts');
    return { role: 'primary', replica: await startPrimary(settings, log, errors) } as const;
  }

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
