import type { Child } from 'hono/jsx';
import type { Verdict } from '../../record/run-record.ts';
import type { Section } from '../layout.ts';
import type { ScenarioFigures } from './charts/figures.ts';
import { FigureView, type Figure } from './figure.tsx';
import { TableView } from './table-view.tsx';

const symbols = { passed: '✓', failed: '✗', inconclusive: '?' } as const;

const VerdictView = ({ outcome, expectation, reason }: Verdict) => (
  <li class={outcome}>
    <strong>
      <span aria-hidden="true">{symbols[outcome]}</span> {outcome}
    </strong>{' '}
    <code>{expectation}</code> <span class="reason">{reason}</span>
  </li>
);

const Lines = ({ lines, kind }: { readonly lines: readonly string[]; readonly kind: string }) =>
  lines.length === 0 ? null : (
    <ul class={kind}>
      {lines.map((line) => (
        <li>{line}</li>
      ))}
    </ul>
  );

const Findings = ({ lines }: { readonly lines: Section['findings'] }) =>
  lines.length === 0 ? null : (
    <ul class="findings">
      {lines.map(({ text, command }) => (
        <li>
          {text}
          {command === undefined ? null : <code>{command}</code>}
        </li>
      ))}
    </ul>
  );

const Figures = ({ figures }: { readonly figures: readonly Figure[] }) =>
  figures.length === 0 ? null : (
    <div class="figures">
      {figures.map((figure) => (
        <FigureView {...figure} />
      ))}
    </div>
  );

/** A part of a section under its heading; nothing where it has nothing to show. */
const Part = ({ title, isThere, children }: { title: string; isThere: boolean; children?: Child }) =>
  isThere ? (
    <section class="part">
      <h3>{title}</h3>
      {children}
    </section>
  ) : null;

interface SectionProps {
  readonly id: string;
  readonly section: Section;
  readonly figures: ScenarioFigures;
}

/** One scenario: the question and its answer first, then verdicts, then the numbers, what they are made of, and their caveats. */
export const SectionView = ({ id, section, figures }: SectionProps) => {
  const { title, question, answer, prediction, facts, verdicts, notes, events } = section;
  const timeline = [...figures.timeline];
  return (
    <section class="scenario" id={id}>
      <header>
        <p class="name">{title}</p>
        <h2>{question}</h2>
        {answer === '' ? null : <p class="answer">{answer}</p>}
      </header>
      {verdicts.length === 0 ? null : (
        <ul class="verdicts">
          {verdicts.map((verdict) => (
            <VerdictView {...verdict} />
          ))}
        </ul>
      )}
      <Part title="What one is to the other" isThere={section.comparisons.length > 0}>
        <Figures figures={figures.comparisons} />
        {section.comparisons.map(({ lines }) => (
          <Lines kind="findings" lines={lines} />
        ))}
        <Lines kind="notes" lines={section.comparisonNotes} />
      </Part>
      <Part title="What was measured" isThere={section.timings.rows.length > 0}>
        <Figures figures={figures.metrics} />
        <TableView {...section.timings} />
        <TableView {...section.evidence} />
        <TableView {...section.requests} />
        <Lines kind="statuses" lines={section.statuses.map((line) => `answers of ${line}`)} />
        <Findings lines={section.findings} />
        <Lines kind="notes" lines={notes} />
      </Part>
      <Part title="The search for the highest rate" isThere={section.searches.rows.length > 0}>
        <TableView {...section.searches} />
        <Lines kind="findings" lines={section.searchLines} />
      </Part>
      <Part title="How it scales" isThere={figures.scaling.length > 0}>
        <Figures figures={figures.scaling} />
      </Part>
      <Part title="How long requests took" isThere={figures.percentiles.length > 0}>
        <Figures figures={figures.percentiles} />
      </Part>
      <Part title="Second by second" isThere={timeline.length > 0}>
        <Figures figures={timeline} />
        <Lines kind="events" lines={events} />
      </Part>
      <Part title="Where the time went" isThere={figures.anatomy.length > 0}>
        <Figures figures={figures.anatomy} />
      </Part>
      <Part
        title="Replicas and resources"
        isThere={figures.shares.length + section.beside.rows.length + section.resources.rows.length > 0}
      >
        <Figures figures={figures.shares} />
        <TableView {...section.beside} />
        <TableView {...section.cores} />
        <TableView {...section.resources} title="What each service used: cores and memory" />
      </Part>
      <Part title="The slowest requests" isThere={section.slowest.rows.length > 0}>
        <TableView {...section.slowest} />
      </Part>
      <Part title="How it was measured" isThere={true}>
        <dl>
          {(prediction === undefined ? facts : [['predicted', prediction] as const, ...facts]).map(([name, text]) => (
            <>
              <dt>{name}</dt>
              <dd>{text}</dd>
            </>
          ))}
        </dl>
      </Part>
    </section>
  );
};
