import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decideRequest } from "@/lib/access/decisions/decide-request";
import { attachAuthorization } from "@/lib/access/legal-authorities/attach-authorization";
import { changeDraft } from "@/lib/access/requests/change-draft";
import { getRequest } from "@/lib/access/requests/request-view";
import { submitRequest } from "@/lib/access/requests/submit-request";
import { uuidv7 } from "@/lib/crypto/uuid";
import { type AccessBench, createAccessBench } from "@/lib/testing/benches/access-bench";
import { refusalOf } from "@/lib/testing/benches/refusal";
import { LOCK_WAITS } from "@/lib/testing/servers/database";

let bench: AccessBench;
beforeAll(async () => {
  bench = await createAccessBench();
});
afterAll(async () => {
  await bench?.close();
});

const code = async (run: Promise<unknown>): Promise<string> => (await refusalOf(run)).code;

const upload = () => ({ filename: "order.pdf", mediaType: "application/pdf", bytes: bench.document });

async function untilWaiting(owner: Client, waiting: number, isOver: () => boolean): Promise<void> {
  for (;;) {
    const { rows } = await owner.query(`${LOCK_WAITS} AND waits.locktype <> 'advisory'`);
    if (isOver() || rows.length >= waiting) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Attaches until documents are to be written; then the request is submitted, and both go on. */
async function attachWhileSubmitting(id: string) {
  const owner = new Client({ connectionString: bench.database.adminUrl });
  await owner.connect();
  try {
    await owner.query("BEGIN");
    await owner.query("LOCK TABLE document IN SHARE MODE");
    const other = { ...bench.order, case_number: "SWAPPED" };
    const attached = attachAuthorization(bench.regulator, id, other, upload());
    await untilWaiting(owner, 1, () => false);
    let isSubmitted = false;
    const submitted = submitRequest(bench.regulator, id).finally(() => {
      isSubmitted = true;
    });
    await untilWaiting(owner, 2, () => isSubmitted);
    await owner.query("COMMIT");
    return await Promise.allSettled([attached, submitted]);
  } finally {
    await owner.end();
  }
}

describe("a legal authority", () => {
  it("an authority that is attached during submission is the one that was checked, or is refused", async () => {
    const id = await bench.draft();
    await attachAuthorization(bench.regulator, id, bench.order, upload());
    const [attached, submitted] = await attachWhileSubmitting(id);
    expect(submitted.status).toBe("fulfilled");
    const view = await getRequest(bench.regulator, id);
    expect(view.authorization?.state).toBe("legal_review");
    expect(view.authorization?.case_number === "SWAPPED").toBe(attached.status === "fulfilled");
    const { rows } = await bench.query(
      "SELECT authorization_digest FROM access_request WHERE id = $1 AND state = 'stage_1'",
      [id],
    );
    expect(rows[0]).toEqual({ authorization_digest: view.authorization?.record_digest });
  });

  it("attaching changes the draft's version: a draft seen before it is not changed or submitted unseen", async () => {
    const id = await bench.draft();
    const before = (await getRequest(bench.regulator, id)).version;
    const answer = await attachAuthorization(bench.regulator, id, bench.order, upload());
    expect(answer.request_version).toBe(before + 1);
    const stale = changeDraft(bench.regulator, id, { fields: ["amount"] }, before);
    expect(await code(stale)).toBe("request.conflict");
  });

  it("the database refuses an authority, and its document, after submission", async () => {
    const id = await bench.file();
    const { id: authorization } = (await getRequest(bench.regulator, id)).authorization ?? {};
    const copy = (table: string, columns: string, where: string) =>
      bench.query(
        `INSERT INTO ${table} (id, ${columns}) SELECT $1, ${columns} FROM ${table} WHERE ${where} LIMIT 1`,
        [uuidv7(Date.now()), id],
      );
    const order =
      "tenant_id, request_id, kind, issuer, jurisdiction, case_number, valid_from, valid_until, state, document_id, record_digest, record";
    const document =
      "tenant_id, request_id, sha256, bytes, media_type, scan, dek_sealed, iv, ciphertext, tag, uploaded_by";
    const refused = { code: "SP002" };
    await expect(copy("legal_authorization", order, "request_id = $2")).rejects.toMatchObject(refused);
    await expect(copy("document", document, "request_id = $2")).rejects.toMatchObject(refused);
    const change = bench.query("UPDATE legal_authorization SET record_digest = 'x' WHERE id = $1", [
      authorization,
    ]);
    await expect(change).rejects.toMatchObject(refused);
    const digest = bench.query("UPDATE access_request SET authorization_digest = 'x' WHERE id = $1", [id]);
    await expect(digest).rejects.toMatchObject(refused);
  });

  it("an authority other than the submitted one cannot be decided on", async () => {
    const id = await bench.file();
    await bench.query("ALTER TABLE legal_authorization DISABLE TRIGGER USER", []);
    await bench.query("UPDATE legal_authorization SET record_digest = 'another' WHERE request_id = $1", [id]);
    await bench.query("ALTER TABLE legal_authorization ENABLE TRIGGER USER", []);
    const decision = decideRequest(bench.legal, id, bench.approval("legal"));
    expect(await code(decision)).toBe("authorization.invalid");
  });
});
