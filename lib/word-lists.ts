// The lists that pages need at once in the browser. They need no schema library, which is a sixth of a page's script; lib/vocabulary.ts
// and the schemas of their rooms are made of them.

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

/** The purposes for which data is requested and opened. */
export const PURPOSES = ["settlement", "audit", "compliance", "dispute", "support", "reporting"] as const;

/** The kinds of legal authority. */
export const INSTRUMENT_KINDS = [
  "court_order",
  "subpoena",
  "warrant",
  "statutory_demand",
  "audit_mandate",
  "epoc",
] as const;

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

/** What a dispute is about. */
export const DISPUTE_GROUNDS = [
  "amount",
  "quantity",
  "price",
  "not_delivered",
  "not_ordered",
  "wrong_party",
  "other",
] as const;

/** How a dispute ends. */
export const DISPUTE_OUTCOMES = [
  "as_recorded",
  "corrected",
  "agreed",
  "cancelled",
  "unresolved",
  "other",
] as const;

/** The decisions that a reason may be for. `narrow` is an approval that takes something away. */
export const REASON_DECISIONS = ["approve", "narrow", "ask", "deny"] as const;

/** `queued`: those whose data were disclosed get notice when a person sends it. `none`: they get no notice. */
export const NOTICE_MODES = ["none", "queued"] as const;

/** The kinds of things that people and programs are notified of, in the order in which forms offer them. */
export const NOTIFY_KINDS = [
  "request",
  "grant",
  "dispute",
  "hold",
  "notice",
  "access_review",
  "policy",
  "key",
  "rotation",
  "epoch",
  "agreement",
  "roster",
  "erasure",
  "authority",
  "alert_address",
  "alert_threshold",
] as const;
