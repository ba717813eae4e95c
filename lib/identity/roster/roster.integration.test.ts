import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { systemClock } from "@/lib/clock";
import type { Context } from "@/lib/context/context";
import type { Principal } from "@/lib/context/principal";
import { uuidv7 } from "@/lib/crypto/uuid";
import { writeEvaluationRoster } from "@/lib/custodian/roster/evaluation-roster";
import { DomainError } from "@/lib/errors";
import { createEscrowClient } from "@/lib/escrow/client/client";
import { signAsPortal } from "@/lib/escrow/client/portal-signature";
import { keyGroups } from "@/lib/escrow/protocol/roster-draft";
import type { StatementSignature } from "@/lib/escrow/protocol/statements";
import { agreeToRosterChange } from "@/lib/identity/roster/agree-to-roster-change";
import { askRosterChange } from "@/lib/identity/roster/ask-roster-change";
import { draftFirstRoster } from "@/lib/identity/roster/draft-first-roster";
import { getRosterStanding } from "@/lib/identity/roster/get-roster-standing";
import { refuseRosterChange } from "@/lib/identity/roster/refuse-roster-change";
import { requirePortalMaySign } from "@/lib/identity/roster/require-portal-may-sign";
import { loadSigningKey } from "@/lib/keystore/signing-key";
import { createUseCaseBench, type UseCaseBench } from "@/lib/testing/benches/use-case-bench";
import { SoftwareAuthenticator } from "@/lib/testing/devices/authenticator";
import {
  dropPasskey,
  signWithPasskey,
  storePasskey,
  type TestPasskey,
} from "@/lib/testing/devices/statement-passkey";
import type { Duty, Role } from "@/lib/vocabulary";

const RP_ID = "localhost";
const noRoster = () => new DomainError("custodian.refused", { extra: { reason: "roster" } });
const ORIGIN = "http://localhost:3000";

type Person = Context & { readonly principal: Principal & { readonly participantId: string } };

let bench: UseCaseBench;
let legal: Person;
let approver: Person;
let second: Person;
let regulator: Person;
let support: Person;
const held = new Map<string, SoftwareAuthenticator>();

/** A signed-in person with a fresh second factor. */
async function signedIn(role: Role, duties: readonly Duty[] = []): Promise<Person> {
  const cx = await bench.person({ role, duties, hasKey: false });
  const now = cx.clock.now();
  const proof = {
    kind: "session",
    sessionId: "s_1",
    method: "totp",
    provedAt: now,
    multiFactorAt: now,
  } as const;
  return { ...cx, principal: { ...cx.principal, proof } };
}

const passkeyOf = (cx: Person, label?: string): Promise<TestPasskey> => storePasskey(cx, ORIGIN, label);
const signWith = (device: SoftwareAuthenticator, statement: unknown): StatementSignature =>
  signWithPasskey(device, "roster", statement);

afterEach(() => bench.close());

/** Each test has its own custodian. Its roster has all people, without keys. */
beforeEach(async () => {
  bench = await createUseCaseBench();
  held.clear();
  legal = await signedIn("coordinator", ["legal"]);
  approver = await signedIn("coordinator", ["approve"]);
  second = await signedIn("coordinator", ["approve"]);
  regulator = await signedIn("regulator");
  support = await signedIn("coordinator", ["support"]);
  await writeEvaluationRoster(bench.rosterFile, {
    log: bench.place.log,
    origins: [ORIGIN],
    persons: [legal, approver, second, regulator, support].map(({ principal }) => ({
      person: principal.handle,
      organisation: principal.organisationId,
      role: principal.role,
      duties: [...principal.duties],
    })),
    evaluationKey: loadSigningKey(bench.keystore, "evaluation").publicKey,
    sign: (statement) => signAsPortal(bench.keystore, "roster", statement),
  });
});

async function confirm(by: Person, id: string) {
  const standing = await getRosterStanding(by, RP_ID);
  const waiting = standing.to_confirm.find((change) => change.id === id);
  const device = held.get(by.principal.handle);
  const signature =
    waiting?.to_sign === undefined || device === undefined
      ? undefined
      : signWith(device, waiting.to_sign.statement);
  return agreeToRosterChange(by, id, signature === undefined ? {} : { signature });
}

async function enrol(who: Person, confirmer: Person): Promise<TestPasskey> {
  const passkey = await passkeyOf(who);
  const { id, device } = passkey;
  const asked = await askRosterChange(who, RP_ID, { passkey_id: id });
  const done = await confirm(confirmer, asked.id);
  expect(done.state).toBe("done");
  held.set(who.principal.handle, device);
  return passkey;
}

async function actions(): Promise<string[]> {
  const { rows } = await bench.appPool.query<{ action: string }>(
    "SELECT action FROM audit_index WHERE action LIKE 'roster.%' ORDER BY at, entry_id",
  );
  return rows.map(({ action }) => action);
}

describe("a first key", () => {
  test("a first key is asked for, confirmed by a second person, taken by the custodian, with an entry for each step", async () => {
    const { id } = await passkeyOf(legal);
    const asked = await askRosterChange(legal, RP_ID, { passkey_id: id });
    expect(asked).toMatchObject({
      kind: "first",
      state: "pending",
      awaits_me: false,
      label: "Laptop",
      version: 2,
    });
    expect(asked.agreements).toMatchObject([{ person: legal.principal.handle, by: "portal" }]);
    expect(asked.may_confirm.map(({ person }) => person).sort()).toEqual(
      [approver.principal.handle, second.principal.handle].sort(),
    );
    // Both see the same fingerprint to compare.
    expect(asked.added_fingerprint).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect((await getRosterStanding(approver, RP_ID)).to_confirm).toMatchObject([
      { id: asked.id, awaits_me: true, added_fingerprint: asked.added_fingerprint },
    ]);
    expect((await getRosterStanding(regulator, RP_ID)).to_confirm).toEqual([]);
    const done = await agreeToRosterChange(approver, asked.id, {});
    expect(done).toMatchObject({ state: "done" });
    const standing = await getRosterStanding(legal, RP_ID);
    expect(standing).toMatchObject({
      signed_by: "own_key",
      version: 2,
      keys: [{ passkey_id: id, label: "Laptop" }],
    });
    expect(standing.passkeys).toMatchObject([{ id, is_enrolled: true, can_sign: true }]);
    expect(await actions()).toEqual(["roster.ask", "roster.agree", "roster.change"]);
  });

  test("a first key ends the portal's right to sign for its holder, and for no one else", async () => {
    await requirePortalMaySign(legal);
    await enrol(legal, approver);
    await expect(requirePortalMaySign(legal)).rejects.toMatchObject({
      code: "statement.required",
      status: 403,
    });
    await requirePortalMaySign(approver);
  });

  test("a first key cannot be confirmed by its owner, an agency or support, or by a person without a key once one has a key", async () => {
    const { id } = await passkeyOf(legal);
    const asked = await askRosterChange(legal, RP_ID, { passkey_id: id });
    await expect(agreeToRosterChange(legal, asked.id, {})).rejects.toMatchObject({ code: "roster.agreed" });
    for (const other of [regulator, support]) {
      await expect(agreeToRosterChange(other, asked.id, {})).rejects.toMatchObject({
        code: "roster.confirmer",
      });
    }
    await agreeToRosterChange(approver, asked.id, {});
    const next = await askRosterChange(second, RP_ID, { passkey_id: (await passkeyOf(second)).id });
    expect(next.may_confirm.map(({ person }) => person)).toEqual([legal.principal.handle]);
    await expect(agreeToRosterChange(approver, next.id, {})).rejects.toMatchObject({
      code: "roster.confirmer",
    });
  });

  test("a first key is confirmed only with the signature of the confirmer's own key", async () => {
    await enrol(legal, approver);
    const asked = await askRosterChange(approver, RP_ID, { passkey_id: (await passkeyOf(approver)).id });
    await expect(agreeToRosterChange(legal, asked.id, {})).rejects.toMatchObject({
      code: "statement.required",
    });
    const { to_confirm } = await getRosterStanding(legal, RP_ID);
    const [waiting] = to_confirm;
    const device = held.get(legal.principal.handle);
    if (waiting?.to_sign === undefined || device === undefined) throw new Error("a statement expected");
    const other = signWith(device, { ...waiting.to_sign.statement, version: 9 });
    await expect(agreeToRosterChange(legal, asked.id, { signature: other })).rejects.toMatchObject({
      code: "custodian.refused",
      extra: { reason: "challenge" },
    });
    const stranger = signWith(new SoftwareAuthenticator({ origin: ORIGIN }), waiting.to_sign.statement);
    await expect(agreeToRosterChange(legal, asked.id, { signature: stranger })).rejects.toMatchObject({
      extra: { reason: "signature" },
    });
    expect((await confirm(legal, asked.id)).state).toBe("done");
  });
});

describe("refusals", () => {
  test("another person's key, an enrolled key and the removal of the last key are refused", async () => {
    const foreign = await passkeyOf(approver);
    await expect(askRosterChange(legal, RP_ID, { passkey_id: foreign.id })).rejects.toMatchObject({
      code: "roster.key",
    });
    const { id, device } = await passkeyOf(legal);
    const asked = await askRosterChange(legal, RP_ID, { passkey_id: id });
    await confirm(approver, asked.id);
    await expect(askRosterChange(legal, RP_ID, { passkey_id: id })).rejects.toMatchObject({
      code: "roster.key",
    });
    await expect(askRosterChange(legal, RP_ID, { removes: device.credentialId })).rejects.toMatchObject({
      code: "roster.key",
    });
    await expect(askRosterChange(legal, RP_ID, { removes: "unknown" })).rejects.toMatchObject({
      code: "roster.key",
    });
  });

  test("an API key, an old second factor and a person outside the roster cannot ask for a change", async () => {
    const { id } = await passkeyOf(legal);
    const apiKey = { kind: "api-key", keyId: "k", prefix: "p", signed: false } as const;
    const byKey = { ...legal, principal: { ...legal.principal, proof: apiKey } };
    await expect(askRosterChange(byKey, RP_ID, { passkey_id: id })).rejects.toMatchObject({
      code: "auth.session-only",
    });
    const old = new Date(legal.clock.nowMs() - 16 * 60_000);
    const proof = {
      kind: "session",
      sessionId: "s",
      method: "totp",
      provedAt: old,
      multiFactorAt: old,
    } as const;
    const stale = { ...legal, principal: { ...legal.principal, proof } };
    await expect(askRosterChange(stale, RP_ID, { passkey_id: id })).rejects.toMatchObject({
      code: "auth.step-up",
    });
    const outsider = await signedIn("coordinator", ["approve"]);
    const own = await passkeyOf(outsider);
    await expect(askRosterChange(outsider, RP_ID, { passkey_id: own.id })).rejects.toMatchObject({
      code: "roster.not-listed",
    });
    expect(await getRosterStanding(outsider, RP_ID)).toMatchObject({ signed_by: "unlisted" });
  });

  test("a second change is refused while one waits, and allowed after that is withdrawn or refused", async () => {
    const { id } = await passkeyOf(legal);
    const first = await askRosterChange(legal, RP_ID, { passkey_id: id });
    await expect(askRosterChange(legal, RP_ID, { passkey_id: id })).rejects.toMatchObject({
      code: "roster.pending",
    });
    expect((await refuseRosterChange(legal, first.id, {})).state).toBe("withdrawn");
    const next = await askRosterChange(legal, RP_ID, { passkey_id: id });
    await expect(refuseRosterChange(regulator, next.id, {})).rejects.toMatchObject({
      code: "roster.confirmer",
    });
    const refused = await refuseRosterChange(approver, next.id, { reason: "I was not called." });
    expect(refused).toMatchObject({ state: "refused", reason: "I was not called." });
    await expect(agreeToRosterChange(approver, next.id, {})).rejects.toMatchObject({ code: "roster.closed" });
    await expect(refuseRosterChange(legal, next.id, {})).rejects.toMatchObject({ code: "roster.closed" });
    await askRosterChange(legal, RP_ID, { passkey_id: id });
  });

  test("an agreement a day later is refused", async () => {
    const { id } = await passkeyOf(legal);
    const asked = await askRosterChange(legal, RP_ID, { passkey_id: id });
    const tomorrow = new Date(legal.clock.nowMs() + 24 * 3_600_000);
    const clock = { ...approver.clock, now: () => tomorrow, nowMs: () => tomorrow.getTime() };
    const proof = {
      kind: "session",
      sessionId: "s",
      method: "totp",
      provedAt: tomorrow,
      multiFactorAt: tomorrow,
    } as const;
    const late = { ...approver, clock, principal: { ...approver.principal, proof } };
    await expect(agreeToRosterChange(late, asked.id, {})).rejects.toMatchObject({ code: "roster.closed" });
  });

  test("an unknown change is not found", async () => {
    await expect(agreeToRosterChange(approver, uuidv7(1), {})).rejects.toMatchObject({
      code: "roster-change.not-found",
    });
  });
});

describe("two changes at the same time", () => {
  test("the change confirmed first wins, and the other must be asked for again on the newer roster", async () => {
    await enrol(legal, approver);
    const [a, b] = [await passkeyOf(second), await passkeyOf(regulator)];
    const first = await askRosterChange(second, RP_ID, { passkey_id: a.id });
    const other = await askRosterChange(regulator, RP_ID, { passkey_id: b.id });
    expect((await confirm(legal, first.id)).state).toBe("done");
    await expect(confirm(legal, other.id)).rejects.toMatchObject({ code: "roster.superseded", status: 409 });
    const { changes } = await getRosterStanding(regulator, RP_ID);
    expect(changes).toMatchObject([{ id: other.id, state: "superseded" }]);
    const again = await askRosterChange(regulator, RP_ID, { passkey_id: b.id });
    expect((await confirm(legal, again.id)).state).toBe("done");
  });

  test("of two changes confirmed at the same moment, exactly one is in force", async () => {
    const [a, b] = [await passkeyOf(legal), await passkeyOf(regulator)];
    const one = await askRosterChange(legal, RP_ID, { passkey_id: a.id });
    const two = await askRosterChange(regulator, RP_ID, { passkey_id: b.id });
    const results = await Promise.allSettled([
      agreeToRosterChange(approver, one.id, {}),
      agreeToRosterChange(second, two.id, {}),
    ]);
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    const lost = results.find(({ status }) => status === "rejected");
    expect(lost).toMatchObject({ reason: { code: "roster.superseded" } });
    expect((await bench.escrow.roster()).version).toBe(2);
  });

  test("two confirmations of one change at the same moment count once and act once", async () => {
    const { id } = await passkeyOf(legal);
    const asked = await askRosterChange(legal, RP_ID, { passkey_id: id });
    await Promise.allSettled([
      agreeToRosterChange(approver, asked.id, {}),
      agreeToRosterChange(second, asked.id, {}),
    ]);
    expect((await bench.escrow.roster()).version).toBe(2);
    expect((await getRosterStanding(legal, RP_ID)).changes).toMatchObject([{ state: "done" }]);
  });
});

describe("later keys", () => {
  beforeEach(async () => {
    await enrol(legal, approver);
    await enrol(approver, legal);
  });

  test("a second passkey is signed by its owner's first and confirmed by a second person", async () => {
    const more = await passkeyOf(legal, "Phone");
    const asked = await askRosterChange(legal, RP_ID, { passkey_id: more.id });
    expect(asked).toMatchObject({ kind: "add", agreements: [], awaits_me: true });
    const device = held.get(legal.principal.handle);
    if (asked.to_sign === undefined || device === undefined) throw new Error("a statement expected");
    const signed = await agreeToRosterChange(legal, asked.id, {
      signature: signWith(device, asked.to_sign.statement),
    });
    expect(signed.state).toBe("pending");
    expect((await confirm(approver, asked.id)).state).toBe("done");
    const { keys } = await getRosterStanding(legal, RP_ID);
    expect(keys.map(({ label }) => label)).toEqual(["Laptop", "Phone"]);
    // The first passkey is then removed with the second's signature.
    const removal = await askRosterChange(legal, RP_ID, { removes: device.credentialId });
    if (removal.to_sign === undefined) throw new Error("a statement expected");
    await agreeToRosterChange(legal, removal.id, {
      signature: signWith(more.device, removal.to_sign.statement),
    });
    expect((await confirm(approver, removal.id)).state).toBe("done");
    expect((await getRosterStanding(legal, RP_ID)).keys.map(({ label }) => label)).toEqual(["Phone"]);
  });

  test("a passkey its owner removed cannot agree to a change, even while it is still on the roster", async () => {
    const lost = await enrol(second, legal);
    await dropPasskey(second, lost);
    expect((await getRosterStanding(second, RP_ID)).keys).toMatchObject([{ id: lost.device.credentialId }]);
    const asked = await askRosterChange(regulator, RP_ID, { passkey_id: (await passkeyOf(regulator)).id });
    await expect(confirm(second, asked.id)).rejects.toMatchObject({
      code: "statement.passkey-removed",
      status: 409,
    });
    expect((await getRosterStanding(regulator, RP_ID)).changes).toMatchObject([{ state: "pending" }]);
    const next = await passkeyOf(second, "New phone");
    const replacing = await askRosterChange(second, RP_ID, {
      passkey_id: next.id,
      removes: lost.device.credentialId,
    });
    await confirm(legal, replacing.id);
    expect((await confirm(approver, replacing.id)).state).toBe("done");
  });

  test("a lost passkey is replaced by the statements of two others, and not by fewer", async () => {
    await enrol(regulator, legal);
    const lost = held.get(regulator.principal.handle);
    const found = await passkeyOf(regulator, "New phone");
    const asked = await askRosterChange(regulator, RP_ID, {
      passkey_id: found.id,
      removes: lost?.credentialId ?? "",
    });
    expect(asked).toMatchObject({ kind: "replace", agreements: [] });
    expect((await confirm(legal, asked.id)).state).toBe("pending");
    expect((await confirm(approver, asked.id)).state).toBe("done");
    expect((await getRosterStanding(regulator, RP_ID)).keys).toMatchObject([{ label: "New phone" }]);
  });
});

test("while the custodian is away an agreement remains, and confirming again finishes it", async () => {
  const { id } = await passkeyOf(legal);
  const asked = await askRosterChange(legal, RP_ID, { passkey_id: id });
  let isAway = true;
  const away = createEscrowClient({
    url: "unix:/nonexistent.sock",
    vkey: bench.escrow.vkey,
    log: bench.place.log,
    clock: systemClock,
  });
  const escrow = {
    ...approver.escrow,
    submitRoster: (next: Parameters<typeof approver.escrow.submitRoster>[0]) => {
      if (!isAway) return approver.escrow.submitRoster(next);
      return away.submitRoster(next);
    },
  };
  const cx = { ...approver, escrow };
  await expect(agreeToRosterChange(cx, asked.id, {})).rejects.toMatchObject({
    code: "custodian.unavailable",
  });
  expect((await getRosterStanding(legal, RP_ID)).changes).toMatchObject([{ state: "pending" }]);
  isAway = false;
  expect((await agreeToRosterChange(cx, asked.id, {})).state).toBe("done");
});

test("the database keeps each request and each agreement", async () => {
  const { id } = await passkeyOf(legal);
  const asked = await askRosterChange(legal, RP_ID, { passkey_id: id });
  await agreeToRosterChange(approver, asked.id, {});
  for (const sql of [
    "UPDATE roster_change SET state = 'pending', ended_at = NULL",
    "UPDATE roster_change SET roster = '{}'",
    "DELETE FROM roster_change",
    "UPDATE roster_agreement SET person = 'x'",
    "DELETE FROM roster_agreement",
  ]) {
    await expect(bench.appPool.query(sql), sql).rejects.toThrow();
  }
});

describe("the draft of the first roster", () => {
  const site = { rpId: RP_ID, origin: ORIGIN };

  test("has active people with their passkeys, and names those who have none", async () => {
    const passkey = await passkeyOf(legal);
    const bare = { ...legal, escrow: { ...legal.escrow, roster: async () => Promise.reject(noRoster()) } };
    const draft = await draftFirstRoster(bare, site);
    expect(draft.roster.persons.map(({ person }) => person)).toEqual([legal.principal.handle]);
    expect(draft.roster.persons[0]?.credentials).toMatchObject([
      { kind: "passkey", credential_id: passkey.device.credentialId, rp_id: RP_ID },
    ]);
    expect(draft.missing.map(({ person }) => person)).toContain(regulator.principal.handle);
    const standing = await getRosterStanding(legal, RP_ID);
    const [credential] = draft.roster.persons[0]?.credentials ?? [];
    expect(standing.passkeys[0]?.groups).toBe(credential === undefined ? "" : keyGroups(credential));
  });

  test("is refused when the custodian has a roster", async () => {
    await expect(draftFirstRoster(legal, site)).rejects.toMatchObject({ code: "request.conflict" });
  });
});
