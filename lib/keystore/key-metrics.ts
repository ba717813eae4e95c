import "server-only";
import type { Keystore } from "@/lib/keystore/keystore";
import { EVICTIONS } from "@/lib/keystore/opened-keys";
import { collectWith, type Figure } from "@/lib/telemetry/metrics/registry";

/** State of the key service; none for a keystore that a file or passphrase opens. */
function serviceFigures(keystore: Keystore): Figure[] {
  const state = keystore.serviceState();
  const leaseMs = keystore.leaseMs();
  return [
    ...(state === undefined ? [] : [["sealport_keystore_up", state === "up" ? 1 : 0] as const]),
    ...(leaseMs === undefined ? [] : [["sealport_key_lease_seconds", leaseMs / 1_000] as const]),
  ];
}

function openedFigures(keystore: Keystore): Figure[] {
  const { kept, hits, misses, evictions } = keystore.openedKeys();
  return [
    ["sealport_opened_key_lookups_total", hits, "hit"],
    ["sealport_opened_key_lookups_total", misses, "miss"],
    ["sealport_opened_keys", kept],
    ...EVICTIONS.map((why) => ["sealport_opened_key_evictions_total", evictions[why], why] as const),
  ];
}

/**
 * Adds the state of the key service to the metrics. A portal also counts kept keys, openings that a kept key saved, and
 * zeroed keys by reason. They name no key.
 */
export function watchKeystore(keystore: Keystore, isPortal = false): void {
  collectWith("keystore", () => [...serviceFigures(keystore), ...(isPortal ? openedFigures(keystore) : [])]);
}
