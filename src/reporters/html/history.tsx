import type { Course } from '../../analysis/comparison/history.ts';
import { findMetric } from '../../metrics/catalogue.ts';
import { plural } from '../../model/numbers.ts';
import { changeLines, courseName, historyTable } from '../history-table.ts';
import { heading } from '../tables/metric-cells.ts';
import type { LineChart } from './charts/chart.ts';
import { documentOf } from './document.tsx';
import { FigureView, type Figure } from './figure.tsx';
import { TableView } from './table-view.tsx';

const metricNames = ['rps', 'p50', 'p99'];

/** The ids of the runs that a scenario was in, the oldest first: the places of its charts. */
function runsIn(courses: readonly Course[]): readonly string[] {
  const runs = courses.flatMap(({ moments }) => moments.map(({ run }) => run));
  const inOrder = runs.sort((one, other) => one.startedAt.localeCompare(other.startedAt));
  return [...new Set(inOrder.map(({ id }) => id))];
}

function trendOf(name: string, courses: readonly Course[]): Figure | undefined {
  const metric = findMetric(name);
  if (metric === undefined) return undefined;
  const runs = runsIn(courses);
  const placeOf = (id: string): number => runs.indexOf(id) + 1;
  const series = courses.map((course, color) => ({
    name: courseName(course),
    color,
    style: 'line' as const,
    points: course.moments.flatMap(({ run, row: { values } }) => {
      const { [name]: spread } = values;
      if (spread === undefined) return [];
      return [{ x: placeOf(run.id), value: spread.median, low: spread.min, high: spread.max }];
    }),
  }));
  const changed = courses.flatMap((course) => course.moments.filter(({ changes }) => changes.length > 0));
  const chart: LineChart = {
    kind: 'lines',
    x: { title: 'run', scale: 'linear', unit: 'count' },
    y: { title: heading(metric), scale: 'linear', unit: metric.unit },
    series,
    marks: changed.map(({ run, changes }) => ({ x: placeOf(run.id), text: changes.join('; ') })),
  };
  return {
    title: `${heading(metric)} from run to run`,
    note: 'The median of each run, and how far its rounds lie apart; a dotted line where something has changed.',
    chart,
    table: {
      headings: ['run', ...series.map(({ name: of }) => of)],
      labels: 1,
      rows: runs.map((id) => [
        { text: id },
        ...courses.map(({ moments }) => {
          const { row } = moments.find(({ run }) => run.id === id) ?? {};
          const value = row?.values[name]?.median;
          return { text: value === undefined ? '-' : value.toLocaleString('en-US', { maximumFractionDigits: 2 }) };
        }),
      ]),
    },
  };
}

const Scenario = ({ name, courses }: { readonly name: string; readonly courses: readonly Course[] }) => (
  <section class="scenario">
    <h2>{name}</h2>
    <p>{plural(runsIn(courses).length, 'run')}</p>
    <div class="figures">
      {metricNames.map((metric) => {
        const figure = trendOf(metric, courses);
        return figure === undefined ? null : <FigureView {...figure} />;
      })}
    </div>
    {courses.map((course) => (
      <section class="part">
        <h3>{courseName(course)}</h3>
        <TableView {...historyTable(course)} />
        <ul class="findings">
          {changeLines(course).map((line) => (
            <li>{line}</li>
          ))}
        </ul>
      </section>
    ))}
  </section>
);

/** How scenarios have done from run to run, as one page that needs nothing else. */
export function htmlHistory(courses: readonly Course[]): string {
  const names = [...new Set(courses.map(({ scenario }) => scenario))];
  return documentOf(
    `${names.join(', ')} - history`,
    <>
      <header class="page">
        <h1>scale-lab history</h1>
      </header>
      <main>
        {names.map((name) => (
          <Scenario name={name} courses={courses.filter(({ scenario }) => scenario === name)} />
        ))}
      </main>
    </>,
  );
}
