import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AgreementKindName } from "@/lib/administration/agreements/schema";
import { insertAgreement } from "@/lib/administration/agreements/store";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { recordReadOnce } from "@/lib/audit/record/record-read";
import { askErasure } from "@/lib/audit/retention/erasure/ask-erasure";
import { listErasures } from "@/lib/audit/retention/erasure/list-erasures";
import { registerAuthority } from "@/lib/authorities/registry/register-authority";
import { NewAuthority } from "@/lib/authorities/schema";
import { toBase64url } from "@/lib/crypto/bytes";
import { ed25519PublicKey, randomBytes } from "@/lib/crypto/primitives";
import { uuidv7 } from "@/lib/crypto/uuid";
import { inTransaction } from "@/lib/db/transaction";
import { countPlaces } from "@/lib/home/count-places";
import { getHome } from "@/lib/home/get-home";
import { listNotifications } from "@/lib/notify/list-notifications";
import { noteSeen } from "@/lib/notify/seen";
import { sendNotifications } from "@/lib/notify/send-notifications";
import { createUseCaseBench, type UseCaseBench } from "@/lib/testing/benches/use-case-bench";

type Person = Awaited<ReturnType<UseCaseBench["person"]>>;
const NAMES = [
  ...(["asker", "second", "third", "concerned", "privacy", "officer", "compliance"] as const),
  ...(["approver", "support", "regulator", "client"] as const),
];
type Name = (typeof NAMES)[number];

let bench: UseCaseBench;
let people: Readonly<Record<Name, Person>>;
beforeAll(async () => {
  bench = await createUseCaseBench();
  const admin = () => bench.person({ role: "admin", duties: ["admin"] });
  const staff = (duty: "privacy" | "compliance" | "approve" | "support") =>
    bench.person({ role: "coordinator", duties: [duty], hasKey: false });
  people = {
    asker: await admin(),
    second: await admin(),
    third: await admin(),
    concerned: await admin(),
    privacy: await staff("privacy"),
    officer: await staff("privacy"),
    compliance: await staff("compliance"),
    approver: await staff("approve"),
    support: await staff("support"),
    regulator: await bench.person({ role: "regulator", hasKey: false }),
    client: await bench.person({ role: "client" }),
  };
  // The log has an entry about each of them.
  for (const who of [people.officer, people.regulator]) await recordReadOnce(who, "search.read");
  await tell();
});
afterAll(() => bench?.close());

const tell = async () => {
  while ((await sendNotifications({ ...bench.cx, hasMail: false })) > 0);
};
const noticesOf = async (who: Person, subject: string, view: "all" | "unread" = "all") =>
  (await listNotifications(who, { view, limit: 500 })).items.filter((one) => one.subject === subject);

/** An agreement as `ask-agreement.ts` stores it, of any kind. */
async function askAgreement(kind: AgreementKindName): Promise<string> {
  const { asker, concerned } = people;
  const id = uuidv7(Date.now());
  await inTransaction(asker, async (tx) => {
    const at = new Date();
    await insertAgreement(tx, asker.instance.tenantId, {
      ...{ id, kind, subjectId: crypto.randomUUID(), concerns: concerned.principal.userId },
      ...{ before: {}, after: {}, reason: "test", askedBy: asker.principal.userId, askedAt: at },
      expiresAt: new Date(at.getTime() + 86_400_000),
    });
    await appendEntry(tx, asker, {
      ...{ class: "admin", outcome: "done", action: "agreement.ask", subjects: [`agreement:${id}`] },
      details: { kind },
    });
  });
  return id;
}

const registration = () =>
  NewAuthority.parse({
    ...{ kind: "key", issuer: "Landgericht Berlin", jurisdiction: "DE", kid: crypto.randomUUID() },
    public_key: toBase64url(ed25519PublicKey(randomBytes(32))),
    valid_from: "2026-01-01T00:00:00Z",
    valid_until: "2040-01-01T00:00:00Z",
  });

interface Case {
  readonly name: string;
  readonly ask: () => Promise<string>;
  readonly told: readonly Name[];
}
const CASES: readonly Case[] = [
  ...AgreementKindName.options.map((kind) => ({
    name: `an agreement of the kind ${kind}`,
    ask: () => askAgreement(kind),
    told: ["second", "third"] as const,
  })),
  {
    name: "an erasure of a client's data",
    ask: async () =>
      (await askErasure(people.privacy, { subject: people.client.principal.handle, reason: "asked" })).id,
    told: ["officer", "compliance"],
  },
  {
    name: "an erasure of the data of a person with the duty",
    ask: async () =>
      (await askErasure(people.privacy, { subject: people.officer.principal.handle, reason: "asked" })).id,
    told: ["compliance"],
  },
  {
    name: "an authority's key",
    ask: async () => (await registerAuthority(people.compliance, registration())).id,
    told: ["asker", "second", "third", "concerned"],
  },
];

describe("what needs a second person", () => {
  // This test is first, because the agreements of the table below lack facts that home would show.
  it("is a row on home and a figure at its place, only for people who may act", async () => {
    const { id } = await registerAuthority(people.compliance, registration());
    const erasure = await askErasure(people.privacy, {
      ...{ subject: people.regulator.principal.handle, reason: "asked" },
    });
    const rows = async (who: Person) => (await getHome(who)).needs.map(({ subject }) => subject.id);
    expect(await rows(people.second)).toContain(id);
    expect(await rows(people.compliance)).not.toContain(id);
    expect(await rows(people.officer)).toContain(erasure.id);
    for (const who of [people.privacy, people.approver, people.client])
      expect(await rows(who)).not.toContain(erasure.id);
    expect((await countPlaces(people.second)).authorities).toBeGreaterThan(0);
    expect((await countPlaces(people.officer)).erasures).toBeGreaterThan(0);
    expect((await countPlaces(people.approver)).erasures).toBe(0);
    const { items } = await listErasures(people.officer, { limit: 50 });
    const names = [people.officer, people.compliance].map(({ principal }) => principal.name).sort();
    expect(items.find((one) => one.id === erasure.id)?.waits_for).toEqual(names);
  });

  it("is a task of administrators too where the root key has no backup", async () => {
    const kinds = async (who: Person) => (await getHome(who)).needs.map(({ kind }) => kind);
    expect(await kinds(people.second)).toContain("backup");
    expect(await kinds(people.compliance)).not.toContain("backup");
    expect((await countPlaces(people.second)).keys).toBe(1);
  });

  it.each(CASES)(
    "$name is announced once to each person who may act, and to no one else",
    async ({ ask, told }) => {
      const subject = await ask();
      await tell();
      await tell();
      const counts = await Promise.all(
        NAMES.map(async (name) => [name, (await noticesOf(people[name], subject)).length]),
      );
      expect(Object.fromEntries(counts)).toEqual(
        Object.fromEntries(NAMES.map((name) => [name, told.includes(name) ? 1 : 0])),
      );
    },
  );

  it("is marked as read for a person who has seen its page", async () => {
    const id = await askAgreement("duties");
    await tell();
    await noteSeen(people.second, "getAgreement", { params: { id }, value: {} });
    expect(await noticesOf(people.second, id, "unread")).toEqual([]);
    expect(await noticesOf(people.second, id)).toHaveLength(1);
    expect(await noticesOf(people.third, id, "unread")).toHaveLength(1);
    const unread = (await countPlaces(people.third)).notifications;
    await noteSeen(people.third, "listErasures", { params: {}, value: {} });
    await noteSeen(people.third, "getHome", { params: {}, value: {} });
    expect((await countPlaces(people.third)).notifications).toBe(unread);
  });
});
