import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { listBreakGlass } from "@/lib/access/break-glass/list-break-glass";
import { answerPartly } from "@/lib/access/deadlines/answer-partly";
import { extendRequest } from "@/lib/access/deadlines/extend-request";
import { objectRequest } from "@/lib/access/deadlines/object-request";
import { NewObjection } from "@/lib/access/deadlines/schema";
import { decideRequest } from "@/lib/access/decisions/decide-request";
import { endCoViewer } from "@/lib/access/decisions/end-co-viewer";
import { prepareStatement } from "@/lib/access/decisions/prepare-statement";
import { readDocument } from "@/lib/access/documents/read-document";
import { endRelease } from "@/lib/access/executive-release/end-release";
import { getRelease } from "@/lib/access/executive-release/get-release";
import { proposeRelease } from "@/lib/access/executive-release/propose-release";
import { NewRelease } from "@/lib/access/executive-release/schema";
import { exportLogAsHolder } from "@/lib/access/grants/export-under-grant";
import { getGrant } from "@/lib/access/grants/get-grant";
import { listGrants } from "@/lib/access/grants/list-grants";
import { revokeGrant } from "@/lib/access/grants/revoke-grant";
import { attachAuthorization } from "@/lib/access/legal-authorities/attach-authorization";
import { revokeAuthorization, suspendAuthorization } from "@/lib/access/legal-authorities/end-authorization";
import { decideNotice } from "@/lib/access/notices/decide-notice";
import { NoticeWord } from "@/lib/access/notices/schema";
import { listPreservations } from "@/lib/access/preservations/list-preservations";
import { AuthorizationFactsBody } from "@/lib/access/requests/authorization-schema";
import { commentRequest } from "@/lib/access/requests/comment-request";
import { fileRequest } from "@/lib/access/requests/file-request";
import { listRequests } from "@/lib/access/requests/list-requests";
import { getRequest } from "@/lib/access/requests/request-view";
import { NewDecision, NewRequest, NewStatement } from "@/lib/access/requests/schema";
import { submitRequest } from "@/lib/access/requests/submit-request";
import { withdrawRequest } from "@/lib/access/requests/withdraw-request";
import { checkIdentity } from "@/lib/access/review/identity-check";
import { reviewRequest } from "@/lib/access/review/review-request";
import { listAccessLogs } from "@/lib/audit/reading/list-access-logs";
import { listEvents } from "@/lib/audit/reading/list-events";
import { openParts } from "@/lib/audit/reading/open-parts";
import { readParts } from "@/lib/audit/reading/parts-store";
import { EventQuery, ExportQuery } from "@/lib/audit/schema";
import { fixedClock } from "@/lib/clock";
import { uuidv7 } from "@/lib/crypto/uuid";
import { inSnapshot } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { getHome } from "@/lib/home/get-home";
import { listNotifications } from "@/lib/notify/list-notifications";
import { NotificationQuery } from "@/lib/notify/schema";
import { sendNotifications } from "@/lib/notify/send-notifications";
import { createAccessBench } from "@/lib/testing/benches/access-bench";
import { outcomeOf, refusalOf } from "@/lib/testing/benches/refusal";
import {
  approvalOf,
  createRequestBench,
  draftRequest,
  ensureChecked,
  FACTS,
  IDENTITY,
  newTransaction,
  ORDER_FILE,
  type RequestBench,
  type RequestPerson,
  submittedRequest,
} from "@/lib/testing/benches/request-bench";
import { createUseCaseBench, type UseCaseBench } from "@/lib/testing/benches/use-case-bench";
import { called } from "@/lib/testing/called";
import { NewTransaction } from "@/lib/transactions/schema";
import { submitTransaction } from "@/lib/transactions/submit/submit-transaction";

let bench: RequestBench;
beforeAll(async () => {
  bench = await createRequestBench();
});
afterAll(() => bench.close());

describe("a sealed case", () => {
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
      notifications: await said(
        listNotifications(who, NotificationQuery.parse({ limit: "500", view: "all" })),
      ),
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
      const { grant_id: grantId = "" } = await decideRequest(
        world.approver,
        id,
        world.approval("coordinator"),
      );
      await revokeGrant(world.second, grantId, "over");
      await tell();
      const after = await Promise.all(readers.map((who) => answersOf(at(who), id, grantId)));
      expect(after).toEqual(before);
      // The same calls show the case to those who may know of it, so the answers above are not empty for lack of data.
      const known = await answersOf(at(world.legal), id, grantId);
      for (const call of ["requests", "grants", "notifications", "request"] as const)
        expect([call, known[call]?.includes(id) === true || known[call]?.includes(grantId) === true]).toEqual(
          [call, true],
        );
    } finally {
      await world.close();
    }
  });
});

describe("a sealed draft", () => {
  /** Two filings of one order, one of them marked as sealed: the one submitted first decides. */

  let lawyer: RequestPerson;
  let record: string;
  beforeAll(async () => {
    const client = await bench.person({ role: "client" });
    const { organisationId } = client.principal;
    lawyer = await bench.person({ role: "coordinator", duties: ["legal"], hasKey: false, organisationId });
    record = await newTransaction(client);
  });

  const SEALED = { sealed: { basis: "Section 101 of the code", until: FACTS.valid_until } };

  async function draft(number: string, more: object = {}): Promise<string> {
    const id = await draftRequest(bench, { transactions: [record] });
    const facts = AuthorizationFactsBody.parse({ ...FACTS, case_number: number, ...more });
    await attachAuthorization(bench.regulator, id, facts, ORDER_FILE);
    return id;
  }
  const send = (id: string) => submitRequest(bench.regulator, id);

  it("a draft that was begun before the sealed filing and submitted after it is sealed with it", async () => {
    const plain = await draft("18 O 71/26");
    await send(await draft("18 O 71/26", SEALED));
    await send(plain);
    expect(await outcomeOf(getRequest(lawyer, plain))).toBe("request-file.not-found");
  });

  it("notice that was sent stays visible when a sealed draft that was begun before it is submitted", async () => {
    const sealed = await draft("18 O 72/26", SEALED);
    const plain = await draft("18 O 72/26");
    await send(plain);
    expect(await outcomeOf(getRequest(lawyer, plain))).toBe("done");
    await send(sealed);
    expect(await outcomeOf(getRequest(lawyer, plain))).toBe("done");
    expect(await outcomeOf(getRequest(lawyer, sealed))).toBe("request-file.not-found");
  });
});

describe("a reviewer of a sealed case", () => {
  /** A sealed case about a participant's record. The lawyer of the participant's organisation is its subject. */

  it("a reviewer of a party's organisation does not learn of a sealed case about its record", async () => {
    const client = await bench.person({ role: "client" });
    const { organisationId } = client.principal;
    const lawyer = await bench.person({
      role: "coordinator",
      duties: ["legal"],
      hasKey: false,
      organisationId,
    });
    const tx = await newTransaction(client);
    const id = await draftRequest(bench, { transactions: [tx] });
    const sealed = { basis: "§ 101 StPO", until: FACTS.valid_until };
    const facts = AuthorizationFactsBody.parse({ ...FACTS, case_number: "18 O 16/26", sealed });
    await attachAuthorization(bench.regulator, id, facts, ORDER_FILE);
    const { authorization } = await submitRequest(bench.regulator, id);
    while ((await sendNotifications({ ...bench.cx, hasMail: false })) > 0);
    const seen = await listNotifications(lawyer, NotificationQuery.parse({ limit: "100", view: "all" }));
    const listed = await listRequests(lawyer, { limit: 50 });
    // Before any attempt: the lawyer's own refusals are in their log, like refusals for unknown ids.
    const logged = await listEvents(lawyer, EventQuery.parse({ subject: `request:${id}` }));
    expect(logged.items).toEqual([]);
    expect({
      notified: seen.items.filter(({ subject }) => subject === id).map(({ state }) => state),
      listed: listed.items.some((one) => one.id === id),
      request: await outcomeOf(getRequest(lawyer, id)),
      panel: await outcomeOf(reviewRequest(lawyer, id)),
      order: await outcomeOf(readDocument(lawyer, id, authorization?.id ?? "")),
    }).toEqual({
      notified: [],
      listed: false,
      request: "request-file.not-found",
      panel: "request-file.not-found",
      order: "request-file.not-found",
    });
  });
});

describe("acts in a sealed case", () => {
  /** Every act on a sealed case by a party's reviewer with every duty is answered as for an unknown id. */

  let lawyer: RequestPerson;
  let sealed: { readonly request: string; readonly authorization: string; readonly grant: string };
  beforeAll(async () => {
    await ensureChecked(bench, await submittedRequest(bench));
    const client = await bench.person({ role: "client" });
    const { organisationId } = client.principal;
    const duties = ["legal", "approve", "compliance", "executive"] as const;
    lawyer = await bench.person({ role: "coordinator", duties: [...duties], hasKey: false, organisationId });
    const request = await draftRequest(bench, { transactions: [await newTransaction(client)] });
    const facts = { ...FACTS, sealed: { basis: "Section 101", until: FACTS.valid_until } };
    await attachAuthorization(bench.regulator, request, AuthorizationFactsBody.parse(facts), ORDER_FILE);
    const { authorization } = await submitRequest(bench.regulator, request);
    await decideRequest(bench.legal, request, approvalOf("legal"));
    const { grant_id = "" } = await decideRequest(bench.approver, request, approvalOf("coordinator"));
    sealed = { request, authorization: authorization?.id ?? "", grant: grant_id };
  });

  type Ids = typeof sealed;
  const reason = "A reason that is long enough";
  const { principal } = { principal: () => lawyer.principal };
  const word = () => NoticeWord.parse({ participant: principal().participantId, act: "send" });
  const ACTS: Readonly<Record<string, (ids: Ids) => Promise<unknown>>> = {
    comment: ({ request }) => commentRequest(lawyer, request, reason),
    withdraw: ({ request }) => withdrawRequest(lawyer, request, reason),
    decide: ({ request }) => decideRequest(lawyer, request, approvalOf("legal")),
    decideLater: ({ request }) => decideRequest(lawyer, request, approvalOf("coordinator")),
    upon: ({ request }) => decideRequest(lawyer, request, approvalOf("legal"), 1),
    deny: ({ request }) =>
      decideRequest(lawyer, request, NewDecision.parse({ stage: "legal", decision: "deny", comment: "no" })),
    statement: ({ request }) =>
      prepareStatement(
        lawyer,
        request,
        NewStatement.parse({ stage: "legal", decision: "deny", comment: "no" }),
      ),
    identity: ({ request }) => checkIdentity(lawyer, request, IDENTITY),
    extend: ({ request }) => extendRequest(lawyer, request, { reason }),
    object: ({ request }) => objectRequest(lawyer, request, NewObjection.parse({ act: "raise", reason })),
    partly: ({ request }) => answerPartly(lawyer, request, reason),
    notice: ({ request }) => decideNotice(lawyer, request, word()),
    coViewer: ({ request }) => endCoViewer(lawyer, request, { person: "regulator-2", reason }),
    suspend: ({ request, authorization }) => suspendAuthorization(lawyer, request, authorization, { reason }),
    revoke: ({ request, authorization }) => revokeAuthorization(lawyer, request, authorization, { reason }),
    release: ({ request }) => getRelease(lawyer, request),
    propose: ({ request }) => proposeRelease(lawyer, request, NewRelease.parse({ reason })),
    grant: ({ grant }) => getGrant(lawyer, grant),
    revokeGrant: ({ grant }) => revokeGrant(lawyer, grant, reason),
    exports: ({ grant }) =>
      exportLogAsHolder(lawyer, ExportQuery.parse({ grant_id: grant, format: "ndjson" })),
  };

  async function answers(ids: Ids): Promise<Record<string, string>> {
    const all: Record<string, string> = {};
    for (const [name, act] of Object.entries(ACTS)) {
      const { code, status, detail, errors, extra } = await refusalOf(act(ids));
      all[name] = JSON.stringify({ code, status, detail, errors, extra });
    }
    return all;
  }

  it("every act on a sealed case by a party's reviewer is answered as for an unknown id", async () => {
    const unknown = { request: uuidv7(1), authorization: uuidv7(2), grant: uuidv7(3) };
    expect(await answers(sealed)).toEqual(await answers(unknown));
  });
});
