import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { randomBytes } from "@/lib/crypto/primitives";
import { inTransaction } from "@/lib/db/transaction";
import { createOrganisation } from "@/lib/identity/people/create-organisation";
import { createUser } from "@/lib/identity/people/create-user";
import { isAnothersKey } from "@/lib/identity/people/one-human-store";
import { outcomeOf } from "@/lib/testing/benches/refusal";
import { createUseCaseBench, type UseCaseBench } from "@/lib/testing/benches/use-case-bench";

let bench: UseCaseBench;
let organisationId: string;
beforeAll(async () => {
  bench = await createUseCaseBench();
  ({ id: organisationId } = await createOrganisation(bench.cx, { name: "Desk", kind: "operator" }));
});
afterAll(() => bench?.close());

let made = 0;
const make = (email: string) => {
  made += 1;
  const handle = `someone-${made}`;
  return createUser(bench.cx, {
    handle,
    name: handle,
    email,
    role: "coordinator",
    organisationId,
    duties: [],
  });
};

describe("one account per mailbox", () => {
  it("a mailbox has one account, in any spelling of its address", async () => {
    await make("Ada.Lovelace@agency.example");
    for (const again of [
      "ada.lovelace@AGENCY.example",
      " ada.lovelace@agency.example",
      "ada.lovelace+approver@agency.example",
      "ADA.Lovelace+a+b@agency.example.",
      "ａda.lovelace@agency.example",
    ])
      expect(await outcomeOf(make(again)), again).toBe("person.mailbox");
    await make("grace.hopper@gmail.com");
    for (const again of ["gracehopper@gmail.com", "g.r.a.c.e.hopper+x@googlemail.com"])
      expect(await outcomeOf(make(again)), again).toBe("person.mailbox");
  });

  it("a similar address of another mailbox gets an account: dots count, and so do signs other than plus", async () => {
    for (const other of [
      "adalovelace@agency.example",
      "ada.lovelace@other.example",
      "ada-lovelace@agency.example",
      "+tag@agency.example",
      "+other@agency.example",
    ])
      expect(await outcomeOf(make(other)), other).toBe("done");
  });

  it("two accounts created at the same time cannot share a mailbox", async () => {
    const both = await Promise.all([
      outcomeOf(make("twin@agency.example")),
      outcomeOf(make("twin+2@agency.example")),
    ]);
    expect(both.sort()).toEqual(["done", "person.mailbox"]);
  });
});

it("a key that one person has, or had, cannot become another person's", async () => {
  const [one, other] = [await make("first@agency.example"), await make("second@agency.example")];
  const publicKey = randomBytes(77);
  const { tenantId } = bench.place;
  const isOthers = (userId: string) =>
    inTransaction(bench.cx, (tx) => isAnothersKey(tx, { tenantId, userId, publicKey }));
  expect(await isOthers(one.id)).toBe(false);
  const owner = new Client({ connectionString: bench.database.adminUrl });
  await owner.connect();
  await owner.query("ALTER TABLE credential DISABLE TRIGGER USER");
  await owner.query(
    `INSERT INTO credential (id, tenant_id, user_id, kind, external_id, public_key, revoked_at)
     VALUES (gen_random_uuid(), $1, $2, 'passkey', 'removed', $3, now())`,
    [tenantId, one.id, Buffer.from(publicKey)],
  );
  await owner.end();
  expect([await isOthers(one.id), await isOthers(other.id)]).toEqual([false, true]);
});
