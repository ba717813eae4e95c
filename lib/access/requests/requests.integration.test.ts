import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decideRequest } from "@/lib/access/decisions/decide-request";
import { findLiveGrant } from "@/lib/access/grants/find-grant";
import { getGrant } from "@/lib/access/grants/get-grant";
import { listGrants } from "@/lib/access/grants/list-grants";
import { attachAuthorization } from "@/lib/access/legal-authorities/attach-authorization";
import { changeDraft } from "@/lib/access/requests/change-draft";
import { commentRequest } from "@/lib/access/requests/comment-request";
import { listRequests, type RequestListQuery } from "@/lib/access/requests/list-requests";
import { getRequest } from "@/lib/access/requests/request-view";
import { NewDecision } from "@/lib/access/requests/schema";
import { submitRequest } from "@/lib/access/requests/submit-request";
import { withdrawRequest } from "@/lib/access/requests/withdraw-request";
import { TRANSITIONS } from "@/lib/access/rules/transitions";
import { toBase64url } from "@/lib/crypto/bytes";
import { sha256 } from "@/lib/crypto/primitives";
import { uuidv7 } from "@/lib/crypto/uuid";
import { type AccessBench, type BenchPerson, createAccessBench } from "@/lib/testing/benches/access-bench";
import { refusalOf } from "@/lib/testing/benches/refusal";
import {
  approvalOf,
  approvedRequest,
  createRequestBench,
  draftRequest,
  ensureChecked as ensureCheckedIn,
  FACTS,
  type Filing,
  ORDER_FILE,
  queryOwner,
  type RequestBench,
  type RequestPerson,
  submittedRequest,
} from "@/lib/testing/benches/request-bench";

let bench: RequestBench;
beforeAll(async () => {
  bench = await createRequestBench();
});
afterAll(() => bench.close());

describe("a request", () => {
  let regulator: RequestPerson;
  let auditor: RequestPerson;
  let legal: RequestPerson;
  let approver: RequestPerson;
  let support: RequestPerson;
  let txId: string;
  let otherTxId: string;

  beforeAll(async () => {
    ({ regulator, auditor, legal, approver, support, txId, otherTxId } = bench);
  });

  const code = async (run: Promise<unknown>): Promise<string> => (await refusalOf(run)).code;
  const draft = (filing?: Filing) => draftRequest(bench, filing);
  const submitted = (filing?: Filing) => submittedRequest(bench, filing);
  const approved = (filing?: Filing) => approvedRequest(bench, filing);
  const ensureChecked = (requestId: string) => ensureCheckedIn(bench, requestId);
  const query = (text: string, values?: readonly unknown[]) => queryOwner(bench, text, values);

  describe("a request", () => {
    it("a request moves from draft to an active grant that the custodian has, with a receipt on every step", async () => {
      const id = await draft();
      const attached = await attachAuthorization(regulator, id, FACTS, ORDER_FILE);
      expect(attached.document).toEqual({
        sha256: toBase64url(sha256(ORDER_FILE.bytes)),
        bytes: ORDER_FILE.bytes.length,
        media_type: "application/pdf",
        scan: "not scanned",
      });
      expect(attached.receipt.log).toBe(bench.place.log);
      await submitRequest(regulator, id);
      await ensureChecked(id);
      const first = await decideRequest(legal, id, approvalOf("legal"));
      expect(first.state).toBe("stage_2");
      const last = await decideRequest(approver, id, approvalOf("coordinator"));
      expect(last.state).toBe("active");
      expect(last.timeline.map((event) => event.to_state).filter(Boolean)).toEqual([
        "draft",
        "submitted",
        "document_check",
        "stage_1",
        "stage_2",
        "approved",
        "active",
      ]);
      expect(last.authorization?.state).toBe("active");
      const grant = await getGrant(regulator, last.grant_id ?? "");
      expect(grant).toMatchObject({
        state: "active",
        fields: ["amount", "pricing"],
        views_left: 20,
        exports_left: 5,
      });
      expect(grant.acts).toEqual(["open", "export", "revoke"]);
      expect(Date.parse(grant.not_after)).toBeLessThanOrEqual(Date.parse(FACTS.valid_until));
      const facts = await findLiveGrant(regulator, {
        transactionId: txId,
        purpose: "audit",
        grantId: grant.id,
      });
      expect(facts?.approvals.map((one) => one.approverUserId).sort()).toEqual(
        [legal.principal.userId, approver.principal.userId].sort(),
      );
    });

    it("a request names the jobs of its transactions to its requester", async () => {
      const id = await draft({ transactions: [txId, otherTxId] });
      const { jobs } = await getRequest(regulator, id);
      expect(jobs).toEqual(
        [txId, otherTxId]
          .sort()
          .map((transaction_id) => ({ transaction_id, job_id: "job-1", status: "created" })),
      );
    });

    it("a request is refused to roles that cannot ask, for unknown transactions and without legal authority", async () => {
      const client = await bench.person({ role: "client" });
      expect(await code(draft({ who: client }))).toBe("auth.role");
      expect(await code(draft({ transactions: [uuidv7(1)] }))).toBe("transaction.not-found");
      const id = await draft();
      expect(await code(submitRequest(regulator, id))).toBe("authorization.missing");
    });

    it('other officers get "not found" under every id; reviewers know of the request and cannot change it', async () => {
      const id = await submitted();
      for (const other of [id, uuidv7(1)]) {
        expect(await code(getRequest(auditor, other))).toBe("request-file.not-found");
        expect(await code(submitRequest(auditor, other))).toBe("request-file.not-found");
      }
      expect((await getRequest(legal, id)).id).toBe(id);
      expect(await code(withdrawRequest(legal, id, undefined))).toBe("access.forbidden");
      expect((await listRequests(auditor, { limit: 50 })).items).toEqual([]);
    });

    it("a draft is visible to its author only, also when it is withdrawn as a draft", async () => {
      const id = await draft();
      const listed = async () => (await listRequests(legal, { limit: 100 })).items.map((one) => one.id);
      const isHidden = async () => {
        expect(await code(getRequest(legal, id))).toBe("request-file.not-found");
        expect(await code(commentRequest(legal, id, "What is this for?"))).toBe("request-file.not-found");
        expect(await code(decideRequest(legal, id, approvalOf("legal")))).toBe("request-file.not-found");
        expect(await listed()).not.toContain(id);
      };
      await isHidden();
      expect((await getRequest(regulator, id)).id).toBe(id);
      await withdrawRequest(regulator, id, undefined);
      await isHidden();
      const sent = await submitted();
      await withdrawRequest(regulator, sent, undefined);
      expect((await getRequest(legal, sent)).state).toBe("withdrawn");
      expect(await listed()).toContain(sent);
    });

    it("a reference is random and shows nothing of the number of other requests", async () => {
      const numbers: number[] = [];
      for (const _ of Array.from({ length: 6 })) {
        const { reference } = await getRequest(regulator, await draft());
        numbers.push(Number(/^AR-\d{4}-(\d{8})$/.exec(reference)?.[1]));
      }
      const steps = numbers.slice(1).map((number, at) => Math.abs(number - (numbers[at] ?? 0)));
      expect(Math.min(...steps)).toBeGreaterThan(6);
    });

    it("support, which decides nothing, cannot read or comment on a request or find it in lists", async () => {
      const id = await draft();
      expect(await code(getRequest(support, id))).toBe("request-file.not-found");
      expect(await code(commentRequest(support, id, "hello"))).toBe("request-file.not-found");
      expect((await listRequests(support, { limit: 50 })).items).toEqual([]);
      const { requestId, grantId } = await approved();
      expect(await code(getGrant(support, grantId))).toBe("grant.not-found");
      expect((await listGrants(support, { limit: 50 })).items).toEqual([]);
      expect((await getRequest(approver, requestId)).id).toBe(requestId);
      expect((await listGrants(approver, { limit: 50 })).items.length).toBeGreaterThan(0);
    });

    it("a draft changes by version, and a submitted request keeps what was asked", async () => {
      const id = await draft();
      const changed = await changeDraft(regulator, id, { fields: ["amount"] }, 1);
      expect(changed).toMatchObject({ fields: ["amount"], version: 2 });
      expect(await code(changeDraft(regulator, id, { fields: ["pricing"] }, 1))).toBe("request.outdated");
      const sent = await submitted();
      expect(await code(changeDraft(regulator, sent, { fields: ["amount"] }))).toBe(
        "request.illegal-transition",
      );
      expect(await code(submitRequest(regulator, sent))).toBe("request.illegal-transition");
    });

    it("null removes a value of a draft, and a change keeps what it does not name", async () => {
      const id = await draft();
      const until = new Date(Date.now() + 86_400_000).toISOString();
      const set = await changeDraft(regulator, id, {
        legal_basis: "Section 6",
        from: until,
        until: undefined,
      });
      expect(set).toMatchObject({ legal_basis: "Section 6", from: expect.any(String) });
      const cleared = await changeDraft(regulator, id, { legal_basis: null, from: null });
      expect(cleared).toMatchObject({ justification: set.justification, fields: set.fields });
      expect([cleared.legal_basis, cleared.from]).toEqual([undefined, undefined]);
    });

    it("corrected facts are accepted without the document again, but never facts without any document", async () => {
      const id = await draft();
      const none = code(attachAuthorization(regulator, id, FACTS, undefined));
      expect(await none).toBe("request.invalid");
      const first = await attachAuthorization(regulator, id, FACTS, ORDER_FILE);
      const corrected = { ...FACTS, case_number: "18 O 2/26" };
      const second = await attachAuthorization(regulator, id, corrected, undefined);
      expect(second).toMatchObject({ case_number: "18 O 2/26", document: first.document });
      expect(second.id).not.toBe(first.id);
      expect((await submitRequest(regulator, id)).authorization?.id).toBe(second.id);
      const { rows } = await query("SELECT id FROM document WHERE request_id = $1", [id]);
      expect(rows).toHaveLength(1);
    });

    it("a request can be withdrawn, asked about, answered, and denied", async () => {
      expect((await withdrawRequest(regulator, await submitted(), "mistake")).state).toBe("withdrawn");
      const id = await submitted();
      const ask = NewDecision.parse({ stage: "legal", decision: "ask", comment: "Which job?" });
      expect((await decideRequest(legal, id, ask)).state).toBe("needs_information");
      expect(await code(decideRequest(legal, id, approvalOf("legal")))).toBe("decision.stage");
      expect((await commentRequest(regulator, id, "Job 1")).state).toBe("stage_1");
      const deny = NewDecision.parse({ stage: "legal", decision: "deny", comment: "No basis" });
      expect((await decideRequest(legal, id, deny)).state).toBe("denied");
    });

    it("a document is encrypted, and a change of its bytes is detected", async () => {
      const id = await draft();
      await attachAuthorization(regulator, id, FACTS, ORDER_FILE);
      const { rows } = await query("SELECT id, ciphertext FROM document WHERE request_id = $1", [id]);
      const [row] = rows;
      expect(Buffer.from(row.ciphertext).includes(Buffer.from("%ORDER_FILE.bytes"))).toBe(false);
      await query("ALTER TABLE document DISABLE TRIGGER USER");
      await query(
        "UPDATE document SET ciphertext = set_byte(ciphertext, 0, get_byte(ciphertext, 0) # 1) WHERE id = $1",
        [row.id],
      );
      await query("ALTER TABLE document ENABLE TRIGGER USER");
      await query("ALTER TABLE document ENABLE ALWAYS TRIGGER document_complete");
      expect(await code(submitRequest(regulator, id))).toBe("authorization.invalid");
    });
  });

  describe("the database", () => {
    it("the database has exactly the transitions of the code", async () => {
      const { rows } = await query("SELECT from_state, to_state, event FROM request_transition");
      const text = (row: readonly unknown[]) => row.join(" ");
      const stored = rows.map((row) => text([row.from_state, row.to_state, row.event])).sort();
      expect(stored).toEqual(TRANSITIONS.map(text).sort());
    });

    it("the database refuses an illegal transition, a change of what was asked, and a change without its entry", async () => {
      const id = await submitted();
      const asOwner = async (statement: string) => {
        try {
          await query(statement, [id]);
        } catch (error) {
          return error instanceof Error && "code" in error ? error.code : undefined;
        }
        return undefined;
      };
      expect(await asOwner("UPDATE access_request SET state = 'active' WHERE id = $1")).toBe("SP002");
      expect(await asOwner("UPDATE access_request SET groups = '{amount}' WHERE id = $1")).toBe("SP002");
      // Refused without its event, and with the event refused without its entry.
      expect(await asOwner("UPDATE access_request SET state = 'stage_2' WHERE id = $1")).toBe("SP002");
      const approve = "UPDATE access_request SET state = 'stage_2', last_event = 'approve' WHERE id = $1";
      expect(await asOwner(approve)).toBe("SP001");
    });
  });
});

describe("the queue", () => {
  let bench: AccessBench;

  beforeAll(async () => {
    bench = await createAccessBench();
  });
  afterAll(async () => {
    await bench?.close();
  });

  async function ids(who: BenchPerson, query: Partial<RequestListQuery>): Promise<string[]> {
    return (await listRequests(who, { limit: 100, ...query })).items.map((item) => item.id);
  }

  describe("the list of requests", () => {
    it("the list shows as waiting exactly what the caller may decide or must answer", async () => {
      const { legal, approver, both, regulator, support } = bench;
      const id = await bench.file();
      const waiting = { waiting_for: "me" } as const;
      expect(await ids(legal, waiting)).toContain(id);
      for (const who of [approver, regulator, support]) expect(await ids(who, waiting)).not.toContain(id);
      await decideRequest(both, id, bench.approval("legal"));
      for (const who of [legal, both]) expect(await ids(who, waiting)).not.toContain(id);
      expect(await ids(approver, { view: "waiting" })).toContain(id);
      const ask = NewDecision.parse({ stage: "coordinator", decision: "ask", comment: "Which annex?" });
      await decideRequest(approver, id, ask);
      expect(await ids(approver, waiting)).not.toContain(id);
      expect(await ids(regulator, waiting)).toContain(id);
      await commentRequest(regulator, id, "Annex A");
      expect(await ids(approver, waiting)).toContain(id);
      await decideRequest(approver, id, bench.approval("coordinator"));
      expect(await ids(approver, { view: "decided" })).toContain(id);
      expect(await ids(approver, waiting)).not.toContain(id);
    });

    it("a view has the count of all its rows, and pages by deadline without gaps", async () => {
      const { legal } = bench;
      for (let n = 0; n < 3; n++) await bench.file();
      await bench.draft();
      const all = await listRequests(legal, { limit: 100, sort: "due" });
      expect(all.total).toBe(all.items.length);
      const dues = all.items.map((item) => item.due_at ?? "9999");
      expect(dues).toEqual([...dues].sort());
      const paged: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await listRequests(legal, { limit: 2, sort: "due", cursor });
        paged.push(...page.items.map((item) => item.id));
        cursor = page.next_cursor ?? undefined;
      } while (cursor !== undefined);
      expect(paged).toEqual(all.items.map((item) => item.id));
      expect(all.items[0]?.authority).toEqual({ kind: "court_order" });
      const own = await listRequests(bench.regulator, { limit: 100, sort: "due" });
      const same = own.items.find((item) => item.id === all.items[0]?.id);
      expect(same?.authority).toMatchObject({ kind: "court_order", issuer: bench.order.issuer });
      // What the list withholds is no answer of a search either.
      const { case_number } = bench.order;
      expect(await ids(bench.regulator, { case_number })).toContain(all.items[0]?.id);
      expect(await ids(legal, { case_number })).not.toContain(all.items[0]?.id);
    });

    it("the search finds by part of a reference and by purpose, and by nothing else", async () => {
      const { regulator } = bench;
      const id = await bench.file({ asked: { purpose: "compliance" } });
      const { items } = await listRequests(regulator, { limit: 100 });
      const reference = items.find((item) => item.id === id)?.reference ?? "";
      expect(await ids(regulator, { reference: reference.toLowerCase() })).toEqual([id]);
      expect(await ids(regulator, { reference: reference.slice(-3) })).toContain(id);
      expect(await ids(regulator, { reference, purpose: "compliance" })).toEqual([id]);
      expect(await ids(regulator, { reference, purpose: "audit" })).toEqual([]);
    });

    it("each officer sees only their own requests, in every view", async () => {
      const id = await bench.file();
      for (const view of ["mine", "waiting", "decided", "all"] as const) {
        expect(await ids(bench.auditor, { view })).not.toContain(id);
      }
      expect(await ids(bench.regulator, { view: "mine" })).toContain(id);
    });
  });
});
