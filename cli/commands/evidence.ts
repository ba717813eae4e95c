import { existsSync, rmSync } from "node:fs";
import path from "node:path";
import { listEvidence, makeEvidence } from "@/lib/api-client/operations/evidence";
import { type EvidenceItem, NewEvidence } from "@/lib/evidence/schema";
import { GroupName, Purpose } from "@/lib/vocabulary";
import type { CommandSpec, Cx, Given } from "../command";
import { digestOf, nameWhole, takeIn } from "../download";
import { usage } from "../exit";
import { STATEMENT_OPTIONS } from "../statement";
import { LIST_OPTIONS, pageSize, present, writeList } from "./listing";
import { signedOpening } from "./open";

async function list(cx: Cx, given: Given): Promise<undefined> {
  const query = { limit: pageSize(given) };
  return writeList(cx, given, cx.connect().pages(listEvidence, { query }), [
    { title: "reference", of: (item: EvidenceItem) => item.reference },
    { title: "state", of: (item) => item.state },
    { title: "made_at", of: (item) => item.made_at },
    { title: "by", of: (item) => item.made_by.name },
    { title: "transactions", of: (item) => item.records.map((one) => one.job_id).join(" ") },
    { title: "code", of: (item) => item.code },
    { title: "sha256", of: (item) => item.digest, isWhole: true },
  ]);
}

function bodyOf(given: Given, id: string, opening: unknown): NewEvidence {
  const fields = given.texts("field");
  const parsed = NewEvidence.safeParse({
    purpose: given.need("purpose"),
    ...present({
      grant_id: given.text("grant"),
      justification: given.text("justification"),
      format: given.text("format"),
      language: given.text("language"),
      fields: fields.length === 0 ? undefined : [...fields],
    }),
    records: [{ transaction_id: id, ...present({ opening }) }],
  });
  if (parsed.success) return parsed.data;
  throw usage(
    "the evidence does not fit its schema",
    ...parsed.error.issues.map(({ path: at, message }) => `${at.join(".")}: ${message}`),
  );
}

async function make(cx: Cx, given: Given): Promise<undefined> {
  const file = path.resolve(given.need("output"));
  const isForced = given.flag("force");
  if (existsSync(file) && !isForced) throw usage(`${file} already exists`, "--force replaces it.");
  const connection = cx.connect();
  const id = given.operand("ID").toLowerCase();
  const body = bodyOf(given, id, await signedOpening(cx, connection, given));
  const response = await connection.open(makeEvidence, { body });
  const part = `${file}.part`;
  rmSync(part, { force: true });
  await takeIn(response, part, () => undefined);
  nameWhole(part, file, isForced);
  await cx.out.document({
    file,
    reference: response.headers.get("x-evidence-reference"),
    code: response.headers.get("x-evidence-code"),
    sha256: await digestOf(file),
  });
  return undefined;
}

export const EVIDENCE_COMMANDS: readonly CommandSpec[] = [
  {
    path: ["evidence", "make"],
    summary: "Open a transaction and save its values as evidence: PDF/A-3 or signed JSON.",
    operands: [{ name: "ID", help: "The transaction's id." }],
    options: [
      { name: "output", kind: "text", value: "FILE", help: "The file to write." },
      { name: "purpose", kind: "text", value: "PURPOSE", help: "The purpose.", choices: Purpose.options },
      { name: "grant", kind: "text", value: "ID", help: "The grant. It takes one view and one export." },
      { name: "justification", kind: "text", value: "TEXT", help: "The reason." },
      {
        name: "field",
        kind: "texts",
        value: "GROUP",
        help: "Only this field group. Repeat the option for more.",
        choices: GroupName.options,
      },
      { name: "format", kind: "text", value: "FORMAT", help: "Default: pdf.", choices: ["pdf", "json"] },
      { name: "language", kind: "text", value: "LANGUAGE", help: "PDF language.", choices: ["en", "de"] },
      { name: "force", kind: "flag", help: "Replace an existing file." },
      ...STATEMENT_OPTIONS,
    ],
    example:
      "sealport evidence make 01931c2e-0000-7000-8000-000000000000 --purpose audit --grant 01931c2f-0000-7000-8000-000000000000 --output evidence.pdf",
    note: "Each run is a separate opening, and a failed run is not repeated automatically. Only you can read the file (0600). The portal keeps no copy.",
    run: make,
  },
  {
    path: ["evidence", "list"],
    summary: "List the evidence that you made, newest first. Compliance sees all evidence.",
    options: LIST_OPTIONS,
    example: "sealport evidence list",
    run: list,
  },
];
