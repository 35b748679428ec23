import type { RunRecord } from '../../record/run-record.ts';
import { layoutOf, type Layout } from '../layout.ts';
import { figuresOf } from './charts/figures.ts';
import { documentOf } from './document.tsx';
import { SectionView } from './section-view.tsx';

const Run = ({ record, layout }: { readonly record: RunRecord; readonly layout: Layout }) => {
  const { title, facts, warning, failures, sections, conclusion } = layout;
  return (
    <>
      <header class="page">
        <h1>{title}</h1>
        <p class="conclusion">{conclusion}</p>
        {warning === undefined ? null : <p class="warning">{warning}</p>}
        {failures.map(({ text, hint, log, place }) => (
          <>
            {text === undefined ? null : <p class="warning">{text}</p>}
            {log.length === 0 ? null : <pre>{log.join('\n')}</pre>}
            {hint === undefined ? null : <p>{hint}</p>}
            {place === undefined ? null : <p>{place}</p>}
          </>
        ))}
        {sections.length < 2 ? null : (
          <nav aria-label="Scenarios">
            <ol>
              {sections.map((section, index) => (
                <li>
                  <a href={`#scenario-${index + 1}`}>{section.title}</a> {section.answer}
                </li>
              ))}
            </ol>
          </nav>
        )}
      </header>
      <main>
        {sections.map((section, index) => {
          const scenario = record.scenarios.find(({ name }) => name === section.title);
          return scenario === undefined ? null : (
            <SectionView id={`scenario-${index + 1}`} section={section} figures={figuresOf(scenario, record)} />
          );
        })}
      </main>
      <footer>
        <h2>The run</h2>
        <dl>
          <dt>begun</dt>
          <dd>
            <time datetime={record.startedAt}>{`${record.startedAt.slice(0, 16).replace('T', ' ')} UTC`}</time>
          </dd>
          {facts.map(([name, text]) => (
            <>
              <dt>{name}</dt>
              <dd>{name === 'again' ? <code>{text}</code> : text}</dd>
            </>
          ))}
          <dt>scale-lab</dt>
          <dd>{`${record.labVersion}, seed ${record.seed}`}</dd>
        </dl>
      </footer>
    </>
  );
};

/** A run as one page that needs nothing else. */
export function htmlReport(record: RunRecord): string {
  const layout = layoutOf(record);
  const names = layout.sections.map(({ title }) => title).join(', ');
  return documentOf(`${names} - ${layout.title}`, <Run record={record} layout={layout} />);
}
