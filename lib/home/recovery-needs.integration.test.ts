import { afterAll, beforeAll, expect, it } from "vitest";
import { getHome } from "@/lib/home/get-home";
import { changeKeyState } from "@/lib/keys/change-state";
import { listKeys } from "@/lib/keys/list-keys";
import { refuseRecovery } from "@/lib/keys/recovery/end-recovery";
import type { Person } from "@/lib/testing/benches/client-held-bench";
import { asked, helpers, loss, signedBy } from "@/lib/testing/benches/recovery-acts";
import { createUseCaseBench, type UseCaseBench } from "@/lib/testing/benches/use-case-bench";

// What the home shows about lost or stopped keys, only to the people who have to act.
let bench: UseCaseBench;
beforeAll(async () => {
  bench = await createUseCaseBench();
});
afterAll(() => bench?.close());

async function needs(who: Person) {
  return (await getHome(who)).needs.map(({ kind, reference, due_at }) => ({ kind, reference, due_at }));
}
const kinds = async (who: Person) => (await needs(who)).map(({ kind }) => kind);

it("a recovery is shown to the people who sign it, then to its participant, until its time is over", async () => {
  const one = await loss(await helpers(bench, 1), 0, 1);
  const { owner, legal, approver, support, insider, other, old } = one;
  expect(await kinds(legal)).toEqual([]);
  const { not_after } = await asked(one);
  const awaited = { kind: "key_recovery", reference: old.kid, due_at: not_after };
  for (const who of [legal, approver]) expect(await needs(who)).toEqual([awaited]);
  for (const who of [support, insider, other]) expect(await kinds(who)).toEqual([]);
  expect(await kinds(owner)).toEqual(["key_stopped"]);
  await signedBy(legal, one);
  expect(await kinds(legal)).toEqual([]);
  expect(await kinds(approver)).toEqual(["key_recovery"]);
  await signedBy(approver, one);
  for (const who of [legal, approver, insider, other]) expect(await kinds(who)).toEqual([]);
  expect(await needs(owner)).toEqual([
    { kind: "key_proof", reference: old.kid, due_at: not_after },
    { kind: "key_stopped", reference: old.kid, due_at: undefined },
  ]);
  const after = { ...owner, clock: { ...owner.clock, now: () => new Date(Date.parse(not_after) + 1) } };
  expect(await kinds(after)).toEqual(["key_stopped"]);
  await refuseRecovery(owner, old.keyId, { reason: "It was found." });
  expect(await kinds(owner)).toEqual(["key_stopped"]);
});

it("a suspended key is one to resume, a compromised key has its own page, and a key is missing only without both", async () => {
  const owner = await bench.person({ role: "client" });
  const keyless = await bench.person({ role: "client", hasKey: false });
  expect(await kinds(keyless)).toEqual(["key_missing"]);
  const [key] = (await listKeys(owner, { participant_id: owner.principal.participantId, limit: 1 })).items;
  const id = key?.key_id ?? "";
  expect(await kinds(owner)).toEqual([]);
  await changeKeyState(owner, id, { state: "suspended", reason: "a phone in a taxi" });
  const [stopped] = (await getHome(owner)).needs;
  expect(stopped).toMatchObject({
    kind: "key_stopped",
    subject: { kind: "key", id },
    reference: key?.kid,
    facts: { state: "suspended" },
  });
  await changeKeyState(owner, id, { state: "active", reason: "found" });
  expect(await kinds(owner)).toEqual([]);
  // No data are sealed with it: the next key can be registered at once.
  await changeKeyState(owner, id, { state: "compromised", reason: "a stolen laptop" });
  expect(await kinds(owner)).toEqual(["key_missing"]);
});
