import { describe, expect, it } from "vitest";
import type { RosterPerson } from "@/lib/escrow/protocol/messages";
import { type Roster, rosterDigest } from "@/lib/escrow/protocol/roster";
import { peopleDifferences } from "@/lib/escrow/protocol/roster-difference";
import { keyGroups } from "@/lib/escrow/protocol/roster-draft";
import type { RosterChangeView } from "@/lib/identity/roster/schema";
import type { RosterEntry } from "@/lib/identity/roster/version-schema";
import { isVersionAsShown } from "./version-check";

const key = (name: string): RosterPerson["credentials"][number] => ({
  ...{ kind: "passkey", credential_id: `id-${name}`, public_key: `key-${name}`, rp_id: "localhost" },
});
const person = (name: string, duties: string[] = ["legal"]): RosterPerson => ({
  ...{ person: name, organisation: "org-1", role: "coordinator", duties, credentials: [key(name)] },
});

const BEFORE: Roster = {
  ...{ log: "log.example.test/sealport", version: 1, authorities: [], origins: ["https://portal.example"] },
  persons: [person("lena"), person("ines", ["approve"]), person("jonas", ["approve"])],
};
const AFTER: Roster = {
  ...{ ...BEFORE, version: 2, previous: rosterDigest(BEFORE) },
  persons: [person("lena"), person("ines", ["legal"]), person("elif")],
};

function entry(one: RosterPerson | undefined): RosterEntry | null {
  if (one === undefined) return null;
  const keys = one.credentials.map((credential) => ({
    ...{ kind: credential.kind, groups: keyGroups(credential) },
    id: credential.kind === "passkey" ? credential.credential_id : "",
  }));
  const { organisation, duties, role = null, participant = null } = one;
  return { organisation, organisation_name: "Operations", role, duties, participant, keys };
}

/** The page of a version from one roster to another, with what a person signs. */
function shown(after = AFTER, before = BEFORE) {
  const people = peopleDifferences(before, after).map((one) => ({
    ...{ person: one.person, name: one.person, act: one.act },
    ...{ before: entry(one.before), after: entry(one.after) },
  }));
  const change: RosterChangeView = {
    ...{ id: "0193", person: "greta", name: "Greta", kind: "people", people, concerned: [], purpose: "x" },
    ...{ state: "pending", version: 2, created_at: "", expires_at: "", agreements: [], awaits_me: true },
    may_confirm: [],
  };
  const statement = {
    ...{ log: before.log, version: 2, previous: rosterDigest(before), person: "lena" },
    roster: rosterDigest(after),
  };
  return { change, toSign: { statement, before, after } };
}

describe("a version to sign", () => {
  it("is as shown when every difference of the signed rosters is a row", async () => {
    const { change, toSign } = shown();
    expect(change.people?.map(({ person: name, act }) => [name, act])).toEqual([
      ["elif", "add"],
      ["ines", "change"],
      ["jonas", "remove"],
    ]);
    expect(await isVersionAsShown(change, toSign)).toBe(true);
  });

  it("differs when a person, a duty, a key or its groups are not those of the page", async () => {
    const { change, toSign } = shown();
    const rows = change.people ?? [];
    const edited = (index: number, more: object) =>
      rows.map((row, at) => (at === index && row.after ? { ...row, after: { ...row.after, ...more } } : row));
    const others = [
      rows.slice(1),
      [...rows, { ...rows[0], person: "mallory" } as (typeof rows)[number]],
      rows.map((row) => ({ ...row, act: "change" as const })),
      edited(0, { duties: ["support"] }),
      edited(0, { organisation: "org-2" }),
      edited(1, { keys: [] }),
      edited(0, { keys: [{ kind: "passkey", id: "id-elif", groups: "0000 0000" }] }),
    ];
    for (const people of others) expect(await isVersionAsShown({ ...change, people }, toSign)).toBe(false);
  });

  it("differs when the statement names another roster, or anything but people changes", async () => {
    const { change, toSign } = shown();
    const { statement, before } = toSign;
    for (const other of [{ roster: "A".repeat(43) }, { previous: "A".repeat(43) }, { version: 3 }])
      expect(await isVersionAsShown(change, { ...toSign, statement: { ...statement, ...other } })).toBe(
        false,
      );
    const moved = shown({ ...AFTER, origins: ["https://evil.example"] });
    expect(await isVersionAsShown(moved.change, moved.toSign)).toBe(false);
    const added = { ...AFTER, persons: [...AFTER.persons, person("mallory")] };
    const signed = { statement: { ...statement, roster: rosterDigest(added) }, before, after: added };
    expect(await isVersionAsShown(change, signed)).toBe(false);
  });
});
