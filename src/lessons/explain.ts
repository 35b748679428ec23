import type { Scenario } from '../model/scenario.ts';
import { describeSharedLoad } from '../scenarios/words/load-words.ts';
import { describeData, describeRequest, describeSettings } from '../scenarios/words/words.ts';
import { architectureOf } from './architecture.ts';
import { platformOption } from './platform-for.ts';
import { shippedLessons } from './shipped.ts';

/** A point of a lesson: a sentence, and under it a command or an address. */
export interface Point {
  readonly text: string;
  readonly command?: string | undefined;
  readonly url?: string | undefined;
}

/** A scenario as it is taught: each output format is a dialect of a few lines. */
export interface Explanation {
  readonly name: string;
  readonly question: string;
  /** Lines of a drawing. */
  readonly architecture: readonly string[];
  readonly facts: readonly (readonly [string, string])[];
  readonly parts: readonly Part[];
}

/** One part of a lesson: pseudocode, points, or both. */
interface Part {
  readonly title: string;
  readonly code?: readonly string[];
  readonly points: readonly Point[];
}

function texts(lines: readonly string[]): readonly Point[] {
  return lines.map((text) => ({ text }));
}

/** Explains a scenario; `isShipped` where it is the one of that name that the lab ships, which has a lesson. */
export function explain(scenario: Scenario, isShipped: boolean): Explanation {
  const { name, question, prediction, workload, variants, expectations } = scenario;
  const lesson = isShipped ? shippedLessons[name] : undefined;
  const claims = expectations.map(({ text }) => text);
  const parts: readonly Part[] = [
    { title: 'Predict', points: texts(lesson?.predict ?? []) },
    {
      title: 'Run it',
      points: [
        {
          text: 'And be asked for your guess first:',
          command: `scale-lab run ${name}${platformOption(scenario)} --predict`,
        },
      ],
    },
    { title: 'Look at', points: texts(lesson?.look ?? []) },
    { title: 'The prediction of its author', points: texts(prediction === undefined ? [] : [prediction]) },
    { title: 'What the numbers have to show', points: texts(claims) },
    { title: 'How it comes about', code: lesson?.mechanism ?? [], points: [] },
    { title: 'What the remedy costs', points: texts(lesson?.tradeOffs ?? []) },
    { title: 'When not to use it', points: texts(lesson?.unless ?? []) },
    { title: 'Try next', points: lesson?.next ?? [] },
    { title: 'Read more', points: (lesson?.read ?? []).map(({ title: text, url }) => ({ text, url })) },
  ];
  return {
    name,
    question,
    architecture: architectureOf(scenario),
    facts: [
      ['load', describeSharedLoad(scenario)],
      ['requests', workload.requests.map((request) => describeRequest(request, workload)).join('; ')],
      ['data', describeData(scenario)],
      ...variants.map((variant) => [variant.name, describeSettings(variant)] as const),
    ],
    parts: parts.filter(({ code = [], points }) => code.length + points.length > 0),
  };
}
