import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { suspendPerson } from "@/lib/administration/people/end-person";
import { systemClock } from "@/lib/clock";
import type { Context } from "@/lib/context/context";
import { toBase64url } from "@/lib/crypto/bytes";
import { writeEvaluationRoster } from "@/lib/custodian/roster/evaluation-roster";
import { createEscrowClient } from "@/lib/escrow/client/client";
import { signAsPortal } from "@/lib/escrow/client/portal-signature";
import type { RosterPerson } from "@/lib/escrow/protocol/messages";
import { agreeToRosterChange } from "@/lib/identity/roster/agree-to-roster-change";
import { askDueVersion } from "@/lib/identity/roster/ask-due-version";
import { askRosterChange } from "@/lib/identity/roster/ask-roster-change";
import { askRosterVersion } from "@/lib/identity/roster/ask-version";
import { getRoster } from "@/lib/identity/roster/get-roster";
import { getRosterStanding } from "@/lib/identity/roster/get-roster-standing";
import { refuseRosterChange } from "@/lib/identity/roster/refuse-roster-change";
import { loadSigningKey } from "@/lib/keystore/signing-key";
import { queryAs } from "@/lib/testing/benches/query-as";
import { createUseCaseBench, type UseCaseBench } from "@/lib/testing/benches/use-case-bench";
import type { SoftwareAuthenticator } from "@/lib/testing/devices/authenticator";
import { signWithPasskey, storePasskey } from "@/lib/testing/devices/statement-passkey";
import type { Duty, Role } from "@/lib/vocabulary";

const RP_ID = "localhost";
const ORIGIN = "http://localhost:3000";
type Person = Context;

let bench: UseCaseBench;
let admin: Person;
let other: Person;
let legal: Person;
let approver: Person;
let support: Person;
const devices = new Map<string, SoftwareAuthenticator>();

/** A signed-in person with a fresh second factor. */
async function signedIn(role: Role, duties: readonly Duty[] = []): Promise<Person> {
  const cx = await bench.person({ role, duties, hasKey: false });
  const now = cx.clock.now();
  const factors = { method: "totp", provedAt: now, multiFactorAt: now } as const;
  const proof = { kind: "session", sessionId: "s_1", ...factors } as const;
  return { ...cx, principal: { ...cx.principal, proof } };
}

const handleOf = ({ principal }: Person) => principal.handle;

async function keyed(role: Role, duties: readonly Duty[] = []): Promise<Person> {
  const cx = await signedIn(role, duties);
  devices.set(handleOf(cx), (await storePasskey(cx, ORIGIN)).device);
  return cx;
}

function listed({ principal }: Person): RosterPerson {
  const { handle, organisationId, role, duties } = principal;
  const device = devices.get(handle);
  return {
    ...{ person: handle, organisation: organisationId, role, duties: [...duties].sort() },
    credentials:
      device === undefined
        ? [{ kind: "portal-evaluation" }]
        : [
            {
              kind: "passkey",
              credential_id: device.credentialId,
              public_key: toBase64url(device.publicKey),
              rp_id: RP_ID,
            },
          ],
  };
}

afterEach(() => bench.close());

/** Each test has its own custodian. Four people on its roster can confirm with passkeys; for one the portal signs. */
beforeEach(async () => {
  bench = await createUseCaseBench();
  devices.clear();
  admin = await keyed("admin", ["admin"]);
  other = await keyed("admin", ["admin"]);
  legal = await keyed("coordinator", ["legal"]);
  approver = await keyed("coordinator", ["approve"]);
  support = await signedIn("coordinator", ["support"]);
  await writeEvaluationRoster(bench.rosterFile, {
    log: bench.place.log,
    origins: [ORIGIN],
    persons: [admin, other, legal, approver, support].map(listed),
    evaluationKey: loadSigningKey(bench.keystore, "evaluation").publicKey,
    sign: (statement) => signAsPortal(bench.keystore, "roster", statement),
  });
});

/** Changes a person without the entry that the database asks for. */
async function force(table: "app_user" | "duty", change: string, who: Person): Promise<void> {
  const url = bench.database.adminUrl;
  await queryAs(url, `ALTER TABLE ${table} DISABLE TRIGGER ALL`);
  await queryAs(url, change, [who.principal.userId]);
  await queryAs(url, `ALTER TABLE ${table} ENABLE TRIGGER ALL`);
}

const SUSPENDED = "UPDATE app_user SET state = 'suspended' WHERE id = $1";

const roster = () => bench.escrow.roster();
const isListed = async (who: Person) =>
  (await roster()).persons.some(({ person }) => person === handleOf(who));
const ask = (people: readonly Person[], by: Person = admin) =>
  askRosterVersion(by, RP_ID, { people: people.map(handleOf), reason: "joins the team" });

async function openVersion(by: Person = admin) {
  return (await getRoster(by, RP_ID)).changes.find(({ state }) => state === "pending");
}

/** Signs what the person's own page gives them to sign. */
async function sign(by: Person, id: string, cx: Person = by) {
  const change = (await getRoster(by, RP_ID)).changes.find((one) => one.id === id);
  const device = devices.get(handleOf(by));
  if (change?.to_sign === undefined || device === undefined) return agreeToRosterChange(cx, id, {});
  const signature = signWithPasskey(device, "roster", change.to_sign.statement);
  return agreeToRosterChange(cx, id, { signature });
}

const codeOf = (call: Promise<unknown>) =>
  call.then(
    () => "done",
    (error: { readonly code?: string }) => error.code,
  );

/** The same person while the custodian does not answer. */
function away(cx: Person): Person {
  const escrow = createEscrowClient({
    url: "unix:/nonexistent.sock",
    vkey: bench.escrow.vkey,
    log: bench.place.log,
    clock: systemClock,
  });
  return { ...cx, escrow };
}

async function actions(): Promise<string[]> {
  const { rows } = await bench.appPool.query<{ action: string }>(
    "SELECT action FROM audit_index WHERE action LIKE 'roster.%' AND action <> 'roster.read' ORDER BY at, entry_id",
  );
  return rows.map(({ action }) => action);
}

describe("a version about people", () => {
  test("adds a person with their passkey once two people have signed, and not before", async () => {
    const officer = await keyed("regulator");
    const before = await getRoster(admin, RP_ID);
    expect(before.differences).toMatchObject([{ person: handleOf(officer), act: "add", is_due: false }]);
    const asked = await ask([officer]);
    expect(asked).toMatchObject({ kind: "people", state: "pending", version: 2, purpose: "joins the team" });
    expect(asked.people).toMatchObject([{ person: handleOf(officer), act: "add", before: null }]);
    expect(asked.people?.[0]?.after?.keys[0]?.groups).toMatch(/^([0-9a-f]{4} ?){8}$/);
    expect((await sign(legal, asked.id)).state).toBe("pending");
    expect(await isListed(officer)).toBe(false);
    expect(await codeOf(sign(legal, asked.id))).toBe("roster.agreed");
    expect((await sign(approver, asked.id)).state).toBe("done");
    expect(await isListed(officer)).toBe(true);
    expect(await actions()).toEqual(["roster.ask", "roster.agree", "roster.agree", "roster.change"]);
    expect((await getRoster(admin, RP_ID)).differences).toEqual([]);
  });

  test("names who has no passkey, and refuses to add or change them", async () => {
    const { escrow } = admin;
    const outside = { ...admin, instance: { ...admin.instance, evaluation: false }, escrow };
    const bare = await signedIn("auditor");
    const page = await getRoster(outside, RP_ID);
    expect(page.without_key.map(({ person }) => person)).toEqual([handleOf(bare)]);
    expect(await codeOf(ask([bare], outside))).toBe("roster.key");
    expect(await codeOf(ask([legal], outside))).toBe("roster.same");
  });

  test("is not signed by a person whom it changes, nor with a signature over another draft", async () => {
    await force("duty", "DELETE FROM duty WHERE user_id = $1", approver);
    const asked = await ask([approver]);
    expect(asked.may_confirm.map(({ person }) => person)).not.toContain(handleOf(approver));
    expect(await codeOf(sign(approver, asked.id))).toBe("roster.confirmer");
    expect(await codeOf(sign(support, asked.id))).toBe("roster.confirmer");
    const { to_sign } = (await openVersion(legal)) ?? {};
    const device = devices.get(handleOf(legal));
    if (to_sign === undefined || device === undefined) throw new TypeError("nothing to sign");
    const changed = { ...to_sign.statement, roster: "A".repeat(43) };
    const signature = signWithPasskey(device, "roster", changed);
    expect(await codeOf(agreeToRosterChange(legal, asked.id, { signature }))).not.toBe("done");
    expect((await openVersion())?.agreements).toEqual([]);
  });

  test("is superseded when another change comes into force first", async () => {
    const officer = await keyed("regulator");
    const asked = await ask([officer]);
    await sign(legal, asked.id);
    const second = await storePasskey(approver, ORIGIN, "Phone");
    const key = await askRosterChange(approver, RP_ID, { passkey_id: second.id });
    const device = devices.get(handleOf(approver));
    if (key.to_sign === undefined || device === undefined) throw new TypeError("nothing to sign");
    const signature = signWithPasskey(device, "roster", key.to_sign.statement);
    await agreeToRosterChange(approver, key.id, { signature });
    const waiting = (await getRosterStanding(admin, RP_ID)).to_confirm.find(({ id }) => id === key.id);
    const own = devices.get(handleOf(admin));
    if (waiting?.to_sign === undefined || own === undefined) throw new TypeError("nothing to confirm");
    await agreeToRosterChange(admin, key.id, {
      signature: signWithPasskey(own, "roster", waiting.to_sign.statement),
    });
    expect(await codeOf(sign(other, asked.id))).toBe("roster.superseded");
    expect(await isListed(officer)).toBe(false);
    expect((await ask([officer])).version).toBe(3);
  });

  test("is superseded when its people are no longer as it says", async () => {
    const officer = await keyed("regulator");
    const asked = await ask([officer]);
    await sign(legal, asked.id);
    await force("app_user", SUSPENDED, officer);
    expect(await codeOf(sign(approver, asked.id))).toBe("roster.superseded");
    expect(await isListed(officer)).toBe(false);
  });

  test("waits once: of two administrators who ask at the same time, one is refused", async () => {
    const [one, two] = [await keyed("regulator"), await keyed("auditor")];
    const outcomes = await Promise.all([codeOf(ask([one])), codeOf(ask([two], other))]);
    expect(outcomes.sort()).toEqual(["done", "roster.open"]);
  });

  test("keeps two people who can confirm the next one", async () => {
    for (const one of [other, legal, approver]) await force("app_user", SUSPENDED, one);
    expect(await codeOf(ask([other, legal, approver]))).toBe("roster.confirmers");
    await askDueVersion({ ...admin, system: "portal" });
    expect(await openVersion()).toBeUndefined();
  });
});

describe("a custodian that is away", () => {
  test("leaves nothing half done: no version, or one that the next press hands over", async () => {
    const officer = await keyed("regulator");
    expect(await codeOf(ask([officer], away(admin)))).toBe("custodian.unavailable");
    expect(await openVersion()).toBeUndefined();
    const asked = await ask([officer]);
    await sign(legal, asked.id);
    const { submitRoster } = away(approver).escrow;
    const cut = { ...approver, escrow: { ...approver.escrow, submitRoster } };
    expect(await codeOf(sign(approver, asked.id, cut))).toBe("custodian.unavailable");
    expect(await openVersion()).toMatchObject({ state: "pending", agreements: [{}, {}] });
    expect((await agreeToRosterChange(approver, asked.id, {})).state).toBe("done");
    expect(await isListed(officer)).toBe(true);
  });

  test("does not keep a person from being suspended; the portal asks later", async () => {
    const answer = await suspendPerson(away(admin), approver.principal.userId, "a laptop was lost");
    expect(answer).toMatchObject({ state: "suspended", roster_change: null });
    await askDueVersion({ ...away(admin), system: "portal" });
    expect(await openVersion()).toBeUndefined();
    await askDueVersion({ ...admin, system: "portal" });
    expect((await openVersion())?.people).toMatchObject([{ person: handleOf(approver), act: "remove" }]);
  });
});

describe("a person who is suspended", () => {
  test("leaves the roster by the same act, once two others have signed", async () => {
    const { roster_change: id } = await suspendPerson(admin, approver.principal.userId, "a laptop was lost");
    if (id === null) throw new TypeError("no version");
    expect(await openVersion()).toMatchObject({ id, purpose: "a laptop was lost" });
    await sign(legal, id);
    await sign(other, id);
    expect(await isListed(approver)).toBe(false);
  });

  test("is added to the version that waits, whose signatures begin again", async () => {
    const officer = await keyed("regulator");
    const asked = await ask([officer]);
    await sign(legal, asked.id);
    await suspendPerson(admin, approver.principal.userId, "a laptop was lost");
    const open = await openVersion();
    expect(open?.id).not.toBe(asked.id);
    expect(open?.people?.map(({ act }) => act).sort()).toEqual(["add", "remove"]);
    expect(open?.agreements).toEqual([]);
    expect(await codeOf(sign(other, asked.id))).toBe("roster.closed");
  });

  test("is not asked for again after two people's refusal, until something else happens", async () => {
    const { roster_change: id } = await suspendPerson(admin, approver.principal.userId, "a laptop was lost");
    await refuseRosterChange(legal, id ?? "", { reason: "found again" });
    await askDueVersion({ ...admin, system: "portal" });
    expect(await openVersion()).toBeUndefined();
    expect((await getRoster(admin, RP_ID)).differences).toMatchObject([{ act: "remove", is_due: true }]);
    await suspendPerson(admin, support.principal.userId, "another one");
    expect((await openVersion())?.people).toHaveLength(2);
  });
});
