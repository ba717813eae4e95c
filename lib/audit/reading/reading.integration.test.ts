import { execFile } from "node:child_process";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemClock } from "@/lib/clock";
import type { Context } from "@/lib/context/context";
import type { Principal } from "@/lib/context/principal";
import { fromBase64, fromBase64url, utf8 } from "@/lib/crypto/bytes";
import { leafHash, verifyInclusion } from "@/lib/crypto/log/merkle";
import { openNote, vkey } from "@/lib/crypto/log/signed-note";
import { uuidv7 } from "@/lib/crypto/uuid";
import { createEscrowClient } from "@/lib/escrow/client/client";
import { createOrganisation } from "@/lib/identity/people/create-organisation";
import { createUser } from "@/lib/identity/people/create-user";
import { createTenant } from "@/lib/identity/people/tenant";
import { type ServiceServer, serveHttp } from "@/lib/ipc/server";
import { loadSigningKey, type SigningKey } from "@/lib/keystore/signing-key";
import { createLogger } from "@/lib/telemetry/logger";
import {
  type AuditBench,
  createAuditBench,
  createTestKeystore,
  pinnedKeys,
} from "@/lib/testing/benches/audit-bench";
import { fixedFlags } from "@/lib/testing/benches/bench-flags";
import { fixedPolicies } from "@/lib/testing/benches/bench-policies";
import { childArguments } from "@/lib/testing/children/child-arguments";
import type { Role } from "@/lib/vocabulary";
import { ROUTINE_READS } from "../action-groups";
import { Policy } from "../bundle-verifier/claims/bundle-format";
import { verifyBundle } from "../bundle-verifier/verify-bundle";
import { parseCheckpointText } from "../entry/checkpoint";
import type { AuditEvent } from "../entry/event";
import { exportLog } from "../export/export-log";
import { issueReceipt } from "../record/issue-receipt";
import { recordEvent } from "../record/record-event";
import { EventQuery, ExportQuery } from "../schema";
import { publishCheckpoint } from "../sequencer/checkpointer";
import { integrateBatch, prepareLog } from "../sequencer/sequencer";
import { type EntryFile, openEntryFile } from "../signer/entry-file";
import { signerHandler } from "../signer/serve-signer";
import { getEvent } from "./get-event";
import { listAccessLogs } from "./list-access-logs";
import { countRoutineReads, listEvents } from "./list-events";
import { getCheckpoint } from "./proofs/get-audit-keys";
import { getProof } from "./proofs/get-proof";

const logger = createLogger("test", "silent");
const TX = uuidv7(Date.now());
const CASE = uuidv7(Date.now());

let bench: AuditBench;
let signerKey: SigningKey;
let server: ServiceServer;
let entryFile: EntryFile;
let options: Parameters<typeof publishCheckpoint>[0];

function person(name: string, role: Role, more: Partial<Principal> = {}): Context {
  const principal: Principal = {
    userId: uuidv7(Date.now()),
    handle: name,
    name: `Person ${name}`,
    pseudonym: `u_${name}`,
    tenantId: bench.place.tenantId,
    organisationId: uuidv7(Date.now()),
    role,
    duties: [],
    scopes: ["read", "export"],
    proof: { kind: "api-key", keyId: uuidv7(Date.now()), prefix: "spk", signed: false },
    ...more,
  };
  const escrow = createEscrowClient({
    url: "unix:/nowhere.sock",
    vkey: vkey(`${bench.place.log}/custodian`, signerKey.publicKey),
    log: bench.place.log,
    clock: systemClock,
  });
  const client = { address: "203.0.113.7", userAgent: "test-agent" };
  return {
    ...bench.cx,
    principal,
    client,
    keystore: bench.keystore,
    escrow,
    logger,
    policies: fixedPolicies(),
    flags: fixedFlags(),
  };
}

async function anchor(): Promise<void> {
  while ((await integrateBatch(bench.sequencerPool, bench.place)).added > 0);
  await publishCheckpoint(options);
}

const opened: AuditEvent = {
  class: "disclosure",
  outcome: "done",
  action: "disclosure.open",
  subjects: [],
  purpose: "settlement",
  details: { note: "=cmd()" },
  index: { transactionId: TX },
  access: { dataAccessed: ["amount"], success: true, authorizedBy: "policy:participant" },
};

beforeAll(async () => {
  bench = await createAuditBench();
  await createTenant(bench.cx, "test");
  await prepareLog(bench.sequencerPool, bench.place);
  signerKey = loadSigningKey(await createTestKeystore("signer", bench.place.log), "log");
  const dir = await mkdtemp(path.join(tmpdir(), "sealport-read-"));
  const file = await openEntryFile(dir, bench.place.log);
  const signerUrl = `unix:${dir}/s.sock`;
  const from = { pool: bench.signerPool, file, log: bench.place.log, signer: signerKey, clock: systemClock };
  entryFile = file;
  server = await serveHttp(signerUrl, signerHandler(from, logger));
  options = { ...bench.place, pool: bench.sequencerPool, signerUrl, logVkey: signerKey.vkey, logger };
  Object.assign(bench.cx.instance, { pinned: pinnedKeys(bench.place.log, signerKey.publicKey) });
  await recordEvent(person("miner-789", "miner", { participantId: "miner-789" }), opened);
  await recordEvent(person("client-123", "client", { participantId: "client-123" }), {
    ...opened,
    outcome: "denied",
    access: { dataAccessed: [], success: false, error: "transaction.not-found" },
  });
  await recordEvent(person("regulator-001", "regulator"), {
    ...opened,
    caseId: CASE,
    caseDetails: { order: "sealed" },
  });
  await anchor();
});
afterAll(async () => {
  await server.close();
  await entryFile.close();
  await bench.close();
});

/** The same person with an account: an export breaks off when its maker's account ends. */
async function standing(cx: Context): Promise<Context> {
  const { principal } = cx;
  const { role, duties } = principal;
  const handle = uuidv7(Date.now());
  const { id: organisationId } = await createOrganisation(bench.cx, { name: handle, kind: "agency" });
  const account = { handle, name: principal.name, email: `${handle}@example.org`, password: handle };
  const { id: userId } = await createUser(bench.cx, { ...account, role, duties, organisationId });
  return { ...cx, principal: { ...principal, userId, organisationId } };
}

async function bodyOf(cx: Context, query: Record<string, string>): Promise<Uint8Array> {
  const { response } = await exportLog(await standing(cx), ExportQuery.parse(query));
  return new Uint8Array(await response.arrayBuffer());
}

describe("reading the log", () => {
  it("lists what the caller may see, leaves foreign cases out, and logs itself", async () => {
    const auditor = person("auditor-001", "auditor");
    const page = await listEvents(auditor, EventQuery.parse({ action: "disclosure.open" }));
    expect(page.items.map((item) => item.actor)).toEqual(["u_client-123", "u_miner-789"]);
    const decider = person("coordinator-001:legal", "coordinator", { duties: ["legal"] });
    expect((await listEvents(decider, EventQuery.parse({ action: "disclosure.open" }))).items).toHaveLength(
      3,
    );
    await anchor();
    const reads = await listEvents(
      auditor,
      EventQuery.parse({ action: "audit.read", actor: "u_auditor-001" }),
    );
    expect(reads.items.length).toBeGreaterThan(0);
    const first = await listEvents(auditor, EventQuery.parse({ limit: "1" }));
    const second = await listEvents(
      auditor,
      EventQuery.parse({ limit: "1", cursor: first.next_cursor ?? "" }),
    );
    expect(second.items[0]?.seq).toBeLessThan(first.items[0]?.seq ?? 0);
  });

  it("a row has the words of its sentence, and its details only where they are asked for", async () => {
    const auditor = person("auditor-001", "auditor");
    const rows = async (more: object) => {
      const query = EventQuery.parse({ action: "disclosure.open", actor: "u_miner-789", ...more });
      return (await listEvents(auditor, query)).items;
    };
    expect((await rows({})).map(({ words, details }) => [words, details])).toEqual([
      [{ fields: ["amount"] }, undefined],
    ]);
    expect((await rows({ details: "true" })).map(({ details }) => details)).toEqual([{ note: "=cmd()" }]);
  });

  it("a page without routine reads leaves out those that succeeded alone, and says how many", async () => {
    const auditor = person("auditor-001", "auditor");
    await listEvents(auditor, EventQuery.parse({ limit: "1" }));
    await anchor();
    const at = async (reads: "true" | "false") =>
      (await listEvents(auditor, EventQuery.parse({ limit: "100", reads }))).items;
    const [all, folded] = [await at("true"), await at("false")];
    const isRoutine = ({ action, outcome }: (typeof all)[number]) =>
      outcome === "done" && ROUTINE_READS.includes(action);
    const routine = all.filter(isRoutine);
    expect(routine.length).toBeGreaterThan(0);
    expect(folded).toEqual(all.filter((item) => !isRoutine(item)));
    const range = { from: 0, to: all[0]?.seq ?? 0 };
    expect(await countRoutineReads(auditor, {}, range)).toBe(routine.length);
  });

  it("opens the parts of an entry that the caller may read, and no others", async () => {
    const auditor = person("auditor-001", "auditor");
    const own = await listEvents(auditor, EventQuery.parse({ actor: "u_miner-789" }));
    const seq = own.items[0]?.seq ?? -1;
    const kinds = async (cx: Context) => (await getEvent(cx, seq)).parts.map((part) => part.kind).sort();
    expect(await kinds(auditor)).toEqual(["org", "subject"]);
    expect(await kinds(person("coordinator-001", "coordinator"))).toEqual(["org"]);
    await expect(getEvent(auditor, 10_000)).rejects.toMatchObject({ code: "audit.not-found" });
    const decider = person("coordinator-001:legal", "coordinator", { duties: ["legal"] });
    const fenced =
      (await listEvents(decider, EventQuery.parse({ actor: "u_regulator-001" }))).items[0]?.seq ?? -1;
    await expect(getEvent(auditor, fenced)).rejects.toMatchObject({ code: "audit.not-found" });
    expect((await getEvent(decider, fenced)).parts.map((part) => part.kind).sort()).toEqual(["case", "org"]);
  });

  it("records a read without revealing to others which case it was about", async () => {
    const regulator = person("regulator-002", "regulator");
    await listEvents(regulator, EventQuery.parse({ subject: `request:${CASE}` }));
    await listAccessLogs(regulator, { limit: 10, offset: 0, transaction_id: TX });
    await bodyOf(regulator, { format: "ndjson", subject: `request:${CASE}` });
    const decider = person("coordinator-001:legal", "coordinator", { duties: ["legal"] });
    const fenced = await listEvents(decider, EventQuery.parse({ actor: "u_regulator-001" }));
    await getEvent(decider, fenced.items[0]?.seq ?? -1);
    await anchor();
    const outsider = person("auditor-002", "auditor");
    const reads = async (actor: string) =>
      (await listEvents(outsider, EventQuery.parse({ actor, limit: "200" }))).items;
    const details = await Promise.all(
      (await reads("u_regulator-002")).map(async ({ seq, action }) => {
        const { parts } = await getEvent(outsider, seq ?? -1);
        return [action, parts.find((part) => part.kind === "org")?.plaintext.details];
      }),
    );
    expect(details).toEqual([
      ["audit.export", { format: "ndjson", filter: ["subject"] }],
      ["access.logs", { filter: ["transaction_id"] }],
      ["audit.read", { filter: ["subject"] }],
    ]);
    for (const { seq } of await reads("u_coordinator-001:legal")) {
      const { parts } = await getEvent(outsider, seq ?? -1);
      expect(JSON.stringify(parts)).not.toContain(`"seq":${fenced.items[0]?.seq}`);
    }
  });

  it("gives an inclusion proof that verifies under the newest checkpoint, again after the log has grown", async () => {
    const auditor = person("auditor-001", "auditor");
    const { entry } = await getEvent(auditor, 1);
    for (let grown = 0; grown < 3; grown += 1) {
      await anchor();
      const proof = await getProof(auditor, 1);
      const at = proof.indexOf("\n\n");
      const hashes = proof.slice(0, at).split("\n").slice(2).map(fromBase64);
      const note = proof.slice(at + 2);
      expect(note).toBe(await getCheckpoint(auditor));
      const { size, root } = parseCheckpointText(openNote(note, [signerKey.vkey]).text);
      const leaf = leafHash(fromBase64url(entry));
      expect(verifyInclusion({ leafHash: leaf, index: 1, size, proof: hashes, root })).toBe(true);
    }
  });

  it("shows accesses in the coordinator's shape: all to an auditor, a participant's own to a participant", async () => {
    const query = { limit: 100, offset: 0, transaction_id: TX };
    const all = await listAccessLogs(person("auditor-001", "auditor"), query);
    expect(all).toMatchObject({ total_count: 2, has_more: false });
    expect(all.logs[0]).toMatchObject({
      participant_id: "client-123",
      success: false,
      error: "transaction.not-found",
    });
    expect(all.logs[1]).toMatchObject({
      data_accessed: ["amount"],
      ip_address: "203.0.113.7",
      success: true,
    });
    const own = await listAccessLogs(person("miner-789", "miner", { participantId: "miner-789" }), query);
    expect(own.logs.map((log) => log.participant_id)).toEqual(["miner-789"]);
  });
});

describe("exporting the log", () => {
  it("a bundle verifies on the command line under the pinned keys, and every export is in the log", async () => {
    const auditor = person("auditor-001", "auditor");
    const appended = await recordEvent(auditor, opened);
    await anchor();
    const bundle = await bodyOf(auditor, { format: "bundle" });
    const { receiptSigner } = bench.cx.audit;
    const keys = { log: [signerKey.vkey], receipts: [vkey(receiptSigner.name, receiptSigner.publicKey)] };
    const report = await verifyBundle(bundle, { policy: Policy.parse(keys) });
    expect(report.findings).toEqual([]);
    expect(report.verdict).toBe("verified");
    const dir = await mkdtemp(path.join(tmpdir(), "sealport-bundle-"));
    const [file, policy, receipt] = ["log.zip", "policy.json", "receipt.json"].map((name) =>
      path.join(dir, name),
    );
    if (file === undefined || policy === undefined || receipt === undefined) throw new TypeError("no names");
    await writeFile(file, bundle);
    await writeFile(policy, JSON.stringify(keys));
    await writeFile(receipt, JSON.stringify(await issueReceipt(auditor, appended)));
    const run = (...args: string[]) =>
      promisify(execFile)(process.execPath, childArguments("scripts/verify.ts", ...args), {
        env: { NODE_ENV: "test", PATH: process.env.PATH },
      }).then(
        ({ stdout }) => ({ code: 0, stdout }),
        (error: { code: number; stdout: string }) => ({ code: error.code, stdout: error.stdout }),
      );
    expect(await run(file, "--policy", policy, "--receipt", receipt)).toMatchObject({ code: 0 });
    expect((await run(file)).code).toBe(3);
    expect((await run()).code).toBe(2);
    bundle[2_000] = (bundle[2_000] ?? 0) ^ 1;
    await writeFile(file, bundle);
    const wrong = await run(file, "--policy", policy);
    expect(wrong.code).toBe(1);
    expect(wrong.stdout).toMatch(
      /not the canonical zip of its files: the zip has a wrong checksum for the content of \S+/,
    );
  });

  it("a filtered bundle verifies and says that it is filtered", async () => {
    const bundle = await bodyOf(person("auditor-001", "auditor"), {
      format: "bundle",
      action: "disclosure.open",
    });
    const report = await verifyBundle(bundle);
    expect([report.findings, report.verdict]).toEqual([[], "consistent"]);
    expect(report.notes.some((note) => note.detail.startsWith("a filtered export"))).toBe(true);
  });

  it("NDJSON carries the canonical bytes of each entry, JSON parses, CSV runs no formula", async () => {
    const auditor = person("auditor-001", "auditor");
    const lines = new TextDecoder()
      .decode(await bodyOf(auditor, { format: "ndjson" }))
      .trimEnd()
      .split("\n");
    for (const line of lines) {
      const { entry, leaf } = JSON.parse(line);
      const text = line.slice(line.indexOf('"entry":') + 8, line.lastIndexOf(',"leaf":'));
      expect(Buffer.from(leafHash(utf8(text))).toString("base64url")).toBe(leaf);
      expect(JSON.parse(text)).toEqual(entry);
    }
    const json = JSON.parse(new TextDecoder().decode(await bodyOf(auditor, { format: "json" })));
    expect(json.entries).toHaveLength(lines.length);
    expect(json.later.count).toBeGreaterThan(0);
    const csv = new TextDecoder().decode(
      await bodyOf(auditor, { format: "csv", bom: "true", delimiter: ";" }),
    );
    expect(csv.split("\r\n")).toHaveLength(lines.length + 2);
  });
});
