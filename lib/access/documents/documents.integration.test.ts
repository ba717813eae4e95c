import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { keepRequests } from "@/lib/access/deadlines/keep-requests";
import { decideRequest } from "@/lib/access/decisions/decide-request";
import { clamdScanner } from "@/lib/access/documents/clamd";
import { readDocument } from "@/lib/access/documents/read-document";
import { scanWaiting } from "@/lib/access/documents/scan-waiting";
import { getRelease } from "@/lib/access/executive-release/get-release";
import { proposeRelease } from "@/lib/access/executive-release/propose-release";
import { attachAuthorization } from "@/lib/access/legal-authorities/attach-authorization";
import { getRequest } from "@/lib/access/requests/request-view";
import { submitRequest } from "@/lib/access/requests/submit-request";
import { withdrawRequest } from "@/lib/access/requests/withdraw-request";
import type { Scanner } from "@/lib/context/context";
import { toBase64url } from "@/lib/crypto/bytes";
import { sha256 } from "@/lib/crypto/primitives";
import { createLogger } from "@/lib/telemetry/logger";
import { type AccessBench, type BenchPerson, createAccessBench } from "@/lib/testing/benches/access-bench";
import { EICAR_PDF, PDF, pdfOf } from "@/lib/testing/benches/documents";
import { queryAs } from "@/lib/testing/benches/query-as";
import { refusalOf } from "@/lib/testing/benches/refusal";
import { type Clamd, startClamd } from "@/lib/testing/servers/clamd";

let bench: AccessBench;
let executive: BenchPerson;
let clamd: Clamd;
let scanner: Scanner;
const AWAY: Scanner = clamdScanner({ path: "/nonexistent/clamd.sock" });

beforeAll(async () => {
  clamd = await startClamd();
  scanner = clamdScanner(clamd.address);
  bench = await createAccessBench();
  executive = await bench.person({ role: "coordinator", duties: ["executive"], hasKey: false });
});
afterAll(async () => {
  await bench?.close();
  await clamd?.close();
});

const officer = (by: Scanner | undefined) => ({ ...bench.regulator, scanner: by });
const code = async (run: Promise<unknown>): Promise<string> => (await refusalOf(run)).code;
const file = (bytes: Uint8Array) => ({ filename: "order.pdf", mediaType: "application/pdf", bytes });
const attach = (id: string, bytes: Uint8Array, by: Scanner | undefined) =>
  attachAuthorization(officer(by), id, bench.order, file(bytes));
const loop = (by: Scanner) =>
  scanWaiting({
    ...bench.cx,
    keystore: bench.keystore,
    logger: createLogger("test", "silent"),
    scanner: by,
  });

async function actionsOf(id: string): Promise<unknown[]> {
  const { rows } = await bench.query(
    "SELECT action FROM audit_index WHERE request_id = $1 AND action LIKE 'document.%' ORDER BY entry_id",
    [id],
  );
  return rows.map((row) => Reflect.get(Object(row), "action"));
}

/** Submits a draft whose document waits for the scanner. */
async function waiting(bytes: Uint8Array = PDF): Promise<string> {
  const id = await bench.draft();
  await attach(id, bytes, AWAY);
  await submitRequest(officer(AWAY), id);
  return id;
}

describe("an attached document", () => {
  it("a document is clean when the scanner found nothing, and not scanned without a scanner", async () => {
    const id = await bench.draft();
    expect((await attach(id, PDF, undefined)).document?.scan).toBe("not scanned");
    expect((await attach(id, PDF, scanner)).document?.scan).toBe("clean");
    expect((await submitRequest(officer(scanner), id)).state).toBe("stage_1");
  });

  it("a document whose bytes do not match the stated digest is refused, and a matching one is attached", async () => {
    const id = await bench.draft();
    const whole = { ...file(PDF), sha256: toBase64url(sha256(PDF)) };
    const other = { ...file(PDF), sha256: toBase64url(sha256("another")) };
    const cx = officer(undefined);
    expect(await code(attachAuthorization(cx, id, bench.order, other))).toBe("document.truncated");
    expect((await attachAuthorization(cx, id, bench.order, whole)).document?.sha256).toBe(whole.sha256);
  });

  it("a document of 20 MB is scanned, sealed and read again whole", async () => {
    const id = await bench.draft();
    const bytes = pdfOf(20 * 1_048_576);
    const answer = await attach(id, bytes, scanner);
    expect(answer.document).toMatchObject({ scan: "clean", bytes: bytes.length });
    const { response } = await readDocument(bench.regulator, id, answer.id);
    expect(Buffer.from(await response.arrayBuffer()).equals(bytes)).toBe(true);
  });

  it("a document with malware is refused with the name of the malware, kept where no login can read it, and not attached", async () => {
    const id = await bench.draft();
    const refused = await refusalOf(attach(id, EICAR_PDF, scanner));
    expect(refused).toMatchObject({
      code: "document.infected",
      extra: { found: "Sealport.Eicar.UNOFFICIAL" },
    });
    expect((await getRequest(bench.regulator, id)).authorization).toBeUndefined();
    expect(await actionsOf(id)).toEqual(["document.quarantine"]);
    const { rows } = await bench.query(
      `SELECT d.scan, length(d.ciphertext) AS left, length(d.dek_sealed) AS key, length(q.ciphertext) AS kept
       FROM document d JOIN document_quarantine q ON q.id = d.id WHERE d.request_id = $1`,
      [id],
    );
    expect(rows).toEqual([{ scan: "infected", left: 0, key: 0, kept: EICAR_PDF.length }]);
    for (const url of [bench.database.appUrl, bench.database.workerUrl, bench.database.auditorUrl])
      for (const text of ["SELECT 1 FROM document_quarantine", "DELETE FROM document_quarantine"])
        await expect(queryAs(url, text)).rejects.toMatchObject({ code: "42501" });
  });

  it("a document is not scanned for a person who does not own the draft", async () => {
    const id = await bench.draft();
    let asked = 0;
    const counting: Scanner = {
      scan: (bytes) => {
        asked += 1;
        return scanner.scan(bytes);
      },
    };
    const stranger = { ...bench.auditor, scanner: counting };
    expect(await code(attachAuthorization(stranger, id, bench.order, file(EICAR_PDF)))).toBe(
      "request-file.not-found",
    );
    expect(asked).toBe(0);
    expect(await actionsOf(id)).toEqual([]);
  });
});

describe("a scanner that is away", () => {
  it("its document is pending and never clean: its request waits, and no one can read or decide it", async () => {
    const id = await waiting();
    const view = await getRequest(bench.legal, id);
    expect(view.state).toBe("document_check");
    expect(view.authorization?.document?.scan).toBe("pending");
    const authorization = view.authorization?.id ?? "";
    for (const who of [bench.regulator, bench.legal])
      expect(await code(readDocument(who, id, authorization))).toBe("document.pending");
    expect(await code(decideRequest(bench.legal, id, bench.approval("legal")))).toBe("decision.stage");
    expect((await loop(AWAY)).settled).toBe(0);
    expect((await getRequest(bench.legal, id)).state).toBe("document_check");
    await loop(scanner);
    const after = await getRequest(bench.legal, id);
    expect(after.state).toBe("stage_1");
    expect(after.authorization?.document?.scan).toBe("clean");
    expect(await actionsOf(id)).toEqual(["document.scan"]);
    const { response } = await readDocument(bench.legal, id, authorization);
    expect(Buffer.from(await response.arrayBuffer()).equals(PDF)).toBe(true);
  });

  it("after it finds malware, the request is a draft again until another document is attached", async () => {
    const id = await waiting(EICAR_PDF);
    await loop(scanner);
    const view = await getRequest(bench.regulator, id);
    expect(view.state).toBe("draft");
    expect(view.authorization?.document?.scan).toBe("infected");
    expect(await actionsOf(id)).toEqual(["document.quarantine"]);
    expect(await code(readDocument(bench.regulator, id, view.authorization?.id ?? ""))).toBe(
      "document.infected",
    );
    expect(await code(submitRequest(officer(scanner), id))).toBe("document.infected");
    const corrected = attachAuthorization(
      officer(scanner),
      id,
      { ...bench.order, case_number: "2" },
      undefined,
    );
    expect(await code(corrected)).toBe("document.infected");
    await attach(id, PDF, scanner);
    expect((await submitRequest(officer(scanner), id)).state).toBe("stage_1");
  });

  it("two jobs at once store one result and move the request once", async () => {
    const id = await waiting();
    await Promise.all([loop(scanner), loop(scanner), loop(scanner)]);
    expect(await actionsOf(id)).toEqual(["document.scan"]);
    const { rows } = await bench.query(
      "SELECT by_user_id FROM request_event WHERE request_id = $1 AND kind = 'checked'",
      [id],
    );
    expect(rows).toEqual([{ by_user_id: null }]);
  });

  it("a replaced document neither delays nor moves its request", async () => {
    const id = await bench.draft();
    await attach(id, EICAR_PDF, AWAY);
    await attach(id, PDF, AWAY);
    await submitRequest(officer(AWAY), id);
    await loop(scanner);
    expect((await getRequest(bench.legal, id)).state).toBe("stage_1");
    expect(await actionsOf(id)).toEqual(["document.quarantine", "document.scan"]);
  });

  it("a draft's document is scanned as well, and the draft stays a draft", async () => {
    const id = await bench.draft();
    await attach(id, PDF, AWAY);
    await loop(scanner);
    expect((await getRequest(bench.regulator, id)).authorization?.document?.scan).toBe("clean");
    expect((await submitRequest(officer(AWAY), id)).state).toBe("stage_1");
  });

  it("a requester whose request waits for the scanner can withdraw it", async () => {
    const id = await waiting();
    expect((await withdrawRequest(bench.regulator, id, undefined)).state).toBe("withdrawn");
    await loop(scanner);
    expect((await getRequest(bench.regulator, id)).state).toBe("withdrawn");
  });

  it("a document that was altered in the database is not scanned, and delays no other", async () => {
    const altered = await waiting();
    const other = await waiting();
    await bench.query("ALTER TABLE document DISABLE TRIGGER ALL", []);
    await bench.query(
      "UPDATE document SET tag = decode('00000000000000000000000000000000', 'hex') WHERE request_id = $1",
      [altered],
    );
    await bench.query("ALTER TABLE document ENABLE TRIGGER ALL", []);
    await loop(scanner);
    expect((await getRequest(bench.legal, altered)).state).toBe("document_check");
    expect((await getRequest(bench.legal, other)).state).toBe("stage_1");
  });
});

describe("a scanner that is away until the deadline", () => {
  const keep = (days: number) => {
    const ms = Date.now() + days * 86_400_000;
    const clock = { ...bench.cx.clock, now: () => new Date(ms), nowMs: () => ms };
    return keepRequests({ ...bench.cx, clock, logger: createLogger("test", "silent"), system: "portal" });
  };
  const standing = async (id: string) => {
    const { state, escalated_to: with_, waiting_for: waits } = await getRequest(bench.legal, id);
    return [state, with_, waits];
  };

  it("the request becomes overdue and escalates to the executives, and still no one can read or release it", async () => {
    const id = await waiting();
    await keep(13.9);
    expect(await standing(id)).toEqual(["document_check", undefined, undefined]);
    await keep(14.1);
    expect(await standing(id)).toEqual(["overdue", "compliance", undefined]);
    await keep(17.3);
    expect((await getRequest(executive, id)).escalated_to).toBe("executive");
    expect((await getRelease(executive, id)).acts).toEqual([]);
    expect(await code(proposeRelease(executive, id, { reason: "No scan has run" }))).toBe("document.pending");
    for (const stage of ["legal", "coordinator"] as const)
      expect(await code(decideRequest(bench.both, id, bench.approval(stage)))).toBe("decision.stage");
    const { authorization } = await getRequest(bench.legal, id);
    expect(await code(readDocument(executive, id, authorization?.id ?? ""))).toBe("document.pending");
    for (const move of [
      "state = 'approved', last_event = 'release'",
      "state = 'stage_1', last_event = 'resume'",
    ])
      await expect(
        bench.query(`UPDATE access_request SET ${move} WHERE id = $1`, [id]),
        move,
      ).rejects.toMatchObject({ code: "SP002" });

    // The scanner's result begins its review, and it stays overdue all the time.
    await Promise.all([loop(scanner), loop(scanner)]);
    expect(await standing(id)).toEqual(["overdue", "executive", "legal"]);
    expect(await actionsOf(id)).toEqual(["document.scan"]);
    const { timeline } = await getRequest(bench.legal, id);
    expect(timeline.slice(-2).map(({ kind }) => kind)).toEqual(["checked", "overdue"]);
    expect((await getRelease(executive, id)).acts).toEqual(["propose"]);
    expect((await decideRequest(bench.legal, id, bench.approval("legal"))).state).toBe("stage_2");
  });

  it("if it then finds malware, the request is a draft again, escalated to no one, and its dates begin at the next submission", async () => {
    const id = await waiting(EICAR_PDF);
    await keep(14.1);
    await keep(17.3);
    await loop(scanner);
    expect(await standing(id)).toEqual(["draft", undefined, "requester"]);
    await attach(id, PDF, scanner);
    const again = await submitRequest(officer(scanner), id);
    expect(again.state).toBe("stage_1");
    expect(Date.parse(again.response_due_at ?? "")).toBeGreaterThan(Date.now() + 13 * 86_400_000);
    expect((await getRequest(bench.legal, id)).acts).toContain("extend");
    expect(await code(getRequest(executive, id))).toBe("request-file.not-found");
  });

  it("its officer can still withdraw the request", async () => {
    const id = await waiting();
    await keep(14.1);
    expect((await withdrawRequest(bench.regulator, id, undefined)).state).toBe("withdrawn");
    await loop(scanner);
    expect((await getRequest(bench.regulator, id)).state).toBe("withdrawn");
  });
});

it("the database accepts a result once, for a document that waits, and only known results", async () => {
  const id = await bench.draft();
  await attach(id, PDF, undefined);
  const set = (scan: string) =>
    bench.query("UPDATE document SET scan = $2 WHERE request_id = $1", [id, scan]);
  for (const scan of ["clean", "infected", "pending"])
    await expect(set(scan), scan).rejects.toMatchObject({ code: "SP002" });
  await attach(id, PDF, scanner);
  await expect(set("not scanned")).rejects.toMatchObject({ code: "SP002" });
  await expect(set("harmless")).rejects.toMatchObject({ code: "SP002" });
});
