// The metrics of one process. work-metrics.ts and state-metrics.ts name and describe them, this file counts, serve-metrics.ts of the room
// ipc serves them. Counters and histograms are touched on hot paths, so their label sets are made once. Gauges are read
// when someone asks: a collector returns their values of that moment.

import "server-only";
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import { type MetricRow, NODE_METRICS } from "@/lib/telemetry/metrics/metric-row";
import { STATE_METRICS } from "@/lib/telemetry/metrics/state-metrics";
import { WORK_METRICS } from "@/lib/telemetry/metrics/work-metrics";
import { processSlot } from "@/lib/telemetry/process-slot";

/** Latencies of a portal: most reads take under 10 ms, an opening through escrow up to a second. */
const SECONDS = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];

const OWN_METRICS = { ...WORK_METRICS, ...STATE_METRICS };
export type MetricName = keyof typeof OWN_METRICS;

/** All documented metrics, by name. */
export const METRICS: Readonly<Record<string, MetricRow>> = { ...OWN_METRICS, ...NODE_METRICS };

type Instrument = Counter | Gauge | Histogram;

/** A value of this moment, with its label values in the order of the table. */
export type Figure = readonly [name: MetricName, value: number, ...labels: string[]];
/** Returns figures of this moment. Where a figure is not known, it is left out. */
export type Collector = () => readonly Figure[] | Promise<readonly Figure[]>;

interface ProcessMetrics {
  readonly registry: Registry;
  readonly instruments: Map<MetricName, Instrument>;
  readonly collectors: Map<string, Collector>;
  /** Metrics that the last reading wrote: their values are removed before the next. */
  readonly collected: Set<MetricName>;
  isWatchingNode: boolean;
}

const OWN = processSlot<ProcessMetrics>("metrics", () => ({
  registry: new Registry(),
  instruments: new Map(),
  collectors: new Map(),
  collected: new Set(),
  isWatchingNode: false,
}));

const KINDS = {
  counter: Counter,
  gauge: Gauge,
  histogram: Histogram,
} as const;

function instrumentOf(name: MetricName): Instrument {
  const known = OWN.instruments.get(name);
  if (known !== undefined) return known;
  const { type, meaning, labels } = OWN_METRICS[name];
  const options = { name, help: meaning, labelNames: [...labels], registers: [OWN.registry] };
  const made =
    type === "histogram" ? new Histogram({ ...options, buckets: SECONDS }) : new KINDS[type](options);
  OWN.instruments.set(name, made);
  return made;
}

/** Adds `by` to the series of these label values. */
export type Count = (by: number, ...labels: string[]) => void;

/**
 * Returns the function that counts. Call it once where a module loads: for each set of labels the series is looked up by
 * a string, and no label object is made.
 */
export function counter(name: MetricName): Count {
  const instrument = instrumentOf(name);
  if (!(instrument instanceof Counter)) throw new TypeError(`${name} is not a counter`);
  const series = new Map<string, (by: number) => void>();
  return (by, ...labels) => {
    const key = labels.join("\n");
    let add = series.get(key);
    if (add === undefined) {
      const { inc } = instrument.labels(...labels);
      add = (value) => inc(value);
      series.set(key, add);
    }
    add(by);
  };
}

/** Returns the function that records a duration in milliseconds; see `counter`. */
export function timer(name: MetricName): (ms: number, ...labels: string[]) => void {
  const instrument = instrumentOf(name);
  if (!(instrument instanceof Histogram)) throw new TypeError(`${name} is not a histogram`);
  const series = new Map<string, (seconds: number) => void>();
  return (ms, ...labels) => {
    const key = labels.join("\n");
    let observe = series.get(key);
    if (observe === undefined) {
      observe = instrument.labels(...labels).observe;
      series.set(key, observe);
    }
    observe(ms / 1_000);
  };
}

/** Registers a collector of gauges, or of counters kept elsewhere. A second collector of a key replaces the first. */
export function collectWith(key: string, collector: Collector): void {
  OWN.collectors.set(key, collector);
}

/** Starts the metrics of the Node process. Only a process that serves metrics calls it, because it sets timers. */
export function watchNode(): void {
  if (OWN.isWatchingNode) return;
  OWN.isWatchingNode = true;
  collectDefaultMetrics({ register: OWN.registry, eventLoopMonitoringPrecision: 20 });
}

function clear(name: MetricName): void {
  const instrument = instrumentOf(name);
  instrument.reset();
  // A gauge without labels is 0 after its reset. Absent is not 0.
  if (OWN_METRICS[name].labels.length === 0) instrument.remove();
}

function write([name, value, ...labels]: Figure): void {
  const instrument = instrumentOf(name);
  if (instrument instanceof Gauge) instrument.labels(...labels).set(value);
  else if (instrument instanceof Counter) instrument.labels(...labels).inc(value);
  else throw new TypeError(`${name} cannot be collected`);
  OWN.collected.add(name);
}

const COLLECT_MS = 2_000;

/** Returns the figures of a collector, or none if it fails or takes too long. */
async function figuresOf(
  [key, collector]: readonly [string, Collector],
  onError: (collector: string, error: unknown) => void,
): Promise<readonly Figure[]> {
  let timeout: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timeout = setTimeout(() => reject(new Error("not read in time")), COLLECT_MS);
  });
  try {
    return await Promise.race([Promise.resolve().then(collector), late]);
  } catch (error) {
    onError(key, error);
    return [];
  } finally {
    clearTimeout(timeout);
  }
}

let reading: Promise<unknown> = Promise.resolve();

async function readNow(onError: (collector: string, error: unknown) => void): Promise<string> {
  const figures = await Promise.all([...OWN.collectors].map((one) => figuresOf(one, onError)));
  for (const name of OWN.collected) clear(name);
  OWN.collected.clear();
  for (const figure of figures.flat()) write(figure);
  return OWN.registry.metrics();
}

/** Returns all metrics of this process as Prometheus reads them. Readings run one after another. */
export function metricsText(onError: (collector: string, error: unknown) => void): Promise<string> {
  const next = reading.then(() => readNow(onError));
  reading = next.catch(() => undefined);
  return next;
}

export const METRICS_TYPE = Registry.PROMETHEUS_CONTENT_TYPE;
