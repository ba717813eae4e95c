import "server-only";

export type MetricProcess = "portal" | "worker" | "signer" | "custodian" | "witness" | "every";

/** One documented metric. `docs/metrics.md` is written from these rows. */
export interface MetricRow {
  readonly type: "counter" | "gauge" | "histogram";
  readonly labels: readonly string[];
  readonly process: MetricProcess;
  readonly meaning: string;
}

/** Returns a row. Labels are words with a space between them. */
export const row = (
  process: MetricProcess,
  type: MetricRow["type"],
  labels: string,
  meaning: string,
): MetricRow => ({ process, type, labels: labels === "" ? [] : labels.split(" "), meaning });
