/** One series of an exposition, e.g. `http_requests_total{route="/todos/:id",status="200"} 41`. */
export interface Sample {
  readonly name: string;
  /** The text between the braces, as it stands; empty where there is none. */
  readonly labels: string;
  readonly value: number;
}

/** What a metric is said to be by its `# TYPE` line. */
export type SampleType = 'counter' | 'gauge' | 'histogram' | 'summary' | 'untyped';

/** A parsed exposition. */
export interface Exposition {
  readonly samples: readonly Sample[];
  /** By the metric's name as its `# TYPE` line gives it: a histogram's samples add `_bucket`, `_sum` and `_count`. */
  readonly types: ReadonlyMap<string, SampleType>;
}

const sampleTypes: readonly string[] = ['counter', 'gauge', 'histogram', 'summary', 'untyped'] satisfies SampleType[];
const typeLine = /^# TYPE (\S+) (\S+)/;
// Label values are quoted and may hold braces and escaped quotes.
const sampleLine = /^([a-zA-Z_:][\w:]*)(?:\{((?:[^"}]|"(?:[^"\\]|\\.)*")*)\})?\s+(\S+)/;

function isSampleType(text: string | undefined): text is SampleType {
  return text !== undefined && sampleTypes.includes(text);
}

function numberOf(text: string): number {
  return text === '+Inf' ? Infinity : text === '-Inf' ? -Infinity : Number(text);
}

/**
 * Parses the Prometheus text exposition format, version 0.0.4
 * (https://prometheus.io/docs/instrumenting/exposition_formats/). Lines that are none of it are passed over, as Prometheus'
 * own clients do with comments.
 */
export function parseExposition(text: string): Exposition {
  const samples: Sample[] = [];
  const types = new Map<string, SampleType>();
  for (const line of text.split('\n')) {
    const type = typeLine.exec(line);
    if (type?.[1] !== undefined && isSampleType(type[2])) types.set(type[1], type[2]);
    const sample = line.startsWith('#') ? null : sampleLine.exec(line);
    if (sample?.[1] !== undefined && sample[3] !== undefined) {
      samples.push({ name: sample[1], labels: sample[2] ?? '', value: numberOf(sample[3]) });
    }
  }
  return { samples, types };
}
