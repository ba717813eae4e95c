import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  agreeToAgreement,
  refuseAgreement,
  sendBackAgreement,
  withdrawAgreement,
} from "@/lib/administration/agreements/decide-agreement";
import { expireAgreements } from "@/lib/administration/agreements/expire-agreements";
import { getAgreement, listAgreements } from "@/lib/administration/agreements/list-agreements";
import { askDuties } from "@/lib/administration/people/ask-changes";
import { suspendPerson } from "@/lib/administration/people/end-person";
import { invitePerson } from "@/lib/administration/people/invite-person";
import { getPersonDetail } from "@/lib/administration/people/list-people";
import { uuidv7 } from "@/lib/crypto/uuid";
import {
  type AdministrationBench,
  createAdministrationBench,
  DOMAIN,
} from "@/lib/testing/benches/administration-bench";
import { outcomeOf, refusalOf } from "@/lib/testing/benches/refusal";

const DAY = 24 * 3_600_000;
let bench: AdministrationBench;
beforeAll(async () => {
  bench = await createAdministrationBench();
});
afterAll(() => bench?.close());

const coordinator = () => bench.person({ role: "coordinator", duties: ["legal"] });
/** Asks, as the first administrator, for other duties of a new person. */
async function ask(who = bench.greta) {
  const person = await coordinator();
  const { userId } = person.principal;
  const asked = await askDuties(who, userId, { role: "coordinator", duties: ["approve"], reason: "moves" });
  return { id: asked.id, userId, person };
}
const dutiesOf = async (userId: string) => (await getPersonDetail(bench.greta, userId)).duties;

describe("an agreement", () => {
  it("changes nothing until a second administrator agrees, and then carries out what was asked", async () => {
    const before = await bench.entries("agreement.agree");
    const { id, userId } = await ask();
    expect(await dutiesOf(userId)).toEqual(["legal"]);
    expect(await getAgreement(bench.greta, id)).toMatchObject({
      ...{ kind: "duties", state: "open", is_own: true, may_agree: false, reason: "moves" },
      before: { role: "coordinator", duties: ["legal"] },
      after: { role: "coordinator", duties: ["approve"] },
    });
    const { items } = await listAgreements(bench.nils, { view: "waiting", limit: 50 });
    expect(items.find((one) => one.id === id)).toMatchObject({ may_agree: true });
    const agreed = await agreeToAgreement(bench.nils, id, { reason: "known" });
    expect(agreed).toMatchObject({ state: "agreed", decided_by: bench.nils.principal.name });
    expect(await dutiesOf(userId)).toEqual(["approve"]);
    expect(await bench.entries("agreement.agree")).toBe(before + 1);
  });

  it("cannot be agreed to by the asker, by the person concerned, or by that person's other account", async () => {
    const { id } = await ask();
    expect(await outcomeOf(agreeToAgreement(bench.greta, id, {}))).toBe("agreement.second-person");
    const alias = await bench.person({
      role: "admin",
      email: `two-${bench.greta.principal.handle}@${DOMAIN}`,
    });
    await bench.query("ALTER TABLE app_user DISABLE TRIGGER USER");
    await bench.query("UPDATE app_user SET email = $2 WHERE id = $1", [
      alias.principal.userId,
      `${bench.greta.principal.handle}+two@${DOMAIN}`,
    ]);
    await bench.query("ALTER TABLE app_user ENABLE ALWAYS TRIGGER USER").catch(() => undefined);
    await bench.query("ALTER TABLE app_user ENABLE TRIGGER USER");
    expect(await outcomeOf(agreeToAgreement(alias, id, {}))).toBe("agreement.second-person");
    const third = await bench.person({ role: "admin" });
    const own = { role: "coordinator", duties: ["compliance"], reason: "moves" } as const;
    const about = await askDuties(bench.greta, third.principal.userId, { ...own, duties: [...own.duties] });
    expect(await outcomeOf(agreeToAgreement(third, about.id, {}))).toBe("agreement.second-person");
    expect(await outcomeOf(agreeToAgreement(bench.nils, about.id, {}))).toBe("done");
  });

  it("is refused by the database where the person who agrees is the asker", async () => {
    const { id } = await ask();
    await expect(
      bench.query(
        "UPDATE agreement SET state = 'agreed', decided_by = asked_by, decided_at = now() WHERE id = $1",
        [id],
      ),
    ).rejects.toThrow("needs another person");
  });

  it("goes to one of two administrators who agree at once; the other reads who was faster and when", async () => {
    const third = await bench.person({ role: "admin" });
    const { id, userId } = await ask();
    const both = await Promise.allSettled([
      agreeToAgreement(bench.nils, id, {}),
      agreeToAgreement(third, id, {}),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    const late = await refusalOf(refuseAgreement(third, id, { reason: "too late" }));
    expect(late).toMatchObject({ code: "agreement.ended", extra: { state: "agreed" } });
    expect(late.detail).toMatch(/agreed before you, on \d{4}-\d\d-\d\d at \d\d:\d\d UTC/);
    expect(await dutiesOf(userId)).toEqual(["approve"]);
  });

  it("is refused where the rows changed since it was asked, or the asker lost the duty", async () => {
    const { id, userId } = await ask();
    const other = await ask();
    await bench.query("ALTER TABLE duty DISABLE TRIGGER USER");
    await bench.query("INSERT INTO duty (user_id, duty, tenant_id) VALUES ($1, 'privacy', $2)", [
      userId,
      bench.runtime.instance.tenantId,
    ]);
    await bench.query("ALTER TABLE duty ENABLE TRIGGER USER");
    expect(await outcomeOf(agreeToAgreement(bench.nils, id, {}))).toBe("agreement.changed");
    expect(await dutiesOf(userId)).toEqual(["legal", "privacy"]);
    const asker = await bench.person({ role: "admin" });
    const lost = await ask(asker);
    await suspendPerson(bench.greta, asker.principal.userId, "left the building");
    expect(await outcomeOf(agreeToAgreement(bench.nils, lost.id, {}))).toBe("agreement.changed");
    expect(await outcomeOf(agreeToAgreement(bench.nils, other.id, {}))).toBe("done");
  });

  it("is refused or sent back by the second person with a reason, and withdrawn by the asker alone", async () => {
    const [refused, back, own] = [await ask(), await ask(), await ask()];
    const reason = { reason: "one duty is enough" };
    expect(await refuseAgreement(bench.nils, refused.id, reason)).toMatchObject({
      state: "refused",
      decision_reason: "one duty is enough",
    });
    expect(await sendBackAgreement(bench.nils, back.id, reason)).toMatchObject({ state: "sent_back" });
    expect(await outcomeOf(refuseAgreement(bench.greta, own.id, reason))).toBe("agreement.second-person");
    expect(await outcomeOf(withdrawAgreement(bench.nils, own.id, {}))).toBe("agreement.second-person");
    expect(await withdrawAgreement(bench.greta, own.id, {})).toMatchObject({ state: "withdrawn" });
    for (const { id, userId } of [refused, back, own]) {
      expect(await outcomeOf(agreeToAgreement(bench.nils, id, {}))).toBe("agreement.ended");
      expect(await dutiesOf(userId)).toEqual(["legal"]);
    }
  });

  it("waits 14 days, then no one can agree to it and it can be asked for again", async () => {
    const { id, userId } = await ask();
    const again = () =>
      askDuties(bench.greta, userId, { role: "coordinator", duties: ["approve"], reason: "again" });
    expect(await outcomeOf(again())).toBe("agreement.open");
    bench.clock.advance(14 * DAY);
    expect(await outcomeOf(agreeToAgreement(bench.nils, id, {}))).toBe("agreement.ended");
    expect(await outcomeOf(again())).toBe("done");
    expect((await getAgreement(bench.nils, id)).state).toBe("expired");
    const left = await ask();
    bench.clock.advance(14 * DAY);
    expect(
      await expireAgreements({ ...bench.runtime, client: {}, requestId: "t", system: "portal" }),
    ).toBeGreaterThan(0);
    const [row] = await bench.query("SELECT state FROM agreement WHERE id = $1", [left.id]);
    expect(row?.state).toBe("expired");
  });

  it("that does not exist is not found, and a row of an unknown kind does not break the list", async () => {
    expect(await outcomeOf(getAgreement(bench.nils, uuidv7(0)))).toBe("agreement.not-found");
    const { id } = await ask();
    await bench.query("ALTER TABLE agreement DISABLE TRIGGER USER");
    await bench.query("UPDATE agreement SET kind = 'unknown' WHERE id = $1", [id]);
    await bench.query("ALTER TABLE agreement ENABLE TRIGGER USER");
    const list = await listAgreements(bench.nils, { view: "waiting", limit: 50 });
    expect(list.unreadable).toEqual([{ id, unreadable: true }]);
  });

  it("for an invitation that is refused leaves no account and no link", async () => {
    const asked = await invitePerson(bench.greta, {
      ...{ name: "Elif Kaya", email: `refused@${DOMAIN}`, organisation_id: bench.operator },
      ...{ role: "coordinator" as const, duties: ["legal" as const], reason: "joins" },
    });
    expect(asked).toMatchObject({ state: "asked", invitation: null });
    await refuseAgreement(bench.nils, asked.agreement?.id ?? "", { reason: "not known here" });
    expect(await bench.query("SELECT 1 FROM app_user WHERE id = $1", [asked.user_id])).toEqual([]);
  });
});
