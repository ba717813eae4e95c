import type { OperationSpec } from "@/lib/api-client/operation";

/** A part of the API, in the order in which a reader meets them. */
export interface Tag {
  readonly name: string;
  /** Its part of the address of its page. */
  readonly slug: string;
  readonly description: string;
  /** Prefixes of paths; the longest match decides. A path with `$` at its end matches that path alone. */
  readonly paths: readonly string[];
  /** Families of problem codes that its operations answer, in addition to those of every call. */
  readonly families: readonly string[];
}

const TX = "/confidential/transactions/{id}";
/** Families of acts that rest on signed statements, which the custodian checks. */
const OF_SIGNED_ACTS = ["statement", "custodian", "access"] as const;

export const TAGS: readonly Tag[] = [
  {
    name: "Transactions",
    slug: "transactions",
    description:
      "Submit transactions, one or up to 1,000 at once, read their metadata and their sealed envelopes.",
    paths: ["/confidential/transactions"],
    families: ["transaction", "participant", "batch", "key", "envelope", "access"],
  },
  {
    name: "Openings",
    slug: "openings",
    description:
      "Open sealed groups: your own with the participant's key, and those of others under a grant, through the escrow custodian.",
    paths: [
      "/confidential/access$",
      "/confidential/audit$",
      "/confidential/access/openings",
      `${TX}/access`,
      `${TX}/audit`,
      `${TX}/copies`,
    ],
    families: ["transaction", "grant", "envelope", "key", ...OF_SIGNED_ACTS],
  },
  {
    name: "Disputes",
    slug: "disputes",
    description: "Dispute a transaction and let one support person see its sealed groups masked.",
    paths: ["/confidential/disputes", `${TX}/disputes`],
    families: ["dispute", "transaction", ...OF_SIGNED_ACTS],
  },
  {
    name: "Keys",
    slug: "keys",
    description: "Register, prove, rotate and end keys, recover a lost one, and the epochs of escrow.",
    paths: ["/confidential/keys", "/confidential/rotations"],
    families: ["key", "participant", "envelope", ...OF_SIGNED_ACTS],
  },
  {
    name: "Saved views",
    slug: "views",
    description: "Views of lists that a person saved, for themselves or for their organisation.",
    paths: ["/confidential/views"],
    families: ["view"],
  },
  {
    name: "Follows",
    slug: "follows",
    description: "Cases, requests and transactions whose events a person follows.",
    paths: ["/confidential/follows"],
    families: ["follow", "case", "request", "transaction"],
  },
  {
    name: "Cases",
    slug: "cases",
    description:
      "What the caller may know of one order: its requests, grants, openings and holds in one place.",
    paths: ["/confidential/cases"],
    families: ["case"],
  },
  {
    name: "Access requests",
    slug: "requests",
    description: "File a request, attach the legal authority, submit it, and decide on it in two stages.",
    paths: ["/confidential/access/requests", "/confidential/access/reasons"],
    families: [
      "request-file",
      "request",
      "decision",
      "authorization",
      "authority",
      "document",
      "upload",
      "transaction",
      "grant",
      "notice",
      ...OF_SIGNED_ACTS,
    ],
  },
  {
    name: "Grants",
    slug: "grants",
    description: "What access is in force, what was opened under it, and its end.",
    paths: ["/confidential/access/grants"],
    families: ["grant", ...OF_SIGNED_ACTS],
  },
  {
    name: "Evidence",
    slug: "evidence",
    description: "Export opened values as a signed file that anyone can check without an account.",
    paths: ["/confidential/evidence"],
    families: ["evidence", "transaction", "grant", "envelope", "key", ...OF_SIGNED_ACTS],
  },
  {
    name: "Holds, releases, emergencies and notices",
    slug: "holds",
    description:
      "Legal holds, releases by two executives, emergency access with its review, and notices to those concerned.",
    paths: [
      "/confidential/access/preservations",
      "/confidential/access/releases",
      "/confidential/access/break-glass",
      "/confidential/access/notices",
      "/confidential/notices",
    ],
    families: [
      "preservation",
      "grant",
      "notice",
      "transaction",
      "request-file",
      "request",
      ...OF_SIGNED_ACTS,
    ],
  },
  {
    name: "Policies",
    slug: "policies",
    description:
      "Who may open what, as numbered sets: drafts, dry runs with a proof, approval, activation, and their history.",
    paths: ["/confidential/policies", "/confidential/policy-replays"],
    families: ["policy"],
  },
  {
    name: "Audit log",
    slug: "audit",
    description:
      "Entries and proofs, checkpoints and tiles (C2SP), exports, verification, erasure, and the access log.",
    paths: ["/confidential/audit", "/confidential/access/logs"],
    families: ["audit", "export", "erasure", "quarantine", "verification", "transaction"],
  },
  {
    name: "Account and API keys",
    slug: "account",
    description:
      "A person's own account: factors, sessions, API keys, and keys that sign statements. Not with an API key: only signed-in people can make these calls.",
    paths: ["/confidential/account"],
    families: ["credential", "session", "api-key", "roster", "roster-change", "custodian", "provider"],
  },
  {
    name: "People and agreements",
    slug: "people",
    description:
      "People, their invitations and duties, acts that need two people, access reviews, and who may open a transaction.",
    paths: [
      "/confidential/admin/users",
      "/confidential/admin/invitations",
      "/confidential/admin/access-reviews",
      "/confidential/admin/record-access",
      "/confidential/agreements",
    ],
    families: ["person", "agreement", "access-review", "organisation", "participant"],
  },
  {
    name: "Organisations and participants",
    slug: "organisations",
    description:
      "Organisations with their hours, domains, identity provider and provisioning, and the participants of transactions.",
    paths: ["/confidential/admin/organisations", "/confidential/admin/participants"],
    families: ["organisation", "provisioning", "provider", "participant", "person", "agreement"],
  },
  {
    name: "Administration",
    slug: "administration",
    description:
      "All API keys and webhooks, authorities, the custodian's roster, background work, and readiness for real data.",
    paths: ["/confidential/admin"],
    families: ["api-key", "webhook", "delivery", "authority", "agreement", "person", "organisation"],
  },
  {
    name: "Alerts",
    slug: "alerts",
    description:
      "Who acts on alerts, where they are sent, the limits of the rules that watch the log, and the figures of the operator's dashboard.",
    paths: [
      "/confidential/alerts",
      "/confidential/alert-addresses",
      "/confidential/alert-thresholds",
      "/confidential/operations",
    ],
    families: ["alert", "alert-address"],
  },
  {
    name: "Notifications and home",
    slug: "notifications",
    description: "Notifications, open tasks, and live events for signed-in people.",
    paths: [
      "/confidential/notifications",
      "/confidential/home",
      "/confidential/search",
      "/confidential/events",
    ],
    families: [],
  },
  {
    name: "System",
    slug: "system",
    description: "State of the service, its health, figures for the public, and the OpenAPI document.",
    paths: ["/confidential/status", "/confidential/transparency", "/healthz", "/readyz", "/openapi.json"],
    families: ["transparency"],
  },
];

function fitOf(path: string, beginning: string): number {
  if (beginning.endsWith("$")) return path === beginning.slice(0, -1) ? beginning.length : 0;
  return path === beginning || path.startsWith(`${beginning}/`) ? beginning.length : 0;
}

/** Returns the part of the API that an operation belongs to. Throws when no part matches. */
export function tagOf({ id, path }: Pick<OperationSpec, "id" | "path">): Tag {
  const fits = TAGS.map((tag) => ({ tag, length: Math.max(...tag.paths.map((one) => fitOf(path, one))) }));
  const best = fits.reduce((a, b) => (b.length > a.length ? b : a));
  if (best.length === 0)
    throw new TypeError(`${id} belongs to no part of the API: see lib/api-client/openapi/tags.ts`);
  return best.tag;
}
