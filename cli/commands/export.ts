import { closeSync, existsSync, rmSync } from "node:fs";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { z } from "zod";
import { ApiProblem } from "@/lib/api-client/client/client";
import {
  downloadAuditExport,
  exportAuditLog,
  getAuditExport,
  requestAuditExport,
} from "@/lib/api-client/operations/audit";
import { ExportFormat, type ExportItem, NewExport } from "@/lib/audit/schema";
import type { CommandSpec, Cx, Given } from "../command";
import { isAway } from "../describe-failure";
import { digestOf, nameWhole, sizeOf, takeIn } from "../download";
import { CliError, EXIT, usage } from "../exit";
import { openPrivateToAdd, readPrivateFile, writePrivateFile } from "../private-file";
import { present } from "./listing";

const LOOK_MS = 1_000;
/** Downloads that may be cut before the run gives up; what arrived stays for the next run. */
const CUTS = 5;
const FILTERS = ["actor", "action", "subject", "outcome", "purpose", "from", "to", "log"] as const;

/** Which export a file that is not whole yet belongs to. */
const Begun = z.object({ url: z.string(), asked: z.string(), id: z.string() });

function wantedOf(given: Given): NewExport {
  const asked = {
    format: given.text("format") ?? "ndjson",
    ...present(Object.fromEntries(FILTERS.map((name) => [name, given.text(name)]))),
    ...present({
      grant_id: given.text("grant"),
      delimiter: given.text("delimiter"),
      parts: given.text("parts"),
      bom: given.flag("bom") ? "true" : undefined,
    }),
  };
  const parsed = NewExport.safeParse(asked);
  if (parsed.success) return parsed.data;
  throw usage(
    "the export does not fit its schema",
    ...parsed.error.issues.map(({ path: at, message }) => `${at.join(".")}: ${message}`),
  );
}

/** Straight to standard output, for a pipe; it cannot continue after an interruption. */
async function stream(cx: Cx, wanted: NewExport): Promise<undefined> {
  if (cx.host.stdout.isTTY === true)
    throw usage("an export cannot be shown on a terminal", "Use --output FILE.");
  const response = await cx.connect().open(exportAuditLog, { query: wanted });
  for await (const chunk of response.body ?? []) await cx.out.bytes(chunk);
  return undefined;
}

/** The export that the part belongs to, where a former run began this very one. */
function begunBefore(note: string, url: string, asked: string): string | undefined {
  const text = readPrivateFile(note, 1 << 16);
  if (text === undefined) return undefined;
  const found = Begun.safeParse(JSON.parse(text)).data;
  if (found?.url === url && found.asked === asked) return found.id;
  throw usage(`another export to this file is incomplete (${note})`, "--force replaces it.");
}

async function begin(cx: Cx, wanted: NewExport, note: string): Promise<string> {
  const { url } = cx.target();
  const asked = JSON.stringify(wanted);
  const former = begunBefore(note, url, asked);
  if (former !== undefined) {
    cx.out.remark("This export continues an earlier one.");
    return former;
  }
  const { id } = await cx.connect().call(requestAuditExport, { body: wanted });
  writePrivateFile(note, `${JSON.stringify({ url, asked, id })}\n`);
  return id;
}

async function untilMade(cx: Cx, id: string): Promise<ExportItem> {
  for (;;) {
    const item = await cx.connect().call(getAuditExport, { params: { id } });
    if (item.state !== "queued" && item.state !== "running") return item;
    cx.out.progress(`${item.state}: ${item.progress ?? 0} of ${item.total ?? "?"} entries`);
    await wait(LOOK_MS);
  }
}

/** An interrupted download continues; any other error is a failure. */
function isCut(error: unknown): boolean {
  return isAway(error) || (error instanceof ApiProblem && error.status >= 500);
}

async function fetchPiece(cx: Cx, item: ExportItem, part: string): Promise<void> {
  const had = sizeOf(part);
  const ranged: typeof fetch = (input, init) => {
    const headers = new Headers(init?.headers);
    headers.set("range", `bytes=${had}-`);
    headers.set("if-range", `"${item.sha256}"`);
    return fetch(input, { ...init, headers });
  };
  const connection = had === 0 ? cx.connect() : cx.connect(ranged);
  const response = await connection.open(downloadAuditExport, { params: { id: item.id } });
  let got = response.status === 206 ? had : 0;
  const onBytes = (bytes: number): void => {
    got += bytes;
    cx.out.progress(`${got} of ${item.bytes ?? "?"} bytes`);
  };
  await takeIn(response, part, onBytes, item.bytes ?? undefined);
}

async function fetchAll(cx: Cx, item: ExportItem, part: string): Promise<void> {
  const { bytes } = item;
  if (bytes === null || sizeOf(part) > bytes) rmSync(part, { force: true });
  // An export may be empty: its file is there all the same.
  closeSync(openPrivateToAdd(part));
  for (let cuts = 0; bytes === null || sizeOf(part) < bytes; cuts += 1) {
    try {
      await fetchPiece(cx, item, part);
      if (bytes === null) return;
    } catch (error) {
      if (!isCut(error) || cuts + 1 === CUTS) throw error;
      await wait(LOOK_MS);
    }
  }
}

async function toFile(cx: Cx, given: Given, wanted: NewExport, file: string): Promise<undefined> {
  const isForced = given.flag("force");
  const [part, note] = [`${file}.part`, `${file}.part.json`];
  const drop = (): void => {
    rmSync(part, { force: true });
    rmSync(note, { force: true });
  };
  if (existsSync(file) && !isForced) throw usage(`${file} already exists`, "--force replaces it.");
  if (isForced) drop();
  const id = await begin(cx, wanted, note);
  const item = await untilMade(cx, id);
  if (item.state !== "done") {
    drop();
    throw new CliError(EXIT.wrong, `the export ended as ${item.state}`, [
      "Run the command again for a new one.",
    ]);
  }
  await fetchAll(cx, item, part);
  if ((await digestOf(part)) !== item.sha256) {
    drop();
    throw new CliError(EXIT.wrong, "the file differs from what the portal made; it was not kept");
  }
  nameWhole(part, file, isForced);
  rmSync(note, { force: true });
  cx.out.progress(undefined);
  const { format, entries, bytes, sha256 } = item;
  await cx.out.document({ file, format, entries, bytes, sha256, export_id: id });
  return undefined;
}

async function run(cx: Cx, given: Given): Promise<undefined> {
  const wanted = wantedOf(given);
  const file = given.need("output");
  return file === "-" ? stream(cx, wanted) : toFile(cx, given, wanted, path.resolve(file));
}

export const EXPORT_COMMAND: CommandSpec = {
  path: ["export"],
  summary: "Export the log to a file. The same command continues an interrupted download.",
  options: [
    {
      name: "output",
      kind: "text",
      value: "FILE",
      help: "The file to write; - is standard output, which cannot continue after an interruption.",
    },
    {
      name: "format",
      kind: "text",
      value: "FORMAT",
      help: "The format. Default: ndjson.",
      choices: ExportFormat.options,
    },
    { name: "actor", kind: "text", value: "PSEUDONYM", help: "Only entries of this actor." },
    { name: "action", kind: "text", value: "ACTION", help: "Only entries of this action." },
    { name: "subject", kind: "text", value: "SUBJECT", help: "Only about this subject: transaction:ID." },
    { name: "outcome", kind: "text", value: "OUTCOME", help: "Only done, denied, failed or intent." },
    { name: "purpose", kind: "text", value: "PURPOSE", help: "Only those with this purpose." },
    { name: "from", kind: "text", value: "TIME", help: "Only at or after this time (RFC 3339)." },
    { name: "to", kind: "text", value: "TIME", help: "Only before this time (RFC 3339)." },
    { name: "log", kind: "text", value: "ORIGIN", help: "The origin of a closed log." },
    { name: "grant", kind: "text", value: "ID", help: "Only entries about this grant's transactions." },
    {
      name: "parts",
      kind: "text",
      value: "PARTS",
      help: "Which sealed parts to open; none keeps all parts sealed.",
      choices: ["readable", "none"],
    },
    { name: "delimiter", kind: "text", value: "CHARACTER", help: "The CSV delimiter.", choices: [",", ";"] },
    { name: "bom", kind: "flag", help: "Begin CSV with a byte order mark." },
    { name: "force", kind: "flag", help: "Replace an existing file and start again." },
  ],
  example: "sealport export --format bundle --output november.zip",
  note: "Only you can read the file (0600). Its name is FILE.part until it is complete and its digest matches. The same command continues it.",
  run,
};
