import { expect, test } from "vitest";
import { toBase64url } from "@/lib/crypto/bytes";
import { ed25519PublicKey, randomBytes } from "@/lib/crypto/primitives";
import { signStatement } from "@/lib/crypto/statement";
import { requireRecoveryAgreed, type WantedRecovery } from "@/lib/custodian/roster/check-recovery";
import type { RosterPerson } from "@/lib/escrow/protocol/messages";
import type { Roster } from "@/lib/escrow/protocol/roster";

const LOG = "log.example.test/sealport";
const WANTED: WantedRecovery = { log: LOG, from: 7, to: 12, root: toBase64url(new Uint8Array(32)) };

const seeds = new Map<string, Uint8Array>();
const seedOf = (name: string): Uint8Array => {
  const seed = seeds.get(name) ?? randomBytes(32);
  seeds.set(name, seed);
  return seed;
};
const publicKey = (name: string) => toBase64url(ed25519PublicKey(seedOf(name)));

function person(name: string, duties: string[], kind: "own" | "portal" = "own"): RosterPerson {
  const credentials: RosterPerson["credentials"] =
    kind === "own"
      ? [{ kind: "ed25519", key_id: `${name}/1`, public_key: publicKey(name) }]
      : [{ kind: "portal-evaluation" }];
  return { person: name, organisation: "operator", role: "coordinator", duties, credentials };
}

function roster(persons: RosterPerson[]): Roster {
  return { log: LOG, version: 1, persons, evaluation_key: publicKey("portal"), authorities: [], origins: [] };
}

function signed(name: string, change: Partial<WantedRecovery> = {}, signer = name) {
  const statement = { ...WANTED, ...change, person: name };
  const key_id = signer === "portal" ? `${LOG}/evaluation` : `${signer}/1`;
  const signature = toBase64url(signStatement(seedOf(signer), "recovery", statement));
  return { statement, signature: { kind: "ed25519" as const, key_id, signature } };
}

const keyed = {
  log: LOG,
  isEvaluation: true,
  roster: roster([person("a", ["legal"]), person("b", ["admin"]), person("c", ["support"])]),
};
const unkeyed = {
  log: LOG,
  isEvaluation: true,
  roster: roster([person("a", ["legal"], "portal"), person("b", ["admin"], "portal")]),
};
const mixed = {
  log: LOG,
  isEvaluation: true,
  roster: roster([person("a", ["legal"]), person("b", ["admin"], "portal")]),
};

test("two persons with a duty and their own keys can agree to a recovery; other statements do not count", async () => {
  const counted = [signed("a"), signed("b")];
  const others = [signed("c"), signed("a", { to: 13 })];
  expect(await requireRecoveryAgreed(keyed, WANTED, [...others, ...counted])).toEqual({
    assurance: "signed",
    counted,
  });
});

test("in an evaluation the portal's signature allows a recovery while no person has a key", async () => {
  const word = [signed("a", {}, "portal"), signed("b", {}, "portal")];
  expect(await requireRecoveryAgreed(unkeyed, WANTED, word)).toMatchObject({ assurance: "evaluation" });
  await expect(requireRecoveryAgreed({ ...unkeyed, isEvaluation: false }, WANTED, word)).rejects.toThrow(
    "2 persons",
  );
  await expect(requireRecoveryAgreed(mixed, WANTED, [signed("a"), word[1] ?? signed("b")])).rejects.toThrow(
    "2 persons",
  );
});

test.each<[string, ReturnType<typeof signed>[]]>([
  ["one person", [signed("a")]],
  ["one person twice", [signed("a"), signed("a")]],
  ["a person without the duty", [signed("a"), signed("c")]],
  ["a person who is not on the roster", [signed("a"), signed("x")]],
  ["another person's signature", [signed("a"), signed("b", {}, "a")]],
  ["the portal's signature where people have keys", [signed("a"), signed("b", {}, "portal")]],
  ["a statement about another range", [signed("a"), signed("b", { to: 13 })]],
  ["a statement about another tree", [signed("a"), signed("b", { root: toBase64url(randomBytes(32)) })]],
  ["a statement for another log", [signed("a"), signed("b", { log: "other.test/log" })]],
])("%s cannot agree to a recovery", async (_what, statements) => {
  await expect(requireRecoveryAgreed(keyed, WANTED, statements)).rejects.toThrow("2 persons");
});
