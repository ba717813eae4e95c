// The lists that pages need at once in the browser. They need no schema library, which is a sixth of a page's script; lib/vocabulary.ts and
// lib/live make schemas of them.

/** Roles of a person or program. Support is a duty, not a role. */
export const ROLES = ["client", "miner", "coordinator", "auditor", "regulator", "admin"] as const;

/** Duties that a person may have in addition to the role. */
export const DUTIES = [
  "admin",
  "approve",
  "legal",
  "compliance",
  "privacy",
  "support",
  "recovery",
  "executive",
  "break-glass",
] as const;

/** The field groups of a transaction; each is sealed in its own envelope. */
export const GROUP_NAMES = [
  "amount",
  "pricing",
  "settlement_details",
  "parties",
  "narrative",
  "external_references",
] as const;
export type GroupName = (typeof GROUP_NAMES)[number];

/** The kinds of things that change while people read them. */
export const WATCHED_KINDS = [
  "request",
  "grant",
  "dispute",
  "transaction",
  "rotation",
  "key",
  "epoch",
  "hold",
  "notification",
  "notice",
  "agreement",
  "roster",
  "access_review",
  "policy",
  "erasure",
  "authority",
  "alert",
  "alert_address",
  "alert_threshold",
] as const;
export type WatchedKind = (typeof WATCHED_KINDS)[number];
