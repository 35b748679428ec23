import { Option, type Command } from 'commander';

/** Adds the options that say how much a command tells while it runs. */
export function addProgressOptions(command: Command): Command {
  return command
    .addOption(new Option('--quiet', 'nothing but the report and errors').conflicts(['verbose', 'json']))
    .addOption(
      new Option('--verbose', 'every step with its time, and where it is no terminal every second').conflicts('json'),
    )
    .option('--json', 'events as NDJSON in place of the report: docs/events.md');
}
