import { afterAll, beforeAll, expect, test } from "vitest";
import { listBreakGlass } from "@/lib/access/break-glass/list-break-glass";
import { decideRequest } from "@/lib/access/decisions/decide-request";
import { endRelease } from "@/lib/access/executive-release/end-release";
import { getRelease } from "@/lib/access/executive-release/get-release";
import { proposeRelease } from "@/lib/access/executive-release/propose-release";
import { getGrant } from "@/lib/access/grants/get-grant";
import { listGrants } from "@/lib/access/grants/list-grants";
import { revokeGrant } from "@/lib/access/grants/revoke-grant";
import { suspendAuthorization } from "@/lib/access/legal-authorities/end-authorization";
import { listPreservations } from "@/lib/access/preservations/list-preservations";
import { fileRequest } from "@/lib/access/requests/file-request";
import { listRequests } from "@/lib/access/requests/list-requests";
import { getRequest } from "@/lib/access/requests/request-view";
import { NewDecision, NewRequest } from "@/lib/access/requests/schema";
import { reviewRequest } from "@/lib/access/review/review-request";
import { listAccessLogs } from "@/lib/audit/reading/list-access-logs";
import { openParts } from "@/lib/audit/reading/open-parts";
import { readParts } from "@/lib/audit/reading/store";
import { fixedClock } from "@/lib/clock";
import { uuidv7 } from "@/lib/crypto/uuid";
import { inSnapshot } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { getHome } from "@/lib/home/get-home";
import { listNotifications } from "@/lib/notify/list-notifications";
import { NotificationQuery } from "@/lib/notify/schema";
import { sendNotifications } from "@/lib/notify/send-notifications";
import { createAccessBench } from "@/lib/testing/benches/access-bench";
import { createUseCaseBench, type UseCaseBench } from "@/lib/testing/benches/use-case-bench";
import { called } from "@/lib/testing/called";
import { NewTransaction } from "@/lib/transactions/schema";
import { submitTransaction } from "@/lib/transactions/submit/submit-transaction";

type Person = Awaited<ReturnType<UseCaseBench["person"]>>;

let bench: UseCaseBench;
let regulator: Person;
let outsider: Person;
let approver: Person;
let support: Person;

beforeAll(async () => {
  bench = await createUseCaseBench();
  regulator = await bench.person({ role: "regulator", hasKey: false });
  outsider = await bench.person({ role: "auditor", hasKey: false });
  approver = await bench.person({ role: "coordinator", duties: ["approve"], hasKey: false });
  support = await bench.person({ role: "coordinator", duties: ["support"], hasKey: false });
});
afterAll(() => bench?.close());

async function refused(act: Promise<unknown>): Promise<void> {
  const error = await act.catch((failure: unknown) => failure);
  expect(error).toBeInstanceOf(DomainError);
}

async function requestOf(who: Person): Promise<string> {
  const client = await bench.person({ role: "client" });
  const { participantId } = client.principal;
  const body = { job_id: "job-1", amount: "1", confidential: true, participants: [participantId] };
  const { transaction_id } = await submitTransaction(client, NewTransaction.parse(body));
  const asked = { purpose: "audit", justification: "Examination", fields: ["amount"] };
  return (await fileRequest(who, NewRequest.parse({ ...asked, transactions: [transaction_id] }))).id;
}

const countFor = async (who: Person) => (await listAccessLogs(who, { limit: 1, offset: 0 })).total_count;

test("only a case's agency and deciders see refusals on it, for every refused person", async () => {
  const id = await requestOf(regulator);
  const people = [outsider, support, regulator, approver];
  const before = await Promise.all(people.map(countFor));
  const legal = NewDecision.parse({ stage: "legal", decision: "deny", comment: "no" });
  const input = { params: { id } };
  for (const who of [regulator, approver])
    await refused(called(who, "decideRequest", input, () => decideRequest(who, id, legal)));
  for (const who of [outsider, support])
    await refused(called(who, "getRequest", input, () => getRequest(who, id)));
  const after = await Promise.all(people.map(countFor));
  expect(after.map((count, at) => count - (before[at] ?? 0))).toEqual([0, 0, 4, 4]);
});

test("an outsider gets the same answer for what does not exist and for what they may not know of", async () => {
  const before = await countFor(outsider);
  for (const id of [await requestOf(regulator), uuidv7(1)]) {
    const input = { params: { id } };
    await refused(called(outsider, "getRequest", input, () => getRequest(outsider, id)));
    await refused(called(outsider, "getGrant", input, () => getGrant(outsider, id)));
    await refused(called(outsider, "revokeGrant", input, () => revokeGrant(outsider, id, "no")));
    expect(await countFor(outsider)).toBe(before);
  }
});

test("ids, code and reason of a refusal are in the case's part", async () => {
  const id = await requestOf(regulator);
  await refused(called(outsider, "getRequest", { params: { id } }, () => getRequest(outsider, id)));
  const { rows } = await bench.appPool.query(
    "SELECT entry_id, case_id FROM audit_index WHERE request_id = $1 AND outcome = 'denied'",
    [id],
  );
  expect(rows.map((row) => row.case_id)).toEqual([id]);
  const parts = await inSnapshot(regulator, (tx) => readParts(tx, [rows[0].entry_id], ["org", "case"]));
  const opened = new Map(
    (await openParts(regulator, parts)).map((part) => [part.kind, part.plaintext] as const),
  );
  expect(opened.get("case")).toMatchObject({ request: id, code: "request-file.not-found" });
  expect(opened.get("org")).not.toHaveProperty("details");
});

/**
 * Returns all that one person is answered by the calls that list or name a case, without the person's own values and
 * random values.
 */
async function answersOf(who: Person, id: string, grantId: string): Promise<Record<string, string>> {
  const said = async (act: Promise<unknown>): Promise<string> =>
    act.then(
      (answer) => JSON.stringify(answer),
      (error: unknown) =>
        error instanceof DomainError
          ? JSON.stringify([error.code, error.status, error.detail, error.extra])
          : String(error),
    );
  return {
    requests: await said(listRequests(who, { limit: 100 })),
    grants: await said(listGrants(who, { limit: 100 })),
    emergencies: await said(listBreakGlass(who, { limit: 100 })),
    notifications: await said(listNotifications(who, NotificationQuery.parse({ limit: "500", view: "all" }))),
    holds: await said(listPreservations(who, { limit: 100 })),
    home: await said(getHome(who)),
    request: await said(getRequest(who, id)),
    review: await said(reviewRequest(who, id)),
    release: await said(getRelease(who, id)),
    propose: await said(proposeRelease(who, id, { reason: "mine" })),
    grant: await said(getGrant(who, grantId)),
    suspend: await said(suspendAuthorization(who, id, grantId, { reason: "x" })),
    end: await said(endRelease(who, grantId, { reason: "x" })),
  };
}

test("a case with its grant, notices and end is byte-equal to none for another agency, an internal auditor, support and a party's reviewer", async () => {
  const world = await createAccessBench();
  try {
    const agency = await world.person({ role: "regulator", hasKey: false, organisation: "agency" });
    const internal = await world.person({ role: "auditor", hasKey: false });
    const party = await world.person({
      role: "coordinator",
      duties: ["legal", "approve", "compliance", "executive"],
      hasKey: false,
      organisationId: world.client.principal.organisationId,
    });
    const readers = [agency, internal, world.support, party];
    const clock = fixedClock(new Date());
    const at = (who: Person): Person => ({ ...who, clock });
    const nothing = uuidv7(1);
    const tell = async () => {
      while ((await sendNotifications({ ...world.cx, hasMail: false })) > 0);
    };
    await tell();
    const before = await Promise.all(readers.map((who) => answersOf(at(who), nothing, nothing)));
    const id = await world.file({ order: { sealed: { basis: "§ 101", until: world.order.valid_until } } });
    await decideRequest(world.legal, id, world.approval("legal"));
    const { grant_id: grantId = "" } = await decideRequest(world.approver, id, world.approval("coordinator"));
    await revokeGrant(world.second, grantId, "over");
    await tell();
    const after = await Promise.all(readers.map((who) => answersOf(at(who), id, grantId)));
    expect(after).toEqual(before);
    // The same calls show the case to those who may know of it, so the answers above are not empty for lack of data.
    const known = await answersOf(at(world.legal), id, grantId);
    for (const call of ["requests", "grants", "notifications", "request"] as const)
      expect([call, known[call]?.includes(id) === true || known[call]?.includes(grantId) === true]).toEqual([
        call,
        true,
      ]);
  } finally {
    await world.close();
  }
});
