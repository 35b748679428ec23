import { Command, CommanderError } from 'commander';
import { labVersion } from '../machine/package.ts';
import { exitCodes, type ExitCode } from '../model/errors.ts';
import type { CommandFactory } from './command.ts';
import { calibrateCommand } from './commands/calibrate.ts';
import { cleanCommand } from './commands/clean.ts';
import { compareCommand } from './commands/compare.ts';
import { completeCommand, completionCommand } from './commands/completion.ts';
import { doctorCommand } from './commands/doctor.ts';
import { downCommand } from './commands/down.ts';
import { explainCommand } from './commands/explain.ts';
import { gateCommand } from './commands/gate.ts';
import { historyCommand } from './commands/history.ts';
import { initCommand } from './commands/init.ts';
import { listCommand } from './commands/list.ts';
import { manifestsCommand } from './commands/manifests.ts';
import { maxRpsCommand } from './commands/max-rps.ts';
import { reportCommand } from './commands/report.ts';
import { runCommand } from './commands/run.ts';
import { schemaCommand } from './commands/schema.ts';
import { upCommand } from './commands/up.ts';
import { validateCommand } from './commands/validate.ts';
import { tellError } from './describe-error.ts';
import type { Io } from './io.ts';

const commands: readonly CommandFactory[] = [
  runCommand,
  compareCommand,
  gateCommand,
  calibrateCommand,
  maxRpsCommand,
  initCommand,
  listCommand,
  explainCommand,
  validateCommand,
  reportCommand,
  historyCommand,
  schemaCommand,
  upCommand,
  downCommand,
  manifestsCommand,
  doctorCommand,
  cleanCommand,
  completionCommand,
];

const epilogue = `
Exit codes: 0 every verdict passed; 1 one failed; 2 the command line or the scenario file is
wrong; 3 none failed, one is inconclusive; 4 the lab could not do it; 129, 130, 143 interrupted;
141 nobody reads its output any more.`;

function program(io: Io, finish: (code: ExitCode) => void): Command {
  const root = new Command('scale-lab')
    .description('A load-testing and scalability laboratory: starts a real system, loads it, says what held and why.')
    .version(labVersion(), '-V, --version', 'print the version')
    .helpCommand(false)
    .addHelpText('after', epilogue);
  for (const command of commands) root.addCommand(command(io, finish));
  root.addCommand(completeCommand(io, finish), { hidden: true });
  for (const command of [root, ...root.commands]) {
    command
      .exitOverride()
      .helpOption('-h, --help', 'print this help')
      .configureOutput({
        writeOut: (text) => io.out.write(text),
        writeErr: (text) => io.err.write(text),
        getOutHelpWidth: () => io.out.columns,
        getErrHelpWidth: () => io.err.columns,
        getOutHasColors: () => io.out.color,
        getErrHasColors: () => io.err.color,
      });
  }
  return root;
}

/**
 * Runs the command that the arguments name.
 * @returns the exit code; every error has been told on `io.err` by then
 */
export async function runCommandLine(io: Io): Promise<ExitCode> {
  // Until something has earned another.
  let exitCode: ExitCode = exitCodes.lab;
  const root = program(io, (code) => {
    exitCode = code;
  });
  try {
    if (io.args.length === 0) {
      root.outputHelp();
      return exitCodes.usage;
    }
    await root.parseAsync(io.args, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.passed : exitCodes.usage;
    return tellError(io.err, error);
  }
}
