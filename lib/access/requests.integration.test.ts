import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { attachAuthorization } from "@/lib/access/attach-authorization";
import { changeDraft } from "@/lib/access/change-draft";
import { commentRequest } from "@/lib/access/comment-request";
import { decideRequest } from "@/lib/access/decide-request";
import { fileRequest } from "@/lib/access/file-request";
import { requireGrant } from "@/lib/access/find-grant";
import { finishPendingGrants } from "@/lib/access/finish-pending";
import { getGrant } from "@/lib/access/get-grant";
import { getRequest } from "@/lib/access/get-request";
import { checkIdentity } from "@/lib/access/identity-check";
import { listGrants } from "@/lib/access/list-grants";
import { listRequests } from "@/lib/access/list-requests";
import { prepareOpening } from "@/lib/access/prepare-opening";
import { prepareStatement } from "@/lib/access/prepare-statement";
import { revokeGrant } from "@/lib/access/revoke-grant";
import {
  AuthorizationFactsBody,
  NewDecision,
  NewOpening,
  NewRequest,
  NewStatement,
} from "@/lib/access/schema";
import { submitRequest } from "@/lib/access/submit-request";
import { TRANSITIONS } from "@/lib/access/transitions";
import { useView } from "@/lib/access/use-view";
import { withdrawRequest } from "@/lib/access/withdraw-request";
import { appendEntry } from "@/lib/audit/append-entry";
import { toBase64url, utf8 } from "@/lib/crypto/bytes";
import { ed25519PublicKey, randomBytes, sha256 } from "@/lib/crypto/primitives";
import { signStatement } from "@/lib/crypto/statement";
import { uuidv7 } from "@/lib/crypto/uuid";
import { writeEvaluationRoster } from "@/lib/custodian/evaluation-roster";
import { loadSigningKey } from "@/lib/custody/signing-key";
import { inTransaction } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { signAsPortal } from "@/lib/escrow/portal-signature";
import { refusalOf } from "@/lib/testing/refusal";
import { createUseCaseBench, type UseCaseBench } from "@/lib/testing/use-case-bench";
import { NewTransaction } from "@/lib/transactions/schema";
import { submitTransaction } from "@/lib/transactions/submit-transaction";

type Person = Awaited<ReturnType<UseCaseBench["person"]>>;

const PDF = utf8("%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\nstartxref\n9\n%%EOF\n");
const FACTS = AuthorizationFactsBody.parse({
  issuer: "Landgericht Berlin",
  jurisdiction: "DE",
  kind: "court_order",
  case_number: "18 O 1/26",
  valid_from: new Date(Date.now() - 86_400_000).toISOString(),
  valid_until: new Date(Date.now() + 20 * 86_400_000).toISOString(),
});
const CONFIRMS = {
  issuer: FACTS.issuer,
  case_number: FACTS.case_number,
  valid_from: FACTS.valid_from,
  valid_until: FACTS.valid_until,
};
const IDENTITY = { domain_verified: true, called_number_from_record: true, note: "Called back." };

let bench: UseCaseBench;
let regulator: Person;
let auditor: Person;
let legal: Person;
let approver: Person;
let second: Person;
let both: Person;
let colleague: Person;
let support: Person;
let txId: string;
let otherTxId: string;

async function rosterOf(people: readonly Person[]): Promise<void> {
  await writeEvaluationRoster(bench.rosterFile, {
    log: bench.place.log,
    persons: people.map(({ principal }) => ({
      person: principal.handle,
      organisation: principal.organisationId,
      role: principal.role,
      duties: [...principal.duties],
    })),
    evaluationKey: loadSigningKey(bench.keystore, "evaluation").publicKey,
    sign: (statement) => signAsPortal(bench.keystore, "roster", statement),
  });
}

async function newTransaction(client: Person): Promise<string> {
  const participants = [client.principal.participantId];
  const body = { job_id: "job-1", amount: "1000", currency: "EUR", pricing: { rate: "5" }, participants };
  const answer = await submitTransaction(client, NewTransaction.parse({ ...body, confidential: true }));
  return answer.transaction_id;
}

beforeAll(async () => {
  bench = await createUseCaseBench();
  const coordinator = (duties: Person["principal"]["duties"]) =>
    bench.person({ role: "coordinator", duties, hasKey: false });
  const client = await bench.person({ role: "client" });
  regulator = await bench.person({ role: "regulator", hasKey: false });
  auditor = await bench.person({ role: "auditor", hasKey: false });
  legal = await coordinator(["legal"]);
  approver = await coordinator(["approve"]);
  second = await coordinator(["approve"]);
  both = await coordinator(["legal", "approve"]);
  support = await coordinator(["support"]);
  const { principal } = await coordinator(["legal", "approve"]);
  const organisationId = regulator.principal.organisationId;
  colleague = { ...legal, principal: { ...principal, organisationId } };
  await rosterOf([regulator, auditor, legal, approver, second, both]);
  txId = await newTransaction(client);
  otherTxId = await newTransaction(client);
});
afterAll(async () => {
  await bench?.close();
});

const code = async (run: Promise<unknown>): Promise<string> => (await refusalOf(run)).code;

async function query(text: string, values: readonly unknown[] = [], url = bench.database.adminUrl) {
  const connection = new Client({ connectionString: url });
  await connection.connect();
  try {
    return await connection.query(text, [...values]);
  } finally {
    await connection.end();
  }
}

interface Filing {
  readonly who?: Person;
  readonly fields?: readonly string[];
  readonly transactions?: readonly string[];
  readonly maxViews?: number;
}

async function draft({ who = regulator, fields, transactions, maxViews }: Filing = {}): Promise<string> {
  const body = NewRequest.parse({
    purpose: "audit",
    justification: "Examination of a settlement",
    transactions: transactions ?? [txId],
    fields: fields ?? ["amount", "pricing"],
    ...(maxViews === undefined ? {} : { max_views: maxViews }),
  });
  return (await fileRequest(who, body)).id;
}

const file = { filename: "order.pdf", mediaType: "application/pdf", bytes: PDF };

async function submitted(filing: Filing = {}): Promise<string> {
  const who = filing.who ?? regulator;
  const id = await draft(filing);
  await attachAuthorization(who, id, FACTS, file);
  expect((await submitRequest(who, id)).state).toBe("stage_1");
  return id;
}

function approval(stage: "legal" | "coordinator", more: object = {}): NewDecision {
  const body = { stage, decision: "approve", comment: "As the order says", confirms: CONFIRMS, ...more };
  return NewDecision.parse(body);
}

async function approved(filing: Filing = {}): Promise<{ requestId: string; grantId: string }> {
  const requestId = await submitted(filing);
  await ensureChecked(requestId);
  await decideRequest(legal, requestId, approval("legal"));
  const answer = await decideRequest(approver, requestId, approval("coordinator"));
  expect(answer.state).toBe("active");
  return { requestId, grantId: answer.grant_id ?? "" };
}

let isChecked = false;
async function ensureChecked(requestId: string): Promise<void> {
  if (isChecked) return;
  expect(await code(decideRequest(legal, requestId, approval("legal")))).toBe("decision.identity-check");
  await checkIdentity(legal, requestId, IDENTITY);
  isChecked = true;
}

describe("a request", () => {
  it("goes from draft to an active grant which the custodian has, with a receipt on every step", async () => {
    const id = await draft();
    const attached = await attachAuthorization(regulator, id, FACTS, file);
    expect(attached.document).toEqual({
      sha256: toBase64url(sha256(PDF)),
      bytes: PDF.length,
      media_type: "application/pdf",
      scan: "not scanned",
    });
    expect(attached.receipt.log).toBe(bench.place.log);
    await submitRequest(regulator, id);
    await ensureChecked(id);
    const first = await decideRequest(legal, id, approval("legal"));
    expect(first.state).toBe("stage_2");
    const last = await decideRequest(approver, id, approval("coordinator"));
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
    expect(grant).toMatchObject({ state: "active", fields: ["amount", "pricing"], views_left: 20 });
    // Exports are of the log, not of what a grant opens: a grant promises and counts none.
    expect(grant).not.toHaveProperty("exports_left");
    expect(grant.acts).toEqual(["open", "revoke"]);
    expect(Date.parse(grant.not_after)).toBeLessThanOrEqual(Date.parse(FACTS.valid_until));
    const facts = await requireGrant(regulator, { transactionId: txId, purpose: "audit", grantId: grant.id });
    expect(facts.approvals.map((one) => one.approverUserId).sort()).toEqual(
      [legal.principal.userId, approver.principal.userId].sort(),
    );
  });

  it("names the jobs of its transactions to whoever asked for them", async () => {
    const id = await draft({ transactions: [txId, otherTxId] });
    const { jobs } = await getRequest(regulator, id);
    expect(jobs).toEqual(
      [txId, otherTxId]
        .sort()
        .map((transaction_id) => ({ transaction_id, job_id: "job-1", status: "created" })),
    );
  });

  it("is refused to those who do not ask, for unknown transactions and without legal authority", async () => {
    const client = await bench.person({ role: "client" });
    expect(await code(draft({ who: client }))).toBe("auth.role");
    expect(await code(draft({ transactions: [uuidv7(1)] }))).toBe("transaction.not-found");
    const id = await draft();
    expect(await code(submitRequest(regulator, id))).toBe("authorization.missing");
  });

  it("does not exist for other officers, under any id, and is known to reviewers who may not change it", async () => {
    const id = await submitted();
    for (const other of [id, uuidv7(1)]) {
      expect(await code(getRequest(auditor, other))).toBe("request-file.not-found");
      expect(await code(submitRequest(auditor, other))).toBe("request-file.not-found");
    }
    expect((await getRequest(legal, id)).id).toBe(id);
    expect(await code(withdrawRequest(legal, id, undefined))).toBe("access.forbidden");
    expect((await listRequests(auditor, { limit: 50 })).items).toEqual([]);
  });

  it("is its author's alone as long as it is a draft, also when it is withdrawn as one", async () => {
    const id = await draft();
    const listed = async () => (await listRequests(legal, { limit: 100 })).items.map((one) => one.id);
    const isHidden = async () => {
      expect(await code(getRequest(legal, id))).toBe("request-file.not-found");
      expect(await code(commentRequest(legal, id, "What is this for?"))).toBe("request-file.not-found");
      expect(await code(decideRequest(legal, id, approval("legal")))).toBe("request-file.not-found");
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

  it("bears a reference that is drawn, not counted: it tells nothing of how many others there are", async () => {
    const numbers: number[] = [];
    for (const _ of Array.from({ length: 6 })) {
      const { reference } = await getRequest(regulator, await draft());
      numbers.push(Number(/^AR-\d{4}-(\d{8})$/.exec(reference)?.[1]));
    }
    const steps = numbers.slice(1).map((number, at) => Math.abs(number - (numbers[at] ?? 0)));
    expect(Math.min(...steps)).toBeGreaterThan(6);
  });

  it("does not exist for support, which decides nothing: neither to read, nor to comment, nor in lists", async () => {
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

  it("keeps what was asked: a draft changes by version, and nothing changes afterwards", async () => {
    const id = await draft();
    const changed = await changeDraft(regulator, id, { fields: ["amount"] }, 1);
    expect(changed).toMatchObject({ fields: ["amount"], version: 2 });
    expect(await code(changeDraft(regulator, id, { fields: ["pricing"] }, 1))).toBe("request.conflict");
    const sent = await submitted();
    expect(await code(changeDraft(regulator, sent, { fields: ["amount"] }))).toBe(
      "request.illegal-transition",
    );
    expect(await code(submitRequest(regulator, sent))).toBe("request.illegal-transition");
  });

  it("takes a value of a draft away with null, and leaves what a change does not name", async () => {
    const id = await draft();
    const until = new Date(Date.now() + 86_400_000).toISOString();
    const set = await changeDraft(regulator, id, { legal_basis: "Section 6", from: until, until: undefined });
    expect(set).toMatchObject({ legal_basis: "Section 6", from: expect.any(String) });
    const cleared = await changeDraft(regulator, id, { legal_basis: null, from: null });
    expect(cleared).toMatchObject({ justification: set.justification, fields: set.fields });
    expect([cleared.legal_basis, cleared.from]).toEqual([undefined, undefined]);
  });

  it("takes corrected facts without the document again, but never facts without any document", async () => {
    const id = await draft();
    const none = code(attachAuthorization(regulator, id, FACTS, undefined));
    expect(await none).toBe("request.invalid");
    const first = await attachAuthorization(regulator, id, FACTS, file);
    const corrected = { ...FACTS, case_number: "18 O 2/26" };
    const second = await attachAuthorization(regulator, id, corrected, undefined);
    expect(second).toMatchObject({ case_number: "18 O 2/26", document: first.document });
    expect(second.id).not.toBe(first.id);
    expect((await submitRequest(regulator, id)).authorization?.id).toBe(second.id);
    const { rows } = await query("SELECT id FROM document WHERE request_id = $1", [id]);
    expect(rows).toHaveLength(1);
  });

  it("is withdrawn, asked about, answered, and denied", async () => {
    expect((await withdrawRequest(regulator, await submitted(), "mistake")).state).toBe("withdrawn");
    const id = await submitted();
    const ask = NewDecision.parse({ stage: "legal", decision: "ask", comment: "Which job?" });
    expect((await decideRequest(legal, id, ask)).state).toBe("needs_information");
    expect(await code(decideRequest(legal, id, approval("legal")))).toBe("decision.stage");
    expect((await commentRequest(regulator, id, "Job 1")).state).toBe("stage_1");
    const deny = NewDecision.parse({ stage: "legal", decision: "deny", comment: "No basis" });
    expect((await decideRequest(legal, id, deny)).state).toBe("denied");
  });

  it("keeps its document encrypted, and notices when somebody changes it", async () => {
    const id = await draft();
    await attachAuthorization(regulator, id, FACTS, file);
    const { rows } = await query("SELECT id, ciphertext FROM document WHERE request_id = $1", [id]);
    const [row] = rows;
    expect(Buffer.from(row.ciphertext).includes(Buffer.from("%PDF"))).toBe(false);
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

describe("a decision", () => {
  it("is refused to the requester, his organisation, the wrong duty, and one person twice", async () => {
    const id = await submitted();
    await ensureChecked(id);
    expect(await code(decideRequest(regulator, id, approval("legal")))).toBe("decision.self");
    expect(await code(decideRequest(approver, id, approval("legal")))).toBe("decision.duty");
    expect(await code(decideRequest(support, id, approval("legal")))).toBe("decision.duty");
    expect(await code(decideRequest(colleague, id, approval("legal")))).toBe("decision.organisation");
    expect(await code(decideRequest(approver, id, approval("coordinator")))).toBe("decision.stage");
    await decideRequest(both, id, approval("legal"));
    expect(await code(decideRequest(both, id, approval("coordinator")))).toBe("decision.same-person");
    expect(await code(decideRequest(both, id, approval("legal")))).toBe("decision.same-person");
    expect(await code(decideRequest(approver, uuidv7(1), approval("coordinator")))).toBe(
      "request-file.not-found",
    );
    const { rows } = await query(
      "SELECT count(*)::int AS n FROM audit_index WHERE request_id = $1 AND outcome = 'denied'",
      [id],
    );
    expect(rows[0].n).toBe(6);
  });

  it("needs the order's facts retyped, and shows both where they differ", async () => {
    const id = await submitted();
    await ensureChecked(id);
    const wrong = { confirms: { ...CONFIRMS, case_number: "18 O 2/26" } };
    const error = await refusalOf(decideRequest(legal, id, approval("legal", wrong)));
    expect(error.code).toBe("decision.facts-mismatch");
    expect(error.errors).toEqual([
      { pointer: "/confirms/case_number", detail: "you typed “18 O 2/26”, the order says “18 O 1/26”" },
    ]);
    expect(await code(decideRequest(legal, id, approval("legal", { confirms: undefined })))).toBe(
      "decision.facts-mismatch",
    );
  });

  it("only narrows: the grant is the intersection, with the earliest end", async () => {
    const id = await submitted({ transactions: [txId, otherTxId] });
    await ensureChecked(id);
    const until = new Date(Date.now() + 86_400_000).toISOString();
    const wider = approval("legal", { scope: { fields: ["settlement_details"] } });
    expect(await code(decideRequest(legal, id, wider))).toBe("decision.not-narrower");
    await decideRequest(legal, id, approval("legal", { scope: { fields: ["amount"] }, until }));
    const again = approval("coordinator", { scope: { fields: ["amount", "pricing"] } });
    expect(await code(decideRequest(approver, id, again))).toBe("decision.not-narrower");
    const narrower = approval("coordinator", { scope: { transactions: [otherTxId] } });
    const { grant_id } = await decideRequest(approver, id, narrower);
    const grant = await getGrant(regulator, grant_id ?? "");
    expect(grant).toMatchObject({ fields: ["amount"], transactions: [otherTxId] });
    expect(grant.not_after).toBe(`${until.slice(0, 19)}Z`);
  });

  it("takes the approver's own signature over what was prepared, once and for that body only", async () => {
    const id = await submitted();
    await ensureChecked(id);
    const seed = randomBytes(32);
    await query("ALTER TABLE credential DISABLE TRIGGER USER");
    await query(
      "INSERT INTO credential (id, tenant_id, user_id, kind, external_id, public_key) VALUES ($1, $2, $3, 'ed25519', 'k-legal', $4)",
      [uuidv7(Date.now()), bench.place.tenantId, legal.principal.userId, Buffer.from(ed25519PublicKey(seed))],
    );
    const body = { stage: "legal", decision: "approve", comment: "Signed", confirms: CONFIRMS } as const;
    const prepared = await prepareStatement(legal, id, NewStatement.parse(body));
    const sign = (object: unknown) => ({
      kind: "ed25519" as const,
      key_id: "k-legal",
      signature: toBase64url(signStatement(seed, "decision", object)),
    });
    const signature = sign(prepared.statement);
    const foreign = sign({ ...prepared.statement, max_views: 1_000 });
    expect(await code(decideRequest(legal, id, approval("legal", { signature: foreign })))).toBe(
      "statement.invalid",
    );
    const otherBody = approval("legal", { signature, scope: { fields: ["amount"] } });
    expect(await code(decideRequest(legal, id, otherBody))).toBe("statement.invalid");
    const answer = await decideRequest(legal, id, NewDecision.parse({ ...body, signature }));
    expect(answer.decisions.at(-1)?.proof).toBe("ed25519");
    const { rows } = await query("SELECT used_at FROM statement_nonce WHERE nonce = $1", [prepared.nonce]);
    expect(rows[0].used_at).not.toBeNull();
  });

  it("outside evaluation is refused without a signature", async () => {
    const id = await submitted();
    await ensureChecked(id);
    const strict = { ...legal, instance: { ...legal.instance, evaluation: false } };
    expect(await code(decideRequest(strict, id, approval("legal")))).toBe("statement.required");
  });

  it("of two people at once in one stage counts once", async () => {
    const id = await submitted();
    await ensureChecked(id);
    await decideRequest(legal, id, approval("legal"));
    const results = await Promise.allSettled([
      decideRequest(approver, id, approval("coordinator")),
      decideRequest(second, id, approval("coordinator")),
    ]);
    expect(results.filter((result) => result.status === "fulfilled")).toHaveLength(1);
    const { rows } = await query("SELECT count(*)::int AS n FROM access_grant WHERE request_id = $1", [id]);
    expect(rows[0].n).toBe(1);
  });
});

describe("the database", () => {
  it("has exactly the transitions of the code", async () => {
    const { rows } = await query("SELECT from_state, to_state, event FROM request_transition");
    const text = (row: readonly unknown[]) => row.join(" ");
    const stored = rows.map((row) => text([row.from_state, row.to_state, row.event])).sort();
    expect(stored).toEqual(TRANSITIONS.map(text).sort());
  });

  it("refuses an illegal transition, a change of what was asked, and a change without its entry", async () => {
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
    expect(await asOwner("UPDATE access_request SET state = 'stage_2' WHERE id = $1")).toBe("SP001");
  });
});

describe("a grant", () => {
  it("is seen by its holder and reviewers only", async () => {
    const { grantId } = await approved();
    for (const id of [grantId, uuidv7(1)]) {
      expect(await code(getGrant(auditor, id))).toBe("grant.not-found");
      expect(await code(revokeGrant(auditor, id, "no"))).toBe("grant.not-found");
    }
    expect((await listGrants(auditor, { limit: 50 })).items).toEqual([]);
    expect((await listGrants(regulator, { limit: 1 })).items).toHaveLength(1);
  });

  it("gives exactly its views under 200 parallel calls", async () => {
    const { grantId } = await approved({ maxViews: 20 });
    const take = () =>
      inTransaction(regulator, async (tx) => {
        await appendEntry(tx, regulator, {
          class: "disclosure",
          outcome: "intent",
          action: "disclosure.open",
          subjects: [`grant:${grantId}`],
        });
        return useView(tx, regulator, grantId);
      });
    const attempt = async (): Promise<number | string> => {
      for (;;) {
        try {
          return await take();
        } catch (error) {
          if (!(error instanceof DomainError)) throw error;
          if (error.code !== "service.database-unavailable") return error.code;
        }
      }
    };
    const results = await Promise.all(Array.from({ length: 200 }, attempt));
    const left = results.filter((result) => typeof result === "number").sort((a, b) => a - b);
    expect(left).toEqual(Array.from({ length: 20 }, (_, index) => index));
    expect(new Set(results.filter((result) => typeof result === "string"))).toEqual(
      new Set(["access.views-exhausted"]),
    );
    expect((await getGrant(regulator, grantId)).state).toBe("exhausted");
  });

  it("prepares an opening with a key and a nonce of its own, for what it names only", async () => {
    const { grantId } = await approved();
    const opening = (body: object) =>
      prepareOpening(regulator, NewOpening.parse({ grant_id: grantId, transactions: [txId], ...body }));
    const [one, two] = [await opening({}), await opening({})];
    expect(one.statement.nonce).not.toBe(two.statement.nonce);
    expect(one.statement.reply_key).not.toBe(two.statement.reply_key);
    expect(one.statement).toMatchObject({
      requester: regulator.principal.handle,
      groups: ["amount", "pricing"],
    });
    expect(await code(opening({ fields: ["parties"] }))).toBe("access.groups");
    expect(await code(opening({ transactions: [otherTxId] }))).toBe("access.no-grant");
    expect(
      await code(prepareOpening(approver, NewOpening.parse({ grant_id: grantId, transactions: [txId] }))),
    ).toBe("access.no-grant");
  });

  it("ends by revocation at once, here and with the custodian, and never comes back", async () => {
    const { requestId, grantId } = await approved();
    expect(await code(revokeGrant(support, grantId, "no"))).toBe("grant.not-found");
    const answer = await revokeGrant(approver, grantId, "order lifted");
    expect(answer.state).toBe("revoked");
    expect((await getRequest(regulator, requestId)).state).toBe("revoked");
    expect(await code(revokeGrant(approver, grantId, "again"))).toBe("request.illegal-transition");
    expect(
      await code(prepareOpening(regulator, NewOpening.parse({ grant_id: grantId, transactions: [txId] }))),
    ).toBe("access.no-grant");
    const { rows } = await query("SELECT state FROM job WHERE subject = $1 AND kind = 'grant.revoke'", [
      grantId,
    ]);
    expect(rows[0].state).toBe("done");
  });

  it("waits for a custodian that is away: approved stays, a revocation counts, and both are finished later", async () => {
    const away = <T extends Person>(who: T): T => ({
      ...who,
      escrow: {
        ...who.escrow,
        submitGrant: () => Promise.reject(new DomainError("custodian.unavailable")),
        revoke: () => Promise.reject(new DomainError("custodian.unavailable")),
      },
    });
    const id = await submitted();
    await ensureChecked(id);
    await decideRequest(legal, id, approval("legal"));
    expect(await code(decideRequest(away(approver), id, approval("coordinator")))).toBe(
      "custodian.unavailable",
    );
    const waiting = await getRequest(regulator, id);
    expect(waiting.state).toBe("approved");
    expect((await getGrant(regulator, waiting.grant_id ?? "")).state).toBe("pending");
    expect((await decideRequest(approver, id, approval("coordinator"))).state).toBe("active");

    const other = await submitted();
    await decideRequest(legal, other, approval("legal"));
    expect(await code(decideRequest(away(approver), other, approval("coordinator")))).toBe(
      "custodian.unavailable",
    );
    const { principal: _, ...portal } = { ...approver, system: "portal" };
    await Promise.all([finishPendingGrants(portal), finishPendingGrants(portal)]);
    expect((await getRequest(regulator, other)).state).toBe("active");

    const grantId = waiting.grant_id ?? "";
    expect((await revokeGrant(away(approver), grantId, "lifted")).state).toBe("revoked");
    expect((await finishPendingGrants(away(approver))).done).toBe(0);
    await query("UPDATE job SET run_after = now() - interval '1 second' WHERE subject = $1", [grantId]);
    expect((await finishPendingGrants(approver)).done).toBe(1);
  });
});
