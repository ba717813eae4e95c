import path from "node:path";
import type { z } from "zod";
import type { RequestSummary } from "@/lib/access/requests/answer-schema";
import { AuthorizationFactsBody } from "@/lib/access/requests/authorization-schema";
import { NewRequest, RequestState } from "@/lib/access/requests/schema";
import {
  attachAuthorization,
  createRequest,
  getRequest,
  listRequests,
  submitRequest,
  withdrawRequest,
} from "@/lib/api-client/operations/access";
import { GroupName, InstrumentKind, Level, Purpose } from "@/lib/vocabulary";
import type { CommandSpec, Cx, Given } from "../command";
import { usage } from "../exit";
import { readJsonNamed, readNamed } from "../files";
import { LIST_OPTIONS, pageSize, present, writeList } from "./listing";

const ID = { name: "ID", help: "The request's id." } as const;
const VIEWS = ["mine", "waiting", "decided", "all"] as const;
const MAX_DOCUMENT = 20 << 20;
const MEDIA: Readonly<Record<string, string>> = {
  ".pdf": "application/pdf",
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".jpeg": "image/jpeg",
  ".tif": "image/tiff",
  ".tiff": "image/tiff",
};

async function list(cx: Cx, given: Given): Promise<undefined> {
  const query = {
    limit: pageSize(given),
    ...present({
      state: RequestState.options.find((one) => one === given.text("state")),
      purpose: Purpose.options.find((one) => one === given.text("purpose")),
      view: VIEWS.find((one) => one === given.text("view")),
      reference: given.text("reference"),
      waiting_for: given.flag("waiting-for-me") ? ("me" as const) : undefined,
    }),
  };
  return writeList(cx, given, cx.connect().pages(listRequests, { query }), [
    { title: "id", of: (item: RequestSummary) => item.id },
    { title: "reference", of: (item) => item.reference },
    { title: "state", of: (item) => item.state },
    { title: "purpose", of: (item) => item.purpose },
    { title: "due_at", of: (item) => item.due_at },
    { title: "fields", of: (item) => item.fields.join(" ") },
    { title: "requester", of: (item) => item.requester.name },
  ]);
}

async function show(cx: Cx, given: Given): Promise<undefined> {
  await cx.out.document(await cx.connect().call(getRequest, { params: { id: given.operand("ID") } }));
  return undefined;
}

/** A body that fits its schema, as it was put together. Throws CliError (usage) that names each place. */
function fitting<S extends z.ZodType>(schema: S, body: unknown, what: string): z.input<S> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return body as z.input<S>;
  const places = parsed.error.issues.map(
    ({ path: at, message }) => `${at.join(".") || "the whole"}: ${message}`,
  );
  throw usage(`${what} does not fit its schema`, ...places);
}

async function base(cx: Cx, given: Given, option: string): Promise<object> {
  const file = given.text(option);
  return file === undefined ? {} : Object(await readJsonNamed(cx.host, file));
}

function listOf(given: Given, name: string): readonly string[] | undefined {
  const all = given.texts(name);
  return all.length === 0 ? undefined : all;
}

async function create(cx: Cx, given: Given): Promise<undefined> {
  const asked = {
    ...(await base(cx, given, "file")),
    ...present({
      purpose: given.text("purpose"),
      justification: given.text("justification"),
      legal_basis: given.text("legal-basis"),
      transactions: listOf(given, "transaction"),
      fields: listOf(given, "field"),
      level: given.text("level"),
      from: given.text("from"),
      until: given.text("until"),
      max_views: given.whole("max-views", 1, 10_000),
    }),
  };
  const body = fitting(NewRequest, asked, "the request");
  await cx.out.document(await cx.connect().call(createRequest, { body }));
  return undefined;
}

async function partOf(cx: Cx, file: string): Promise<File> {
  const bytes = await readNamed(cx.host, file, MAX_DOCUMENT);
  const type = MEDIA[path.extname(file).toLowerCase()] ?? "application/octet-stream";
  return new File([new Uint8Array(bytes)], path.basename(file), { type });
}

async function authorize(cx: Cx, given: Given): Promise<undefined> {
  const facts = {
    ...(await base(cx, given, "facts")),
    ...present({
      issuer: given.text("issuer"),
      jurisdiction: given.text("jurisdiction"),
      kind: given.text("kind"),
      case_number: given.text("case-number"),
      valid_from: given.text("valid-from"),
      valid_until: given.text("valid-until"),
      recognition_basis: given.text("recognition-basis"),
    }),
  };
  const body = fitting(AuthorizationFactsBody, facts, "what the order says");
  const files: Record<string, File> = {};
  for (const name of ["document", "jws", "cms", "crl"]) {
    const file = given.text(name);
    if (file !== undefined) files[name] = await partOf(cx, file);
  }
  if (Object.keys(files).length === 0) throw usage("--document, --jws or --cms is required");
  const params = { id: given.operand("ID") };
  await cx.out.document(await cx.connect().call(attachAuthorization, { params, body, files }));
  return undefined;
}

async function submit(cx: Cx, given: Given): Promise<undefined> {
  await cx.out.document(await cx.connect().call(submitRequest, { params: { id: given.operand("ID") } }));
  return undefined;
}

async function withdraw(cx: Cx, given: Given): Promise<undefined> {
  const body = present({ reason: given.text("reason") });
  const params = { id: given.operand("ID") };
  await cx.out.document(await cx.connect().call(withdrawRequest, { params, body }));
  return undefined;
}

export const REQUEST_COMMANDS: readonly CommandSpec[] = [
  {
    path: ["requests", "list"],
    summary: "List the access requests visible to you, newest first.",
    options: [
      { name: "state", kind: "text", value: "STATE", help: "The state.", choices: RequestState.options },
      {
        name: "purpose",
        kind: "text",
        value: "PURPOSE",
        help: "Only those with this purpose.",
        choices: Purpose.options,
      },
      { name: "view", kind: "text", value: "VIEW", help: "A saved view.", choices: VIEWS },
      { name: "reference", kind: "text", value: "TEXT", help: "Only references that contain this text." },
      { name: "waiting-for-me", kind: "flag", help: "Only requests that wait for you." },
      ...LIST_OPTIONS,
    ],
    example: "sealport requests list --waiting-for-me",
    run: list,
  },
  {
    path: ["requests", "show"],
    summary: "Show one access request with its timeline.",
    operands: [ID],
    example: "sealport requests show 01931c2e-0000-7000-8000-000000000000 --json",
    run: show,
  },
  {
    path: ["requests", "create"],
    summary: "File an access request. It begins as a draft.",
    options: [
      {
        name: "file",
        kind: "text",
        value: "FILE",
        help: "The request as JSON; - is standard input. Options override it.",
      },
      { name: "purpose", kind: "text", value: "PURPOSE", help: "The purpose.", choices: Purpose.options },
      { name: "justification", kind: "text", value: "TEXT", help: "The reason." },
      { name: "legal-basis", kind: "text", value: "TEXT", help: "The legal basis, such as Section 6." },
      { name: "transaction", kind: "texts", value: "ID", help: "A transaction. Repeat the option for more." },
      {
        name: "field",
        kind: "texts",
        value: "GROUP",
        help: "A field group. Repeat the option for more.",
        choices: GroupName.options,
      },
      { name: "level", kind: "text", value: "LEVEL", help: "Default: full.", choices: Level.options },
      { name: "from", kind: "text", value: "TIME", help: "When access begins (RFC 3339)." },
      { name: "until", kind: "text", value: "TIME", help: "When access ends (RFC 3339)." },
      { name: "max-views", kind: "text", value: "N", help: "The number of views. Default: 20." },
    ],
    example:
      "sealport requests create --purpose audit --justification 'Case 18 O 1/26' --transaction ID --field amount",
    run: create,
  },
  {
    path: ["requests", "authorize"],
    summary: "Attach the legal authority to a draft: the facts of the order, and its document.",
    operands: [ID],
    options: [
      { name: "facts", kind: "text", value: "FILE", help: "The order as JSON. Options override it." },
      { name: "issuer", kind: "text", value: "TEXT", help: "The issuer of the order." },
      { name: "jurisdiction", kind: "text", value: "CODE", help: "The country's two letters, or EU." },
      { name: "kind", kind: "text", value: "KIND", help: "Kind of order.", choices: InstrumentKind.options },
      { name: "case-number", kind: "text", value: "TEXT", help: "The case number." },
      { name: "valid-from", kind: "text", value: "TIME", help: "Beginning of validity: a time or a day." },
      { name: "valid-until", kind: "text", value: "TIME", help: "End of validity: a time or a whole day." },
      { name: "recognition-basis", kind: "text", value: "TEXT", help: "Basis for recognition, if foreign." },
      { name: "document", kind: "text", value: "FILE", help: "The order as PDF or picture." },
      { name: "jws", kind: "text", value: "FILE", help: "The order, signed as a JWS." },
      { name: "cms", kind: "text", value: "FILE", help: "The CMS signature over the document (.p7s)." },
      { name: "crl", kind: "text", value: "FILE", help: "A revocation list for a CMS." },
    ],
    example: "sealport requests authorize ID --facts order.json --document order.pdf",
    run: authorize,
  },
  {
    path: ["requests", "submit"],
    summary: "Submit a draft to its reviewers.",
    operands: [ID],
    example: "sealport requests submit 01931c2e-0000-7000-8000-000000000000",
    run: submit,
  },
  {
    path: ["requests", "withdraw"],
    summary: "Withdraw a request.",
    operands: [ID],
    options: [{ name: "reason", kind: "text", value: "TEXT", help: "The reason." }],
    example: "sealport requests withdraw 01931c2e-0000-7000-8000-000000000000 --reason 'Settled'",
    run: withdraw,
  },
];
