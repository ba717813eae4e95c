import "server-only";
import { rm } from "node:fs/promises";
import type { DatabaseKeeper } from "@/lib/launch/database-keeper";
import type { InstanceFolders } from "@/lib/launch/folders";
import type { RunningFile } from "@/lib/launch/running-shape";
import { pidsOf, type Services } from "@/lib/launch/services";
import { writeStateFile } from "@/lib/launch/state-file";

let isReady = false;

export function writeRunning(
  folders: InstanceFolders,
  baseUrl: string,
  services: Services,
  database: DatabaseKeeper | undefined,
  isNowReady = false,
): void {
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
  try {
    writeStateFile(folders.file("running.json"), content);
  } catch {
    // It serves tools of the operator; the instance runs without it.
  }
}

export async function removeRunning(folders: InstanceFolders): Promise<void> {
  await rm(folders.file("running.json"), { force: true });
}
