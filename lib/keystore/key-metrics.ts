import "server-only";
import type { Keystore } from "@/lib/keystore/keystore";
import { EVICTIONS } from "@/lib/keystore/opened-keys";
import type { Metric } from "@/lib/telemetry/metrics";

/** Counts of kept keys, of openings that a kept key saved, and of zeroed keys by reason. They name no key. */
export function keyMetrics(keystore: Pick<Keystore, "openedKeys">): Metric[] {
  const { kept, hits, misses, evictions } = keystore.openedKeys();
  return [
    {
      name: "sealport_opened_key_lookups_total",
      kind: "counter",
      help: "Uses of participants' managed keys: hit when the key was kept opened, miss when its blob was opened.",
      values: [
        { labels: { result: "hit" }, value: hits },
        { labels: { result: "miss" }, value: misses },
      ],
    },
    {
      name: "sealport_opened_keys",
      kind: "gauge",
      help: "Opened private keys of participants that are kept in memory now.",
      values: [{ value: kept }],
    },
    {
      name: "sealport_opened_key_evictions_total",
      kind: "counter",
      help: "Opened keys that were zeroed, by why: number, time, uses, or taken away.",
      values: EVICTIONS.map((why) => ({ labels: { why }, value: evictions[why] })),
    },
  ];
}
