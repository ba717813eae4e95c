import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decideRequest } from "@/lib/access/decisions/decide-request";
import { finishPendingGrants } from "@/lib/access/grants/finish-pending";
import { getGrant } from "@/lib/access/grants/get-grant";
import { agreeToAgreement } from "@/lib/administration/agreements/decide-agreement";
import { askDuties } from "@/lib/administration/people/ask-changes";
import { suspendPerson } from "@/lib/administration/people/end-person";
import { agreeToRosterChange } from "@/lib/identity/roster/agree-to-roster-change";
import { getRoster } from "@/lib/identity/roster/get-roster";
import { siteOf } from "@/lib/identity/sign-in/site";
import { type AccessBench, type BenchPerson, createAccessBench } from "@/lib/testing/benches/access-bench";
import { outcomeOf } from "@/lib/testing/benches/refusal";
import { signedIn } from "@/lib/testing/instance/signed-in";
import { openTransaction } from "@/lib/transactions/open/open-transaction";
import { AuditBody } from "@/lib/transactions/schema";

const RP_ID = "localhost";
let bench: AccessBench;
let admin: BenchPerson;
let second: BenchPerson;
beforeAll(async () => {
  bench = await createAccessBench();
  admin = await bench.person({ role: "admin", duties: ["admin"] });
  second = await bench.person({ role: "admin", duties: ["admin"] });
});
afterAll(() => bench?.close());

/** Two people for whom the portal signs agree to the roster version that waits. */
async function signVersion(...people: readonly BenchPerson[]): Promise<void> {
  const open = (await getRoster(admin, RP_ID)).changes.find(({ state }) => state === "pending");
  for (const one of people) await agreeToRosterChange(await signedIn(one), open?.id ?? "", {});
}

describe("a person with open work", () => {
  it("loses their grants for good when they are suspended, here and at the custodian", async () => {
    const requestId = await bench.file();
    await decideRequest(bench.legal, requestId, bench.approval("legal"));
    const { grant_id: id = "" } = await decideRequest(
      bench.approver,
      requestId,
      bench.approval("coordinator"),
    );
    const { userId } = bench.regulator.principal;
    const answer = await suspendPerson(admin, userId, "the laptop is lost");
    expect(answer.ended.grants).toBe(1);
    expect(await getGrant(bench.approver, id)).toMatchObject({ state: "revoked" });
    await finishPendingGrants({ ...bench.approver, system: "portal" });
    const { rows } = await bench.query("SELECT state FROM job WHERE kind = 'grant.revoke' AND subject = $1", [
      id,
    ]);
    expect(rows).toEqual([{ state: "done" }]);
  });

  it("opens nothing more with their participant's key from the next opening on when they are suspended", async () => {
    const [transaction] = bench.transactions;
    const open = () =>
      outcomeOf(openTransaction(bench.client, transaction, AuditBody.parse({ purpose: "settlement" })));
    expect(await open()).toBe("done");
    await suspendPerson(admin, bench.client.principal.userId, "the laptop is lost");
    expect(await open()).toBe("access.inactive");
  });

  it("who loses a duty leaves a decision that no longer counts, once the roster has changed", async () => {
    const requestId = await bench.file();
    await decideRequest(bench.legal, requestId, bench.approval("legal"));
    const asked = await askDuties(admin, bench.legal.principal.userId, {
      ...{ role: "coordinator" as const, duties: ["compliance" as const], reason: "another job" },
    });
    const site = siteOf({ HOST: "localhost", PORT: 3000 });
    await agreeToAgreement({ ...second, site, sessionSecret: new Uint8Array(32) }, asked.id, {});
    await signVersion(bench.approver, bench.second);
    const { people } = await getRoster(admin, RP_ID);
    const { handle } = bench.legal.principal;
    expect(people.find(({ person }) => person === handle)?.duties).toEqual(["compliance"]);
    expect(await outcomeOf(decideRequest(bench.approver, requestId, bench.approval("coordinator")))).not.toBe(
      "done",
    );
  });
});
