import type { OperationSpec } from "@/lib/api-client/operation";
import {
  CREDENTIALS,
  GUARDED,
  OPEN,
  OTHER_ROUTES,
  ROLES,
  STRANGERS,
  verdictForStranger,
} from "@/lib/testing/routes/rows";

function callersOf({ roles, duties }: OperationSpec): string {
  const names = roles === "any" ? "all" : ROLES.filter((role) => roles.includes(role)).join(", ");
  return duties === undefined ? names : `${names}: ${duties.join(", ")}`;
}

function rowOf(operation: OperationSpec): string {
  const { id, method, path, scopes, sessionOnly, stepUp } = operation;
  const scope =
    sessionOnly === true ? "session only" : typeof scopes === "string" ? scopes : scopes.join(" or ");
  return `| ${method} \`${path}\` | ${id} | ${scope} | ${stepUp === true ? "yes" : ""} | ${callersOf(operation)} |`;
}

const MEANING: Readonly<Record<(typeof CREDENTIALS)[number], string>> = {
  session: "by the row's roles; a session has the scopes that its role and duties can use",
  "session without step-up":
    "the same, but 401 auth.step-up if the call needs a fresh second factor and the person has a duty or a privileged role",
  key: "by scope, then by the row's roles; 403 auth.session-only if the call is for sessions only",
  "signed key": "the same, inside and outside evaluation",
  "key without the scope": "403 auth.scope, or auth.session-only",
  "key from a wrong address": "403 auth.address",
  "unsigned key outside evaluation":
    "for a key that may disclose, export or decide: 403 auth.signature-required, or auth.session-only",
};

/** Returns docs/routes.md: the table of routes, made from the declarations. */
export function routeDocument(): string {
  const head = ["call", "operation", "scope of a key", "step-up", "roles"];
  return [
    "# Routes",
    "",
    "This table comes from the declarations in lib/api-client/operations; a unit test compares them. To write it again:",
    "`npx vitest run --project unit lib/api-client/routes.test.ts -u`.",
    "",
    "The table says who may make a call at all. The use case decides which records the caller may use. The caller needs one",
    "of the duties after a colon. Other roles are refused with 403 auth.role. lib/http/endpoint/route-table.integration.test.ts",
    "makes these calls on the real routes.",
    "",
    `## ${GUARDED.length} operations`,
    "",
    `| ${head.join(" | ")} |`,
    `|${head.map(() => "---|").join("")}`,
    ...GUARDED.map(rowOf),
    "",
    "## Credentials",
    "",
    "| a call with | gets |",
    "|---|---|",
    ...STRANGERS.map(
      (credential) => `| ${credential} | ${verdictForStranger(credential)} on every operation |`,
    ),
    ...CREDENTIALS.map((credential) => `| ${credential} | ${MEANING[credential]} |`),
    "",
    "## Without authentication",
    "",
    "| method | path | use |",
    "|---|---|---|",
    ...OPEN.map(({ method, path, summary }) => `| ${method} | \`${path}\` | ${summary} |`),
    ...Object.entries(OTHER_ROUTES).map(([path, why]) => `| | \`${path}\` | ${why} |`),
    "",
  ].join("\n");
}
