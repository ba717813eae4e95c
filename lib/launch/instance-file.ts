import "server-only";
import { randomBytes, randomUUID } from "node:crypto";
import { z } from "zod";
import { readStateFile, writeStateFile } from "@/lib/launch/state-file";

/**
 * DATA_DIR/instance.json: what this instance is. `seed` is "pending" from the making of an empty database until its
 * demonstration data is complete, so that an interrupted first start is repeated.
 */
export const InstanceFile = z.object({
  version: z.literal(1),
  origin: z.string().min(1),
  tenant_id: z.uuid(),
  vkeys: z.record(z.string(), z.string()),
  seed: z.enum(["pending", "done", "none"]),
  created_at: z.string(),
  /** Origin that the key folders' passphrases are derived for: the first one, where others followed it. */
  unlock_origin: z.string().min(1).optional(),
  /**
   * Logs that were closed for ever, oldest first: the keys for checking them, and the entries under the newest
   * checkpoint.
   */
  closed: z
    .array(
      z.object({
        origin: z.string(),
        vkeys: z.record(z.string(), z.string()),
        size: z.int().min(0).optional(),
      }),
    )
    .optional(),
});
export type InstanceFile = z.infer<typeof InstanceFile>;

/** The context for deriving the passphrase of each key folder; a new log does not change it. */
export function unlockOriginOf(instance: InstanceFile): string {
  return instance.unlock_origin ?? instance.origin;
}

export function readInstance(file: string): Promise<InstanceFile | undefined> {
  return readStateFile(file, InstanceFile);
}

/** Returns a new identity. The origin is random and has no part of the machine's name. */
export function newInstance(origin: string | undefined): InstanceFile {
  return {
    version: 1,
    origin: origin ?? `sealport.internal/${randomBytes(8).toString("hex")}`,
    tenant_id: uuidV7(),
    vkeys: {},
    seed: "none",
    created_at: new Date().toISOString(),
  };
}

function uuidV7(): string {
  const time = Date.now().toString(16).padStart(12, "0");
  const random = randomUUID();
  return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(15)}`;
}

export function writeInstance(file: string, instance: InstanceFile): void {
  writeStateFile(file, instance);
}

/** Logs that others followed, with the keys of each: they stay readable. */
export function closedLogs({ closed }: InstanceFile): string | undefined {
  if (closed === undefined || closed.length === 0) return undefined;
  const named = (vkeys: Readonly<Record<string, string>>, name: string): string[] =>
    vkeys[name] === undefined ? [] : [vkeys[name]];
  return JSON.stringify(
    closed.map(({ origin, vkeys, size }) => ({
      origin,
      log: named(vkeys, "signer.log"),
      receipts: named(vkeys, "portal.receipt"),
      witnesses: named(vkeys, "witness.cosigner").map((vkey) => ({ vkey, kind: "own" })),
      ...(size === undefined ? {} : { size }),
    })),
  );
}
