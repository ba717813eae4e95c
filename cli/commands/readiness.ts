import { NeededItem, type ReadinessItem, type ReadinessList } from "@/lib/administration/readiness/schema";
import {
  askRulesRead,
  confirmReadinessMail,
  getReadinessList,
  recordRestoreDrill,
  recordRootBackup,
  runReadinessChecks,
} from "@/lib/api-client/operations/administration/readiness";
import type { Column, CommandSpec, Cx, Given } from "../command";
import { usage } from "../exit";
import { tableLines } from "../output";

const COLUMNS: readonly Column<ReadinessItem>[] = [
  { title: "part", of: ({ item }) => item },
  { title: "state", of: ({ state }) => state },
  { title: "needed", of: ({ is_needed: isNeeded }) => (isNeeded ? "yes" : "recommended") },
  { title: "detail", of: ({ detail }) => detail, isWhole: true },
];

/**
 * Writes the parts as a table, or the list as JSON. The exit code is 0 even where a part is not ready, because the call
 * succeeded.
 */
async function show(cx: Cx, list: ReadinessList): Promise<undefined> {
  await cx.out.document(list, tableLines(list.items, COLUMNS, false));
  cx.out.remark(
    `${list.done} of ${NeededItem.options.length} parts are ready. Assurance: ${list.assurance}.`,
  );
  return undefined;
}

async function read(cx: Cx): Promise<undefined> {
  return show(cx, await cx.connect().call(getReadinessList, {}));
}

async function check(cx: Cx, given: Given): Promise<undefined> {
  const named = given.texts("item");
  const items = NeededItem.options.filter((item) => named.includes(item));
  if (items.length !== named.length) throw usage(`--item is one of ${NeededItem.options.join(", ")}`);
  const body = items.length === 0 ? {} : { items };
  return show(cx, await cx.connect().call(runReadinessChecks, { body }));
}

async function confirm(cx: Cx, given: Given): Promise<undefined> {
  return show(cx, await cx.connect().call(confirmReadinessMail, { body: { code: given.operand("CODE") } }));
}

async function recordBackup(cx: Cx, given: Given): Promise<undefined> {
  return show(
    cx,
    await cx.connect().call(recordRootBackup, { body: { statement: given.need("statement") } }),
  );
}

async function recordDrill(cx: Cx, given: Given): Promise<undefined> {
  const body = {
    held_on: given.need("on"),
    place: given.need("place"),
    size: Number(given.need("size")),
    root: given.need("root"),
  };
  return show(cx, await cx.connect().call(recordRestoreDrill, { body }));
}

/** States that the caller has read the rules in force, whose version the list names. */
async function readRules(cx: Cx, given: Given): Promise<undefined> {
  const list = await cx.connect().call(getReadinessList, {});
  const version = list.items.find(({ item }) => item === "policies")?.facts.version ?? "";
  const body = { policy_version: version, reason: given.need("reason") };
  const agreement = await cx.connect().call(askRulesRead, { body });
  await cx.out.document(agreement);
  cx.out.remark(`Another administrator agrees: sealport agreements agree ${agreement.id}`);
  return undefined;
}

export const READINESS_COMMANDS: readonly CommandSpec[] = [
  {
    path: ["readiness", "show"],
    summary: "Show the ten parts that real data needs, and why a part is not ready.",
    example: "sealport readiness show",
    run: read,
  },
  {
    path: ["readiness", "check"],
    summary: "Check all parts again. With --item, check only these.",
    options: [
      { name: "item", kind: "texts", value: "ITEM", help: `One of ${NeededItem.options.join(", ")}.` },
    ],
    example: "sealport readiness check --item custodian",
    run: check,
  },
  {
    path: ["readiness", "mail-code"],
    summary: "Confirm with its code that the test message arrived.",
    operands: [{ name: "CODE", help: "The code from the test message." }],
    example: "sealport readiness mail-code 20261129",
    run: confirm,
  },
  {
    path: ["readiness", "root-backup"],
    summary: "Record how the key service keeps the root key safe.",
    options: [
      { name: "statement", kind: "text", value: "TEXT", help: "What protects the root key. It is logged." },
    ],
    example:
      "sealport readiness root-backup --statement 'Replicated in two regions, 30 days before a deletion'",
    run: recordBackup,
  },
  {
    path: ["readiness", "rules"],
    summary: "State that you have read the rules; a second administrator agrees.",
    options: [{ name: "reason", kind: "text", value: "TEXT", help: "A note for the second administrator." }],
    example: "sealport readiness rules --reason 'Read on 29 Nov 2026'",
    run: readRules,
  },
  {
    path: ["readiness", "drill"],
    summary: "Record a restore drill; size and root are compared with this log.",
    options: [
      { name: "on", kind: "text", value: "DAY", help: "The day, as YYYY-MM-DD." },
      { name: "place", kind: "text", value: "TEXT", help: "Machine or place." },
      { name: "size", kind: "text", value: "NUMBER", help: "Entries of the restored log." },
      { name: "root", kind: "text", value: "ROOT", help: "Root of the restored log, from its checkpoint." },
    ],
    example: "sealport readiness drill --on 2026-11-29 --place 'standby' --size 212 --root ROOT",
    run: recordDrill,
  },
];
