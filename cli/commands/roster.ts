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
    summary: "The draft of the first roster, to take to the custodian's machine.",
    example: "sealport roster draft > roster-draft.json",
    run: draft,
  },
  {
    path: ["roster", "ask"],
    summary: "Ask that people be added, changed or removed as the portal knows them; two others sign.",
    options: [
      {
        name: "people",
        kind: "text",
        value: "LIST",
        help: "Their names in statements, separated by spaces.",
      },
      { name: "reason", kind: "text", value: "TEXT", help: "Why; it is recorded in the log." },
    ],
    example: "sealport roster ask --people regulator-ines-falkner --reason 'A new officer'",
    run: ask,
  },
];
