/** Counters, gauges and histograms of the server; exporters read them through `families`. */

/** Values of a metric's labels, in the order of their names. */
export type LabelValues = Readonly<Record<string, string>>;

/** Only goes up. */
export class Counter {
  #value = 0;

  get value(): number {
    return this.#value;
  }

  inc(by = 1): void {
    this.#value += by;
  }
}

/** Goes up and down. */
export class Gauge {
  #value = 0;

  get value(): number {
    return this.#value;
  }

  set(value: number): void {
    this.#value = value;
  }

  add(by: number): void {
    this.#value += by;
  }
}

/** Counts observations in buckets. */
export class Histogram {
  /** Upper bounds of the buckets, ascending; one more for everything above. */
  readonly bounds: readonly number[];
  readonly #counts: number[];
  #sum = 0;

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.#counts = new Array<number>(bounds.length + 1).fill(0);
  }

  get sum(): number {
    return this.#sum;
  }

  get counts(): readonly number[] {
    return this.#counts;
  }

  observe(value: number): void {
    let at = 0;
    for (const bound of this.bounds) {
      if (value <= bound) break;
      at++;
    }
    this.#counts[at] = (this.#counts[at] ?? 0) + 1;
    this.#sum += value;
  }
}

type Metric = Counter | Gauge | Histogram;

/** All series of one name. */
export interface MetricFamily {
  readonly name: string;
  readonly help: string;
  readonly series: readonly { readonly labels: LabelValues; readonly metric: Metric }[];
}

/** The metrics of one server. The same name and labels give the same metric, so that a reload goes on counting. */
export class Metrics {
  readonly #families = new Map<
    string,
    { help: string; series: Map<string, { labels: LabelValues; metric: Metric }> }
  >();

  counter(name: string, help: string, labels: LabelValues): Counter {
    const metric = this.#series(name, help, labels, () => new Counter());
    if (!(metric instanceof Counter)) throw new Error(`metric ${name} is not a counter`);
    return metric;
  }

  gauge(name: string, help: string, labels: LabelValues): Gauge {
    const metric = this.#series(name, help, labels, () => new Gauge());
    if (!(metric instanceof Gauge)) throw new Error(`metric ${name} is not a gauge`);
    return metric;
  }

  histogram(name: string, help: string, labels: LabelValues, bounds: readonly number[]): Histogram {
    const metric = this.#series(name, help, labels, () => new Histogram(bounds));
    if (!(metric instanceof Histogram)) throw new Error(`metric ${name} is not a histogram`);
    return metric;
  }

  /** Everything there is, for an exporter. */
  families(): readonly MetricFamily[] {
    return [...this.#families].map(([name, { help, series }]) => ({ name, help, series: [...series.values()] }));
  }

  #series(name: string, help: string, labels: LabelValues, make: () => Metric): Metric {
    let family = this.#families.get(name);
    if (family === undefined) this.#families.set(name, (family = { help, series: new Map() }));
    const key = JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
    let found = family.series.get(key);
    if (found === undefined) family.series.set(key, (found = { labels, metric: make() }));
    return found.metric;
  }
}
