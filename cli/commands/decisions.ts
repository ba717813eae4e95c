import { NewStatement, Stage } from "@/lib/access/requests/schema";
import { getRequest } from "@/lib/api-client/operations/access";
import { decideRequest, prepareStatement, reviewRequest } from "@/lib/api-client/operations/decisions";
import type { DecisionStatement, StatementSignature } from "@/lib/escrow/protocol/statements";
import { parseSaid } from "@/lib/issue-words";
import { GroupName } from "@/lib/vocabulary";
import type { CommandSpec, Cx, Given } from "../command";
import { CliError, EXIT, usage } from "../exit";
import { confirm } from "../prompt";
import { factLines } from "../shown";
import { STATEMENT_OPTIONS, statementSigner } from "../statement";
import { present } from "./listing";

const DECISIONS = ["approve", "deny", "ask"] as const;
const FACTS = ["issuer", "case-number", "valid-from", "valid-until"] as const;

type Body = NewStatement;

/** The facts that the decider retyped from a paper order: all four, or none. */
function readingOf(given: Given): object | undefined {
  const read = FACTS.map((name) => given.text(name));
  if (read.every((value) => value === undefined)) return undefined;
  if (read.some((value) => value === undefined))
    throw usage(`give all retyped facts or none: ${FACTS.map((name) => `--${name}`).join(", ")}`);
  const [issuer, case_number, valid_from, valid_until] = read;
  return { issuer, case_number, valid_from, valid_until };
}

function scopeOf(given: Given): object | undefined {
  const scope = present({
    transactions: given.texts("transaction").length === 0 ? undefined : given.texts("transaction"),
    fields: given.texts("field").length === 0 ? undefined : given.texts("field"),
  });
  return Object.keys(scope).length === 0 ? undefined : scope;
}

function bodyOf(given: Given): Body {
  const asked = {
    stage: given.need("stage"),
    decision: given.need("decision"),
    comment: given.need("comment"),
    ...present({
      confirms: readingOf(given),
      scope: scopeOf(given),
      until: given.text("until"),
      max_views: given.whole("max-views", 1, 10_000),
      recognition_basis: given.text("recognition-basis"),
    }),
  };
  const parsed = parseSaid(NewStatement, asked);
  if (parsed.success) return parsed.data;
  const places = parsed.error.issues.map(
    ({ path, message }) => `${path.join(".") || "the whole"}: ${message}`,
  );
  throw usage("the decision does not fit its schema", ...places);
}

/** The signed statement must match the request, whatever a portal answers. */
function checkStatement(statement: DecisionStatement, id: string, body: Body): void {
  const isAsked =
    statement.request === id.toLowerCase() &&
    statement.stage === body.stage &&
    statement.decision === body.decision;
  const { transactions, fields } = body.scope ?? {};
  const { until, max_views: views } = body;
  const isWithin =
    (transactions === undefined || statement.transactions.every((one) => transactions.includes(one))) &&
    (fields === undefined || statement.groups.every((one) => fields.includes(one))) &&
    (until === undefined || Date.parse(statement.not_after) <= Date.parse(until)) &&
    (views === undefined || statement.max_views <= views);
  if (!isAsked || !isWithin)
    throw new CliError(
      EXIT.wrong,
      "the portal's statement is not about this decision; nothing was signed or sent",
    );
}

/** Says why this person cannot sign here, where that is known beforehand. */
function requireSigner(by: string, hasKey: boolean, page: string): void {
  if (by === "passkey") throw new CliError(EXIT.notAllowed, `you sign with a passkey: decide at ${page}`);
  if (by === "key" && !hasKey) throw usage("--statement-key is required: you sign with your own key");
  if (by === "none")
    throw new CliError(EXIT.notAllowed, "you have no signing key here: enrol a key under /account/security");
}

async function make(cx: Cx, given: Given): Promise<undefined> {
  const id = given.operand("REQUEST");
  const body = bodyOf(given);
  const sign = await statementSigner(cx.host, given);
  const connection = cx.connect();
  const params = { id };
  const request = await connection.call(getRequest, { params });
  let signature: StatementSignature | undefined;
  cx.out.remark(
    `${request.reference}: ${body.decision}, stage ${body.stage}; ${request.requester.name}, ${request.purpose}.`,
  );
  if (body.decision !== "ask") {
    const { signing, why_not, may_decide } = await connection.call(reviewRequest, { params });
    if (!may_decide && why_not !== undefined) cx.out.remark(why_not.detail);
    requireSigner(signing.by, sign !== undefined, `${cx.target().url}/requests/${id}`);
    const { statement } = await connection.call(prepareStatement, { params, body });
    checkStatement(statement, id, body);
    for (const line of factLines(statement)) cx.out.remark(`  ${line}`);
    signature = sign?.("decision", statement);
  }
  if (!(await confirm(cx.host, given.flag("yes"), `${body.decision} ${request.reference}?`)))
    throw usage("nothing was decided");
  const decided = { ...body, ...(signature === undefined ? {} : { signature }) };
  await cx.out.document(await connection.call(decideRequest, { params, body: decided }));
  return undefined;
}

export const DECISION_COMMANDS: readonly CommandSpec[] = [
  {
    path: ["decisions", "make"],
    summary:
      "Decide one stage of an access request: shows the statement, asks, and signs it where you hold a key.",
    operands: [{ name: "REQUEST", help: "The request's id." }],
    options: [
      { name: "stage", kind: "text", value: "STAGE", help: "The stage to decide.", choices: Stage.options },
      { name: "decision", kind: "text", value: "DECISION", help: "What you decide.", choices: DECISIONS },
      { name: "comment", kind: "text", value: "TEXT", help: "The reason, which the requester sees." },
      { name: "issuer", kind: "text", value: "TEXT", help: "The issuer, as you read it in the order." },
      { name: "case-number", kind: "text", value: "TEXT", help: "The case number, as you read it." },
      { name: "valid-from", kind: "text", value: "TIME", help: "The beginning of validity, as you read it." },
      { name: "valid-until", kind: "text", value: "TIME", help: "The end of validity, as you read it." },
      {
        name: "transaction",
        kind: "texts",
        value: "ID",
        help: "Keep only this transaction. Repeat the option for more.",
      },
      {
        name: "field",
        kind: "texts",
        value: "GROUP",
        help: "Keep only this field group. Repeat the option for more.",
        choices: GroupName.options,
      },
      { name: "until", kind: "text", value: "TIME", help: "An earlier end of the access." },
      { name: "max-views", kind: "text", value: "N", help: "Fewer views." },
      {
        name: "recognition-basis",
        kind: "text",
        value: "TEXT",
        help: "Basis for recognising a foreign order (stage legal).",
      },
      ...STATEMENT_OPTIONS,
      { name: "yes", kind: "flag", help: "Do not ask for confirmation." },
    ],
    example:
      "sealport decisions make ID --stage legal --decision deny --comment 'The order names another case'",
    note: "Standard error shows the statement and the question. Standard output has the decided request. If you sign with a passkey, decide in the portal.",
    run: make,
  },
];
