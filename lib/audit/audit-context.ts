import type { Context, Principal } from "@/lib/context";

/** What writing an entry needs of a context; without a principal the actor is anonymous or the system. */
export type AuditContext = Pick<Context, "instance" | "clock" | "audit" | "client" | "requestId"> & {
  readonly principal?: Principal | undefined;
  /** Name of the process when no person or program acts, e.g. `worker`. */
  readonly system?: string;
};
