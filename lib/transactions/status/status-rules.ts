import type { TransactionStatus } from "@/lib/transactions/schema";

const FORWARD: Readonly<Record<TransactionStatus, readonly TransactionStatus[]>> = {
  created: ["processing"],
  processing: ["completed", "failed"],
  completed: ["settled"],
  settled: [],
  failed: [],
  disputed: [],
};

export interface StatusChange {
  readonly status: TransactionStatus;
  readonly statusBeforeDispute: TransactionStatus | undefined;
}

/**
 * Returns the step to a status; undefined if it is not allowed. The state machine of api.md: created → processing →
 * completed or failed; completed → settled; disputed from any, and from there only back to the former status.
 */
export function nextStatus(current: StatusChange, wanted: TransactionStatus): StatusChange | undefined {
  if (current.status === "disputed") {
    const isBack = wanted === current.statusBeforeDispute;
    return isBack ? { status: wanted, statusBeforeDispute: undefined } : undefined;
  }
  if (wanted === "disputed") return { status: "disputed", statusBeforeDispute: current.status };
  return FORWARD[current.status].includes(wanted)
    ? { status: wanted, statusBeforeDispute: undefined }
    : undefined;
}
