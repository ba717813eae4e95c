import { fork } from "node:child_process";
import type { AuditBench } from "@/lib/testing/benches/audit-bench";

/** Starts a sequencer at its default period during the measurement. Returns a function that ends it. */
export function startSequencer(bench: AuditBench): () => Promise<void> {
  const { log, tenantId } = bench.place;
  const child = fork("bench/sequence.ts", [bench.database.sequencerUrl, log, tenantId], {
    execArgv: ["--import", "tsx", "--conditions=react-server"],
  });
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  return () => {
    child.disconnect();
    return exited;
  };
}
