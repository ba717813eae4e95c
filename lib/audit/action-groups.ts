import { ACTIONS } from "@/lib/audit/labels";

/** Reads of the log and of the program itself, whose names do not end with `.read`. */
const READS: ReadonlySet<string> = new Set([
  "access.logs",
  "audit.actors",
  "audit.checkpoint",
  "audit.entries",
  "audit.exports",
  "audit.keys",
  "audit.proof",
  "audit.receipt",
  "audit.retention",
  "audit.tile",
  "audit.verifications",
  "system.events",
  "system.figures",
  "system.home",
  "system.status",
]);
/** Reading an order or its document, or the list of suspicions, is no routine. */
const NOT_ROUTINE: ReadonlySet<string> = new Set(["document.read", "order.read", "suspicion.read"]);

/** Actions that only look at something. Lists fold them away while they succeed. */
export const ROUTINE_READS: readonly string[] = ACTIONS.filter(
  (action) => (READS.has(action) || action.endsWith(".read")) && !NOT_ROUTINE.has(action),
);

/** Groups of actions in a choice, in the order in which a reader meets them. */
export const ACTION_GROUPS = [
  "openings",
  "requests",
  "grants",
  "disputes",
  "keys",
  "people",
  "rules",
  "evidence",
  "running",
  "log",
  "reads",
] as const;
export type ActionGroup = (typeof ACTION_GROUPS)[number];

/** The group of an action by the first word of its name. */
const GROUP_OF: Readonly<Record<string, ActionGroup>> = {
  disclosure: "openings",
  transaction: "openings",
  request: "requests",
  authorization: "requests",
  document: "requests",
  order: "requests",
  reason: "requests",
  case: "requests",
  release: "requests",
  identity: "people",
  notice: "requests",
  grant: "grants",
  emergency: "grants",
  dispute: "disputes",
  key: "keys",
  escrow: "keys",
  authority: "keys",
  roster: "keys",
  access_review: "people",
  account: "people",
  api_key: "people",
  agreement: "people",
  credential: "people",
  duty: "people",
  follow: "people",
  invitation: "people",
  organisation: "people",
  participant: "people",
  provider: "people",
  provisioning: "people",
  scim_token: "people",
  session: "people",
  user: "people",
  policy: "rules",
  preservation: "rules",
  retention: "rules",
  erasure: "rules",
  compartment: "rules",
  suspicion: "rules",
  evidence: "evidence",
  export: "evidence",
  transparency: "evidence",
  audit: "log",
  log: "log",
  quarantine: "log",
};

/** Returns the group of an action; unknown ones belong to the running of the instance. */
export function actionGroup(action: string): ActionGroup {
  if (ROUTINE_READS.includes(action)) return "reads";
  if (action === "audit.export") return "evidence";
  return GROUP_OF[action.split(".", 1)[0] ?? ""] ?? "running";
}
