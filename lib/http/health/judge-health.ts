import "server-only";
import type { MergeDelay, StoredHealth } from "@/lib/http/health/store";

export type PartState = "up" | "late" | "down";

export interface HealthPart {
  readonly name: "portal" | "database" | "worker" | "signer" | "custodian" | "witness";
  readonly state: PartState;
}

/** What pages, /readyz and /confidential/status show of the instance's state. */
export interface Health {
  readonly database: boolean;
  readonly migrations: boolean;
  readonly parts: readonly HealthPart[];
  readonly log: {
    readonly origin: string;
    readonly size: number;
    /** When the newest signed checkpoint was published. */
    readonly last_checkpoint_at: string | null;
    readonly witness: "own" | "independent" | "none";
    /** Of the newest leaves of the last quarter of an hour; null where there are none. */
    readonly merge_delay: MergeDelay | null;
    /** Why the signer signs nothing at present. */
    readonly refused: string | null;
  };
  readonly alarms: readonly string[];
  readonly assurance: "evaluation" | "separate";
}

const WORKER_LATE_MS = 15_000;
const WORKER_DOWN_MS = 60_000;
const CHECKPOINT_LATE_MS = 15_000;
const INTEGRATION_LATE_MS = 60_000;

/** A worker is judged by its heartbeat: it listens on nothing. */
export function workerState(seenAt: Date | undefined, nowMs: number): PartState {
  if (seenAt === undefined) return "down";
  const age = nowMs - seenAt.getTime();
  return age > WORKER_DOWN_MS ? "down" : age > WORKER_LATE_MS ? "late" : "up";
}

/** Whose word stands beside the newest checkpoint; only an independent witness's counts as witnessed. */
export function witnessKind(witnesses: unknown): "own" | "independent" | "none" {
  if (!Array.isArray(witnesses) || witnesses.length === 0) return "none";
  const isIndependent = (witness: unknown) =>
    typeof witness === "object" && witness !== null && "kind" in witness && witness.kind === "independent";
  return witnesses.some(isIndependent) ? "independent" : "own";
}

/** What an operator must look at, as stable words. */
export function alarmsOf(
  stored: StoredHealth,
  parts: readonly HealthPart[],
  nowMs: number,
  refused: string | null = null,
): string[] {
  const alarms = parts.filter((part) => part.state !== "up").map((part) => `${part.name}-${part.state}`);
  const checkpointAge = nowMs - (stored.checkpointAt?.getTime() ?? 0);
  if (stored.logSize > stored.checkpointSize && checkpointAge > CHECKPOINT_LATE_MS)
    alarms.push("checkpoint-late");
  const waitingSince = stored.oldestWaiting === undefined ? nowMs : Date.parse(stored.oldestWaiting);
  // Also for an instant that cannot be read: a malformed row waits for ever.
  if (!(nowMs - waitingSince <= INTEGRATION_LATE_MS)) alarms.push("integration-late");
  if ((stored.mergeDelay?.max ?? 0) > INTEGRATION_LATE_MS) alarms.push("merge-delay");
  if (refused !== null) alarms.push(`signer-refuses-${refused}`);
  if (stored.openIntents > 0) alarms.push("intent-without-outcome");
  return alarms;
}
