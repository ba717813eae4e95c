import {
  askRosterVersion,
  getRoster,
  getRosterDraft,
} from "@/lib/api-client/operations/administration/roster";
import { shownJson } from "@/lib/audit/bundle-verifier/report/shown-text";
import type { CommandSpec, Cx, Given } from "../command";

async function show(cx: Cx): Promise<undefined> {
  const page = await cx.connect().call(getRoster, {});
  await cx.out.document(page);
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

async function ask(cx: Cx, given: Given): Promise<undefined> {
  const people = given
    .need("people")
    .split(/[\s,]+/)
    .filter((handle) => handle !== "");
  const body = { people, reason: given.need("reason") };
  await cx.out.document(await cx.connect().call(askRosterVersion, { body }));
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
