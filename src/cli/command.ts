import type { Command } from 'commander';
import type { ExitCode } from '../model/errors.ts';
import type { Io } from './io.ts';

/** Makes a command; its action tells `finish` the exit code. Files of commands load what they need when they are chosen. */
export type CommandFactory = (io: Io, finish: (code: ExitCode) => void) => Command;
