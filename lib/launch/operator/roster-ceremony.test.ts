import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import path from "node:path";
import { PassThrough } from "node:stream";
import { beforeEach, describe, expect, it } from "vitest";
import { toBase64url } from "@/lib/crypto/bytes";
import { Roster, rosterDigest } from "@/lib/escrow/protocol/roster";
import { keyGroups, type RosterDraft } from "@/lib/escrow/protocol/roster-draft";
import { beginRoster, openTerminal, readDraft, type Terminal } from "@/lib/launch/operator/roster-ceremony";
import { SoftwareAuthenticator } from "@/lib/testing/devices/authenticator";

const LOG = "portal.example.org/log1";
const ORIGIN = "https://portal.example.org";
let file: string;

function personOf(person: string, duties: string[]) {
  const device = new SoftwareAuthenticator({ origin: ORIGIN });
  const credential = {
    kind: "passkey" as const,
    credential_id: device.credentialId,
    public_key: toBase64url(device.publicKey),
    rp_id: "portal.example.org",
  };
  return { person, organisation: "org-1", role: "coordinator" as const, duties, credentials: [credential] };
}

const persons = [personOf("anna", ["approve"]), personOf("ben", ["legal"]), personOf("cora", ["support"])];
const draft: RosterDraft = {
  format: "sealport/roster-draft/1",
  roster: { log: LOG, version: 1, persons, authorities: [], origins: [ORIGIN] },
  people: persons.map(({ person, duties }) => ({
    person,
    name: `Name of ${person}`,
    organisation: "Operator",
    duties,
  })),
  missing: [{ person: "dora", name: "Dora Late", organisation: "Operator" }],
};
const lastGroup = (index: number): string => {
  const [credential] = persons[index]?.credentials ?? [];
  return credential === undefined ? "" : (keyGroups(credential).split(" ").at(-1) ?? "");
};

/** An operator who types these answers in turn. */
function operator(...answers: string[]): Terminal & { readonly said: string[] } {
  const said: string[] = [];
  return {
    said,
    say: (line) => void said.push(line),
    ask: async () => answers.shift() ?? "",
  };
}

beforeEach(() => {
  file = path.join(mkdtempSync(path.join(tmpdir(), "sp-roster-")), "roster.json");
});

describe("the roster ceremony", () => {
  it("puts only keys on the roster whose last group was heard", async () => {
    const terminal = operator(lastGroup(0).toUpperCase(), "0", lastGroup(1), "", "begin");
    const digest = await beginRoster(terminal, draft, LOG, file);
    const roster = Roster.parse(JSON.parse(readFileSync(file, "utf8")));
    expect(roster.persons.map(({ person }) => person)).toEqual(["anna", "ben"]);
    expect(rosterDigest(roster)).toBe(digest);
    const text = terminal.said.join("\n");
    expect(text).toContain("Name of anna, Operator\n  role     coordinator\n  duties   approvals\n");
    expect(text).not.toMatch(/^ +anna,/m);
    expect(text).toContain("Without a passkey, so not on the roster: Dora Late");
    expect(text).not.toContain(lastGroup(2));
  });

  it.each([
    ["all answers that were typed before they were asked for", ["begin"], undefined],
    ["an input that ends early", [], "The input ended, and no roster was written."],
  ])("takes %s", async (_what, last, fault) => {
    const input = new PassThrough();
    const terminal = openTerminal(input, new PassThrough().resume());
    input.end(`${[lastGroup(0), lastGroup(1), "", ...last].join("\n")}\n`);
    const held = beginRoster(terminal, draft, LOG, file);
    if (fault === undefined) expect(await held).toHaveLength(43);
    else await expect(held).rejects.toThrow(fault);
    expect(existsSync(file)).toBe(fault === undefined);
    terminal.close();
  });

  it("leaves out a key that was changed on the way, since its owner reads other groups", async () => {
    const changed = [...persons.slice(0, 2), personOf("cora", ["support"])];
    const terminal = operator(lastGroup(0), lastGroup(1), ...Array(3).fill(lastGroup(2)), "begin");
    await beginRoster(terminal, { ...draft, roster: { ...draft.roster, persons: changed } }, LOG, file);
    expect(terminal.said.join("\n")).toContain("Find out why before you trust this portal");
    expect(Roster.parse(JSON.parse(readFileSync(file, "utf8"))).persons).toHaveLength(2);
  });

  it.each([
    [
      "fewer than two people who may confirm a change",
      [() => lastGroup(0), () => "", () => lastGroup(2)],
      "two people",
    ],
    [
      "no confirmation at the end",
      [() => lastGroup(0), () => lastGroup(1), () => "", () => "no"],
      "nothing was written",
    ],
  ])("%s: nothing is written", async (_what, answers, reason) => {
    const terminal = operator(...answers.map((answer) => answer()));
    await expect(beginRoster(terminal, draft, LOG, file)).rejects.toThrow(reason);
    expect(existsSync(file)).toBe(false);
  });

  it("a file that is missing, not readable or no draft, one for another log, and a roster that exists are refused", async () => {
    writeFileSync(file, "{}");
    expect(() => readDraft(file)).toThrow(/is not a roster draft/);
    expect(() => readDraft(`${file}.none`)).toThrow(/was not found/);
    expect(() => readDraft(path.dirname(file))).toThrow(
      new RegExp(`cannot be read by the user ${userInfo().username} `),
    );
    await expect(beginRoster(operator(), draft, LOG, file)).rejects.toThrow(/exists/);
    await expect(beginRoster(operator(), draft, "other/log", `${file}2`)).rejects.toThrow(/for the log/);
  });
});
