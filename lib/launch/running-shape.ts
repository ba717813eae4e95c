import { z } from "zod";

// Without `server-only`: tests read the file too, as an operator does.
const Pid = z.number().int().nullable();

/** DATA_DIR/running.json: which processes run now. For operators and tests; the supervisor never reads it. */
export const RunningFile = z.object({
  supervisor: z.number().int(),
  base_url: z.string(),
  is_ready: z.boolean(),
  pids: z.object({
    portal: Pid,
    worker: Pid,
    signer: Pid,
    custodian: Pid,
    witness: Pid,
    postgres: Pid,
    guard: Pid,
  }),
});
export type RunningFile = z.infer<typeof RunningFile>;
