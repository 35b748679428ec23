import type { Telemetry } from '../../model/telemetry.ts';
import type { Annotation, Caveat } from '../../record/run-record.ts';
import { doubts } from './doubts.ts';

type Happening = NonNullable<Telemetry['happenings']>['told'][number];

/** What befell the services; nothing where the platform does not tell. */
function toldIn({ happenings }: Telemetry): readonly Happening[] {
  return happenings?.told ?? [];
}

/** Whether a service ended, or lost what it held, by it. */
function isEnd({ kind }: Happening): boolean {
  return kind !== 'probe-failed';
}

/** Whether the loss of a copy says as much: that it restarted, or why in the same words. */
function isInLoss(happening: Happening, { lost, beside = [] }: Telemetry): boolean {
  const { copy, kind, text } = happening;
  const loss = [...lost, ...beside.flatMap((each) => each.lost)].find(({ replica }) => replica === copy);
  return loss !== undefined && isEnd(happening) && (kind === 'restarted' || loss.problem.includes(text));
}

function textOf({ text, times }: Happening): string {
  return times === 1 ? text : `${text} (${times} times)`;
}

function doubtsOf(happening: Happening, changes: boolean): readonly string[] {
  if (isEnd(happening)) return [...doubts.timed, ...doubts.server];
  // A replica that fails its probe gets no requests for a while, so that the others serve more than their share; one that
  // starts or stops, as some do all the time in a system that changes, fails it as a matter of course.
  return happening.role === 'tested' && !changes ? doubts.clientTimed : [];
}

/** Whether the platform tells how a copy ended, so that its resources need not. */
export function hasEnd(telemetry: Telemetry, copy: string): boolean {
  return toldIn(telemetry).some((happening) => happening.copy === copy && isEnd(happening));
}

/** The reasons to trust a trial less that the platform tells of. @param changes whether replicas are meant to come and go */
export function happeningCaveats(telemetry: Telemetry, changes: boolean): Caveat[] {
  const caveats = toldIn(telemetry)
    .filter((happening) => !isInLoss(happening, telemetry))
    .map((happening): Caveat => {
      const { kind, copy, second } = happening;
      const text = `${copy} at ${second} s: ${textOf(happening)}`;
      return { kind, text, doubts: [...doubtsOf(happening, changes)] };
    });
  const { problem } = telemetry.happenings ?? {};
  if (problem === undefined) return caveats;
  const text = `the platform did not tell whether anything befell the services: ${problem}`;
  return [...caveats, { kind: 'no-happenings', text, doubts: [] }];
}

/** What the platform tells of, on the timeline; @param lost the copies whose loss is on it already */
export function happeningAnnotations(telemetry: Telemetry, lost: readonly string[]): Annotation[] {
  return toldIn(telemetry)
    .filter((happening) => !(isInLoss(happening, telemetry) && lost.includes(happening.copy)))
    .map((happening) => ({ second: happening.second, text: `${happening.copy} ${textOf(happening)}` }));
}
