import "server-only";
import { rm } from "node:fs/promises";
import { z } from "zod";
import type { DatabaseKeeper } from "@/lib/launch/database-keeper";
import type { InstanceFolders } from "@/lib/launch/folders";
import { pidsOf, type Services } from "@/lib/launch/services";
import { writeStateFile } from "@/lib/launch/state-file";

const Pid = z.number().int().nullable();

/** DATA_DIR/running.json: which processes run now. For operators and tests; the supervisor never reads it. */
const RunningFile = z.object({
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
type RunningFile = z.infer<typeof RunningFile>;

let isReady = false;
let last: Promise<void> = Promise.resolve();

export function writeRunning(
  folders: InstanceFolders,
  baseUrl: string,
  services: Services,
  database: DatabaseKeeper | undefined,
  isNowReady = false,
): Promise<void> {
  isReady ||= isNowReady;
  const content: RunningFile = {
    supervisor: process.pid,
    base_url: baseUrl,
    is_ready: isReady,
    pids: {
      ...pidsOf(services),
      postgres: database?.pids.postgres ?? null,
      guard: database?.pids.guard ?? null,
    },
  };
  // One writer at a time, in the order of events.
  last = last.then(() => writeStateFile(folders.file("running.json"), content)).catch(() => undefined);
  return last;
}

export async function removeRunning(folders: InstanceFolders): Promise<void> {
  await last;
  await rm(folders.file("running.json"), { force: true });
}
