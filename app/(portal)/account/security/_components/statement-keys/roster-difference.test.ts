import { expect, test } from "vitest";
import { recordDigest } from "@/components/client/sign-statement";
import type { RosterChangeView } from "@/lib/identity/roster/schema";
import { isChangeAsShown } from "./roster-difference";

type ToSign = NonNullable<RosterChangeView["to_sign"]>;
type Roster = ToSign["before"];

const passkey = (id: string) => ({
  kind: "passkey" as const,
  credential_id: id,
  public_key: `k-${id}`,
  rp_id: "r",
});

const BEFORE: Roster = {
  log: "log.example/x",
  version: 3,
  previous: "A".repeat(43),
  persons: [
    { person: "a", organisation: "o", duties: ["legal"], credentials: [passkey("one")] },
    { person: "b", organisation: "o", duties: ["approve"], credentials: [{ kind: "portal-evaluation" }] },
  ],
  authorities: [],
  origins: ["http://localhost:3000"],
};

const CHANGE: RosterChangeView = {
  id: "01936f2a-7c1b-7def-8a10-0000000000aa",
  person: "b",
  name: "B",
  kind: "first",
  added: "new",
  state: "pending",
  version: 4,
  created_at: "2026-11-24T15:00:00Z",
  expires_at: "2026-11-25T15:00:00Z",
  agreements: [],
  awaits_me: true,
  may_confirm: [],
};

async function toSign(
  change: (after: Roster) => Roster,
  over: Partial<ToSign["statement"]> = {},
): Promise<ToSign> {
  const previous = await recordDigest(BEFORE);
  const persons = BEFORE.persons.map((one) =>
    one.person === "b" ? { ...one, credentials: [passkey("new")] } : one,
  );
  const after = change({ ...BEFORE, version: 4, previous, persons });
  const statement = {
    log: BEFORE.log,
    version: 4,
    previous,
    roster: await recordDigest(after),
    person: "a",
    ...over,
  };
  return { statement, before: BEFORE, after };
}

const SHOWN: RosterChangeView = { ...CHANGE, added_fingerprint: await recordDigest(passkey("new")) };

test("a key that was read aloud is the key that is signed: another one under its name is not", async () => {
  const one = await toSign((after) => after);
  expect(await isChangeAsShown(SHOWN, one)).toBe(true);
  const other = { ...SHOWN, added_fingerprint: await recordDigest(passkey("evil")) };
  expect(await isChangeAsShown(other, one)).toBe(false);
  expect(await isChangeAsShown(CHANGE, one)).toBe(false);
});

test("the change that is shown is the change that is signed", async () => {
  expect(await isChangeAsShown(SHOWN, await toSign((after) => after))).toBe(true);
});

const withPersons =
  (map: (person: Roster["persons"][number]) => Roster["persons"][number]) => (after: Roster) => ({
    ...after,
    persons: after.persons.map(map),
  });

test.each<[string, (after: Roster) => Roster]>([
  [
    "another key",
    withPersons((one) => (one.person === "b" ? { ...one, credentials: [passkey("evil")] } : one)),
  ],
  [
    "a second key",
    withPersons((one) =>
      one.person === "b" ? { ...one, credentials: [passkey("new"), passkey("evil")] } : one,
    ),
  ],
  [
    "another person's keys",
    withPersons((one) => (one.person === "a" ? { ...one, credentials: [passkey("evil")] } : one)),
  ],
  ["a duty", withPersons((one) => (one.person === "b" ? { ...one, duties: ["approve", "legal"] } : one))],
  [
    "one more person",
    (after) => ({
      ...after,
      persons: [...after.persons, { person: "c", organisation: "o", duties: [], credentials: [] }],
    }),
  ],
  ["one person fewer", (after) => ({ ...after, persons: after.persons.slice(1) })],
  ["another origin", (after) => ({ ...after, origins: ["https://evil.example"] })],
  ["an evaluation key", (after) => ({ ...after, evaluation_key: "B".repeat(43) })],
])("a draft that also brings %s is not signed", async (_what, change) => {
  expect(await isChangeAsShown(SHOWN, await toSign(change))).toBe(false);
});

test("a statement about another roster, another version or another predecessor is not signed", async () => {
  for (const over of [{ roster: "C".repeat(43) }, { version: 5 }, { previous: "C".repeat(43) }]) {
    expect(await isChangeAsShown(SHOWN, await toSign((after) => after, over))).toBe(false);
  }
});
