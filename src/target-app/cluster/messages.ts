import type { MetricObjectWithValues, MetricValue } from 'prom-client';

/** The metrics of one process, as data. */
export type Collected = MetricObjectWithValues<MetricValue<string>>[];

/** What a worker says to the primary. */
export type ToPrimary =
  /** Somebody asked me for the metrics: get me those of the whole replica. */
  | { readonly kind: 'scrape'; readonly id: number }
  /** These are mine, as you asked. */
  | { readonly kind: 'collected'; readonly id: number; readonly metrics: Collected };

/** What the primary says to a worker. */
export type ToWorker =
  /** Tell me your metrics. */
  | { readonly kind: 'collect'; readonly id: number }
  /** The metrics of the replica, as you asked; no text if they could not be had. */
  | { readonly kind: 'scraped'; readonly id: number; readonly text?: string };
