import "server-only";
import type { AuditContext, Context } from "@/lib/context/context";
import type { AppendedEntry } from "@/lib/context/recorder";

/** The context needed to rotate; the schedule has no principal. */
export type RotateContext = Pick<Context, "db" | "instance" | "keystore"> & AuditContext;

/** The rotation after a call, with its entry; without an entry, nothing changed. */
export interface RotationStep {
  readonly id: string;
  readonly entry?: AppendedEntry;
}
