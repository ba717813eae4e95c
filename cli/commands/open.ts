import type { NewOpening } from "@/lib/access/openings/schema";
import { ApiProblem } from "@/lib/api-client/client/client";
import { getCallingKey } from "@/lib/api-client/operations/api-keys";
import { auditTransaction, openTransaction } from "@/lib/api-client/operations/disclosures";
import { prepareOpening } from "@/lib/api-client/operations/grants";
import type { OpenStatement } from "@/lib/escrow/protocol/statements";
import type { SignedOpening } from "@/lib/transactions/schema";
import { GroupName, Purpose } from "@/lib/vocabulary";
import type { CommandSpec, Connection, Cx, Given } from "../command";
import { CliError, EXIT, usage } from "../exit";
import { factLines } from "../shown";
import { STATEMENT_OPTIONS, statementSigner } from "../statement";
import { present } from "./listing";

/** Auditors and regulators open through escrow; an older portal does not show whose key calls. */
async function isThroughEscrow(connection: Connection): Promise<boolean> {
  try {
    const { role } = await connection.call(getCallingKey, {});
    return role === "auditor" || role === "regulator";
  } catch (error) {
    if (error instanceof ApiProblem && error.code === "request.not-found") return false;
    throw error;
  }
}

function fieldsOf(given: Given): GroupName[] | undefined {
  const names = given.texts("field");
  return names.length === 0 ? undefined : names.map((name) => GroupName.parse(name));
}

/** The signed statement must match the opening, whatever a portal answers. */
function checkOpening(statement: OpenStatement, asked: NewOpening, purpose: string): void {
  const { grant, transactions, groups } = statement;
  const isAsked =
    grant === asked.grant_id.toLowerCase() &&
    transactions.join() === asked.transactions.join() &&
    statement.purpose === purpose;
  const isWithin = groups.length > 0 && groups.every((one) => asked.fields?.includes(one) ?? true);
  if (!isAsked || !isWithin)
    throw new CliError(EXIT.wrong, "the portal's statement is not about this opening; nothing was signed");
}

/** The holder's own signature for this one opening, where a key was given. */
export async function signedOpening(
  cx: Cx,
  connection: Connection,
  given: Given,
): Promise<SignedOpening | undefined> {
  const sign = await statementSigner(cx.host, given);
  if (sign === undefined) return undefined;
  const grant = given.text("grant");
  if (grant === undefined) throw usage("--grant is required: a signed opening needs a grant");
  const id = given.operand("ID").toLowerCase();
  const body = { grant_id: grant, transactions: [id], ...present({ fields: fieldsOf(given) }) };
  const { opening_id, statement } = await connection.call(prepareOpening, { body });
  checkOpening(statement, body, given.need("purpose"));
  for (const line of factLines(statement)) cx.out.remark(`  ${line}`);
  return { opening_id, signature: sign("open", statement) };
}

/** With the caller's own key the command reads only the envelopes from the portal. */
async function openHere(cx: Cx, given: Given, key: string): Promise<undefined> {
  const { openLocally } = await import("../open-locally");
  const wanted = { id: given.operand("ID"), key, policy: given.text("policy"), fields: fieldsOf(given) };
  const opened = await openLocally(cx, cx.connect(), wanted);
  if (!opened.proven)
    cx.out.remark(
      given.text("policy") === undefined
        ? "It is not proven that the log has what was opened: --policy FILE has the keys for it (`sealport verify keys`)."
        : "It is not proven yet that the log has what was opened: open it again in a minute.",
    );
  await cx.out.document({ ...opened });
  return undefined;
}

async function open(cx: Cx, given: Given): Promise<undefined> {
  const key = given.text("key");
  if (key !== undefined) return openHere(cx, given, key);
  const purpose = Purpose.parse(given.need("purpose"));
  const connection = cx.connect();
  const isEscrow = given.flag("escrow") || (await isThroughEscrow(connection));
  const body = {
    purpose,
    ...present({
      justification: given.text("justification"),
      fields: fieldsOf(given),
      grant_id: given.text("grant"),
      opening: await signedOpening(cx, connection, given),
    }),
  };
  const params = { id: given.operand("ID") };
  const opened = isEscrow
    ? await connection.call(auditTransaction, { params, body })
    : await connection.call(openTransaction, { params, body });
  await cx.out.document(opened);
  return undefined;
}

export const OPEN_COMMAND: CommandSpec = {
  path: ["transactions", "open"],
  summary: "Open sealed field groups for a purpose. The opening is logged.",
  operands: [{ name: "ID", help: "The transaction's id." }],
  options: [
    { name: "purpose", kind: "text", value: "PURPOSE", help: "The purpose.", choices: Purpose.options },
    { name: "justification", kind: "text", value: "TEXT", help: "The reason." },
    {
      name: "field",
      kind: "texts",
      value: "GROUP",
      help: "Only this field group. Repeat the option for more.",
      choices: GroupName.options,
    },
    { name: "grant", kind: "text", value: "ID", help: "The grant to use." },
    {
      name: "escrow",
      kind: "flag",
      help: "Open through the escrow custodian, as auditors and regulators always do.",
    },
    {
      name: "key",
      kind: "text",
      value: "FILE",
      help: "Open on this machine with your client-held key, a private JWK.",
    },
    {
      name: "policy",
      kind: "text",
      value: "FILE",
      help: "With --key: check the proofs of the log entries with the keys in this file.",
    },
    ...STATEMENT_OPTIONS,
  ],
  example: "sealport transactions open 01931c2e-0000-7000-8000-000000000000 --purpose settlement",
  note: "The command never repeats an opening, because each uses a view. Standard output has the opened values. Redirect it to a file that only you can read. With --key no purpose is needed, and the log has no entry of the opening.",
  run: open,
};
