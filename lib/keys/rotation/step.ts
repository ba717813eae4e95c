import "server-only";
import type { AuditContext, Context } from "@/lib/context/context";
import type { AppendedEntry } from "@/lib/context/recorder";

/** What rotating needs; the schedule has no principal. */
export type RotateContext = Pick<Context, "db" | "instance" | "keystore"> & AuditContext;

/** The rotation after a call, with the entry that tells of it; without one nothing was changed. */
export interface RotationStep {
  readonly id: string;
  readonly entry?: AppendedEntry;
}
