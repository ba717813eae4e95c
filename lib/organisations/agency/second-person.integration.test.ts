import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkIdentity } from "@/lib/access/review/identity-check";
import { inTransaction } from "@/lib/db/transaction";
import { getAgencyRecord, setAgencyRecordIn } from "@/lib/organisations/agency/agency-record";
import { outcomeOf, refusalOf } from "@/lib/testing/benches/refusal";
import {
  createRequestBench,
  IDENTITY,
  queryOwner,
  type RequestBench,
  type RequestPerson,
  submittedRequest,
} from "@/lib/testing/benches/request-bench";
import { TEST_CONTACT } from "@/lib/testing/benches/use-case-bench";

let bench: RequestBench;
beforeAll(async () => {
  bench = await createRequestBench();
});
afterAll(() => bench?.close());

const NUMBER = "+49 30 1234567";
const administrator = () => bench.person({ role: "coordinator", duties: ["admin", "legal"], hasKey: false });
const emailOf = (who: RequestPerson) => `${who.principal.handle}@test.example`;

/** Sets the mailbox of an account, as an import of people would. */
async function give(who: RequestPerson, email: string): Promise<void> {
  await queryOwner(bench, "ALTER TABLE app_user DISABLE TRIGGER USER");
  await queryOwner(bench, "UPDATE app_user SET email = $2 WHERE id = $1", [who.principal.userId, email]);
  await queryOwner(bench, "ALTER TABLE app_user ENABLE TRIGGER USER");
}

/** Sets the numbers of the officer's agency; its domains stay. */
async function set(
  who: RequestPerson,
  contacts: readonly string[],
  more: readonly string[] = [],
): Promise<void> {
  const { organisationId } = bench.regulator.principal;
  const { email_domains: domains } = await getAgencyRecord(who, organisationId);
  const body = {
    email_domains: [...new Set([...domains, ...more])],
    contacts: contacts.map((number) => ({ number, source: "the agency's own site" })),
  };
  await inTransaction(who, (tx) =>
    setAgencyRecordIn(tx, who, { id: organisationId, body, by: who.principal.userId }),
  );
}
const call = async (who: RequestPerson, called_number: string = NUMBER) =>
  outcomeOf(checkIdentity(who, await submittedRequest(bench), { ...IDENTITY, called_number }));

describe("separation of an agency's record from the check (ADR 0037: no one calls back their own number)", () => {
  it("a person who has set the number cannot call it back, and another person can", async () => {
    const [one, other] = [await administrator(), await administrator()];
    await set(one, [TEST_CONTACT, NUMBER]);
    const own = checkIdentity(one, await submittedRequest(bench), { ...IDENTITY, called_number: NUMBER });
    expect(await refusalOf(own)).toMatchObject({
      code: "request.invalid",
      errors: [
        {
          pointer: "/called_number",
          detail: "was recorded by you, so another person must make the callback",
        },
      ],
    });
    expect(await call(other)).toBe("done");
    // Saving the record does not make an existing number their own.
    expect(await call(one, TEST_CONTACT)).toBe("done");
  });

  it("the setter cannot call back even after another person saved the record with the same number", async () => {
    const [one, other] = [await administrator(), await administrator()];
    await set(other, [TEST_CONTACT]);
    await set(one, [TEST_CONTACT, NUMBER]);
    await set(other, [NUMBER, TEST_CONTACT], ["more.example"]);
    expect(await call(one)).toBe("request.invalid");
    expect(await call(other)).toBe("done");
    await set(other, [TEST_CONTACT]);
    await set(other, [TEST_CONTACT, NUMBER]);
    expect([await call(one), await call(other)]).toEqual(["done", "request.invalid"]);
  });

  it("another account of the same human cannot call back", async () => {
    const [one, alias] = [await administrator(), await administrator()];
    await set(one, [TEST_CONTACT]);
    await set(one, [TEST_CONTACT, NUMBER]);
    await give(alias, emailOf(one).replace("@", "+two@"));
    expect(await call(alias)).toBe("request.invalid");
    await give(alias, emailOf(alias));
    expect(await call(alias)).toBe("done");
  });
});
