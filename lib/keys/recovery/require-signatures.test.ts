import { expect, test } from "vitest";
import type { RosterPerson } from "@/lib/escrow/protocol/messages";
import { requireSignatures } from "@/lib/keys/recovery/require-signatures";

const portal = [{ kind: "portal-evaluation" as const }];
const ownKey = (key_id: string) => [{ kind: "ed25519" as const, key_id, public_key: "A".repeat(43) }];

const person = (name: string, more: Partial<RosterPerson> = {}): RosterPerson => ({
  person: name,
  organisation: "operator",
  duties: ["approve"],
  credentials: portal,
  ...more,
});
const owner = person("owner", { organisation: "company", duties: [], participant: "client-1" });

const word = (name: string, proofKind: "evaluation" | "ed25519" = "evaluation", key_id = "portal") => ({
  person: name,
  proofKind,
  signature: { kind: "ed25519" as const, key_id, signature: "A".repeat(86) },
});

const namesOf = (signatures: readonly ReturnType<typeof word>[], persons: readonly RosterPerson[]) =>
  requireSignatures("client-1", signatures, { persons: [owner, ...persons] }).map((one) => one.person);

test("statements of two people count, in the order in which they were given", () => {
  const persons = [person("a"), person("b"), person("c")];
  expect(namesOf([word("b"), word("a"), word("c")], persons)).toEqual(["b", "a"]);
});

test("the portal's statement for a person who now has their own key no longer counts, and blocks no others", () => {
  const persons = [person("a", { credentials: ownKey("a/1") }), person("b"), person("c")];
  expect(namesOf([word("a"), word("b"), word("c")], persons)).toEqual(["b", "c"]);
});

test("a statement by a key no longer on the roster, or by a person without the duty now, no longer counts", () => {
  const persons = [person("a", { credentials: ownKey("a/2") }), person("b", { duties: [] }), person("c")];
  const signatures = [word("a", "ed25519", "a/1"), word("b"), word("c")];
  expect(() => namesOf(signatures, persons)).toThrow();
  expect(namesOf([...signatures, word("d")], [...persons, person("d")])).toEqual(["c", "d"]);
});

test("no statement counts while the roster names no person of the participant", () => {
  const signatures = [word("a"), word("b")];
  expect(() =>
    requireSignatures("client-2", signatures, { persons: [owner, person("a"), person("b")] }),
  ).toThrow();
});
