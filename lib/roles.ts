// The words for callers, beside lib/context.ts and without what a server needs: the SDK speaks them too.

/** What a person or program may be in the system (access.md "Words"). Support is a duty, not a role. */
export type Role = "client" | "miner" | "coordinator" | "auditor" | "regulator" | "admin";

/** Duties a person may hold beside the role (identity.md). */
export type Duty =
  | "admin"
  | "approve"
  | "legal"
  | "compliance"
  | "privacy"
  | "support"
  | "recovery"
  | "executive"
  | "break-glass";

/** Scopes of an API key (api.md "System"). */
export type Scope =
  | "submit"
  | "open"
  | "disclose"
  | "export"
  | "request"
  | "decide"
  | "keys"
  | "read"
  | "admin";
