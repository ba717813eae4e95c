import type { Answer } from "@/lib/api-client/operation";
import {
  askRosterVersion,
  getRoster,
  getRosterDraft,
} from "@/lib/api-client/operations/administration/roster";
import { shownJson } from "@/lib/audit/bundle-verifier/report/shown-text";
import { formatTime } from "@/lib/format";
import type { RosterChangeAnswer } from "@/lib/identity/roster/schema";
import type { Column, CommandSpec, Cx, Given } from "../command";
import { tableLines } from "../output";
import { oneLine } from "../shown";

/** The roster as the portal answers it. */
type RosterPage = Answer<typeof getRoster>;

const ON_ROSTER: readonly Column<RosterPage["people"][number]>[] = [
  { title: "person", of: ({ person }) => person },
  { title: "name", of: ({ name }) => name },
  { title: "organisation", of: ({ organisation_name }) => organisation_name },
  { title: "role", of: ({ role }) => role ?? "" },
  { title: "duties", of: ({ duties }) => duties.join(", ") },
  { title: "keys", of: ({ keys }) => String(keys.length) },
  { title: "confirms", of: ({ may_confirm }) => (may_confirm ? "yes" : "no") },
];

const DIFFERENT: readonly Column<RosterPage["differences"][number]>[] = [
  { title: "person", of: ({ person }) => person },
  { title: "name", of: ({ name }) => name },
  { title: "organisation", of: ({ organisation_name }) => organisation_name },
  { title: "next version", of: ({ act }) => `${act}s` },
];

const WITHOUT_KEY: readonly Column<RosterPage["without_key"][number]>[] = [
  { title: "person", of: ({ person }) => person },
  { title: "name", of: ({ name }) => name },
  { title: "organisation", of: ({ organisation_name }) => organisation_name },
];

const CHANGES: readonly Column<RosterPage["changes"][number]>[] = [
  { title: "version", of: ({ version }) => String(version) },
  { title: "state", of: ({ state }) => state },
  { title: "asked by", of: ({ name }) => name || "the portal" },
  { title: "agreed", of: ({ agreements }) => agreements.map(({ name }) => name).join(", ") },
  {
    title: "until",
    of: ({ expires_at }) => formatTime(new Date(expires_at), { timeZone: "UTC", form: "minute" }),
  },
];

/** The page for a person, one table for each part that is not empty. The answer's JSON has keys and statements too. */
export function rosterLines(page: RosterPage): string[] {
  const part = <T>(title: string, items: readonly T[], columns: readonly Column<T>[]): string[] =>
    items.length === 0 ? [] : ["", title, ...tableLines(items, columns, false)];
  return [
    page.version === undefined
      ? "No roster"
      : `Roster version ${page.version}, digest ${oneLine(page.digest ?? "")}`,
    ...part("On the roster", page.people, ON_ROSTER),
    ...part("Differences from the portal", page.differences, DIFFERENT),
    ...part("Without a passkey that can sign", page.without_key, WITHOUT_KEY),
    ...part("Versions", page.changes, CHANGES),
  ];
}

async function show(cx: Cx): Promise<undefined> {
  const page = await cx.connect().call(getRoster, {});
  await cx.out.document(page, rosterLines(page));
  if (page.version === undefined)
    cx.out.remark(
      "The custodian has no roster yet. Take `sealport roster draft` to its operator, who runs `op roster begin` with it.",
    );
  return undefined;
}

async function draft(cx: Cx): Promise<undefined> {
  // It is taken to another machine as a file, so it has no other form.
  await cx.out.text(`${shownJson(await cx.connect().call(getRosterDraft, {}))}\n`);
  return undefined;
}

const ACTS = { add: "added", change: "changed", remove: "removed" } as const;

/** The version for a person: what it changes, who must sign, and until when. The answer's JSON has its statements and keys. */
export function versionLines(
  change: Pick<RosterChangeAnswer, "version" | "people" | "may_confirm" | "expires_at" | "receipt">,
): string[] {
  const named = (people: readonly { readonly name: string; readonly person: string }[]): string =>
    people.length === 0 ? "none" : people.map(({ name, person }) => `${name} (${person})`).join(", ");
  const changed = Object.entries(ACTS).flatMap(([act, word]) => {
    const people = (change.people ?? []).filter((one) => one.act === act);
    return people.length === 0 ? [] : [[word, named(people)]];
  });
  const until = formatTime(new Date(change.expires_at), { timeZone: "UTC", form: "minute" });
  const facts = [
    ["version", String(change.version)],
    ...changed,
    ["must sign", `two of ${named(change.may_confirm)}`],
    ["until", until],
    ["entry", String(Reflect.get(Object(change.receipt), "entry_id") ?? "")],
  ];
  return facts.map(([name = "", value = ""]) => `${name.padEnd(11)}${oneLine(value)}`);
}

async function ask(cx: Cx, given: Given): Promise<undefined> {
  const people = given
    .need("people")
    .split(/[\s,]+/)
    .filter((handle) => handle !== "");
  const body = { people, reason: given.need("reason") };
  const asked = await cx.connect().call(askRosterVersion, { body });
  await cx.out.document(asked, versionLines(asked));
  cx.out.remark("Two people sign it in the portal with their passkeys, under Roster.");
  return undefined;
}

export const ROSTER_COMMANDS: readonly CommandSpec[] = [
  {
    path: ["roster", "show"],
    summary: "The custodian's roster: who is on it, who is missing and why, and the version that waits.",
    example: "sealport roster show",
    run: show,
  },
  {
    path: ["roster", "draft"],
    summary: "Print the draft of the first roster. Take it to the custodian's machine.",
    example: "sealport roster draft > roster-draft.json",
    run: draft,
  },
  {
    path: ["roster", "ask"],
    summary:
      "Ask for a roster version that matches the portal's data about these people. Two others sign it.",
    options: [
      { name: "people", kind: "text", value: "LIST", help: "Names in statements, separated by spaces." },
      { name: "reason", kind: "text", value: "TEXT", help: "The reason, which is logged." },
    ],
    example: "sealport roster ask --people regulator-ines-falkner --reason 'A new officer'",
    run: ask,
  },
];
