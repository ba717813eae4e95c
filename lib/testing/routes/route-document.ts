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
import type { Role } from "@/lib/vocabulary";

function cellOf({ roles, duties }: OperationSpec, role: Role): string {
  if (roles !== "any" && !roles.includes(role)) return "–";
  return duties === undefined ? "yes" : duties.join(", ");
}

function rowOf(operation: OperationSpec): string {
  const { id, method, path, scopes, sessionOnly, stepUp } = operation;
  const scope =
    sessionOnly === true ? "session only" : typeof scopes === "string" ? scopes : scopes.join(" or ");
  const cells = ROLES.map((role) => cellOf(operation, role));
  return `| ${method} | \`${path}\` | ${id} | ${scope} | ${stepUp === true ? "yes" : ""} | ${cells.join(" | ")} |`;
}

const MEANING: Readonly<Record<(typeof CREDENTIALS)[number], string>> = {
  session: "by the role's column; a session carries the scopes that its role and duties can use",
  "session without step-up":
    "the same, but 401 auth.step-up where the call needs a fresh second factor and the person has a duty or a privileged role",
  key: "by scope, then by the role's column; 403 auth.session-only where the call is for sessions only",
  "signed key": "the same, inside and outside evaluation",
  "key without the scope": "403 auth.scope, or auth.session-only",
  "key from a wrong address": "403 auth.address",
  "unsigned key outside evaluation":
    "of a key that may disclose, export or decide: 403 auth.signature-required, or auth.session-only",
};

/** docs/routes.md: the table of routes, made from the declarations. */
export function routeDocument(): string {
  const head = ["method", "path", "operation", "scope of a key", "step-up", ...ROLES];
  return [
    "# Routes",
    "",
    "Made from the declarations in lib/api-client/operations; a unit test compares. To write it anew:",
    "`npx vitest run --project unit lib/api-client/routes.test.ts -u`.",
    "",
    "Who may make a call at all. What a caller may do with which record is decided by the use case behind it. A cell",
    "says `yes`, the duties of which the caller needs one, or – for a role that is refused with 403 auth.role.",
    "lib/http/endpoint/route-table.integration.test.ts makes these calls on the real routes.",
    "",
    `## ${GUARDED.length} operations`,
    "",
    `| ${head.join(" | ")} |`,
    `|${head.map(() => "---|").join("")}`,
    ...GUARDED.map(rowOf),
    "",
    "## Credentials",
    "",
    "| a call with | is answered |",
    "|---|---|",
    ...STRANGERS.map(
      (credential) => `| ${credential} | ${verdictForStranger(credential)} on every operation |`,
    ),
    ...CREDENTIALS.map((credential) => `| ${credential} | ${MEANING[credential]} |`),
    "",
    "## Without authentication",
    "",
    "| method | path | what |",
    "|---|---|---|",
    ...OPEN.map(({ method, path, summary }) => `| ${method} | \`${path}\` | ${summary} |`),
    ...Object.entries(OTHER_ROUTES).map(([path, why]) => `| | \`${path}\` | ${why} |`),
    "",
  ].join("\n");
}
