import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DEFAULT_DOCUMENT } from "@/lib/access/policy/default-document";
import { policyVersionOf } from "@/lib/access/policy/engine";
import { agreeToAgreement } from "@/lib/administration/agreements/decide-agreement";
import type { AdministrationContext } from "@/lib/administration/agreements/kind";
import { readinessOf } from "@/lib/administration/readiness/count-missing";
import { readReadiness } from "@/lib/administration/readiness/read-readiness";
import { askRules, confirmMail, recordBackup, recordDrill } from "@/lib/administration/readiness/record";
import { runChecks } from "@/lib/administration/readiness/run-checks";
import {
  NeededItem,
  type ReadinessItem,
  type ReadinessItemName,
} from "@/lib/administration/readiness/schema";
import { type FinishedRun, insertRun } from "@/lib/backup/record/store";
import type { PinnedKeys, Scanner, Verdict } from "@/lib/context/context";
import { toBase64 } from "@/lib/crypto/bytes";
import { vkey } from "@/lib/crypto/log/signed-note";
import { ed25519PublicKey, ed25519Sign } from "@/lib/crypto/primitives";
import { openOwnerPool } from "@/lib/db/migrate";
import type { CustodyChoice } from "@/lib/env/custody";
import { DomainError } from "@/lib/errors";
import { withProof } from "@/lib/ipc/peer-proof";
import { type ServiceServer, serveHttp } from "@/lib/ipc/server";
import type { Keystore } from "@/lib/keystore/keystore";
import { openMailer } from "@/lib/notify/mail/mailer";
import {
  type AdministrationBench,
  createAdministrationBench,
} from "@/lib/testing/benches/administration-bench";
import { outcomeOf, refusalOf } from "@/lib/testing/benches/refusal";
import { pastTriggers } from "@/lib/testing/log/past-triggers";
import { MAIL_LOGIN, openMailServer } from "@/lib/testing/servers/mail-server";

let bench: AdministrationBench;
let admin: Client;
beforeAll(async () => {
  bench = await createAdministrationBench();
  admin = new Client({ connectionString: bench.portal.audit.database.adminUrl });
  await admin.connect();
});
afterAll(async () => {
  for (const server of closing) await server.close(0);
  await admin?.end();
  await bench?.close();
});

async function itemOf(name: ReadinessItemName): Promise<ReadinessItem | undefined> {
  return (await readReadiness(bench.greta)).items.find(({ item }) => item === name);
}
/** Runs one check with other parts than the bench's, and returns what the list then says. */
async function check(item: NeededItem, parts: Partial<AdministrationContext> = {}) {
  const answer = await runChecks({ ...bench.greta, ...parts }, { items: [item] });
  return answer.items.find((one) => one.item === item);
}
const closing: ServiceServer[] = [];
/** The instance with a custodian, a signer and perhaps a witness that say where their keys are kept. */
async function servedParts(...kinds: readonly (CustodyChoice["kind"] | undefined)[]) {
  const parts = await Promise.all(
    kinds.map(async (kind, at) => {
      const seed = new Uint8Array(32).fill(at + 1);
      const url = `unix:${mkdtempSync(path.join(tmpdir(), "sp-parts-"))}/s.sock`;
      const key = { sign: async (message: Uint8Array) => ed25519Sign(seed, message) };
      const handler = withProof(async () => ({ status: 200, body: {} }), key, kind);
      closing.push(await serveHttp(url, handler));
      return { url, vkey: vkey("readiness.test/part", ed25519PublicKey(seed)) };
    }),
  );
  const { instance } = bench.greta;
  const [custodian, signer, ownWitness] = parts;
  const pinned: PinnedKeys = {
    ...{ witnesses: [], witnessPolicy: { own: 0, independent: 0 }, ...instance.pinned },
    ...{ custodian: custodian?.vkey ?? "", log: signer?.vkey ?? "" },
  };
  const urls = { custodianUrl: custodian?.url, signerUrl: signer?.url };
  return { instance: { ...instance, ...urls, ownWitness, pinned } };
}
const scanner = (verdict: Verdict): Scanner => ({ scan: async () => verdict });

/** A custodian that says this of itself. */
const custodian = (evaluation: boolean, code?: "custodian.unavailable" | "custodian.refused") => {
  const { escrow, instance } = bench.greta;
  const identity = async () => {
    if (code !== undefined) throw new DomainError(code);
    return { log: instance.log, vkey: escrow.vkey, evaluation };
  };
  const epoch = async () => ({ epoch: 1, kid: "escrow#1" });
  // The client is a class without these two; only they are called.
  return Object.assign(Object.create(escrow), { identity, epoch }) as AdministrationContext["escrow"];
};

describe("the list of what real data needs", () => {
  it("has ten needed parts and says for each why it is not done", async () => {
    const list = await readReadiness(bench.greta);
    expect(list).toMatchObject({ assurance: "setup", done: 0 });
    const causes = Object.fromEntries(list.items.map(({ item, cause }) => [item, cause]));
    expect(causes).toEqual({
      ...{ organisation: "not_checked", administrators: "one_administrator", keys: "not_checked" },
      ...{ backup: "no_backup", custodian: "not_checked", policies: "not_agreed", mail: "not_checked" },
      ...{ scanner: "not_checked", agency: "agency_incomplete", drill: "no_drill" },
      ...{
        database_backup: "no_database_backup",
        alert_address: "no_alert_address",
        witness: "no_witness",
        time_stamps: "no_time_stamps",
      },
    });
    for (const { detail } of list.items) expect(detail).toMatch(/\.$/);
    expect(await readinessOf(bench.runtime).countMissing()).toBe(NeededItem.options.length);
  });
});

describe("a check", () => {
  it("of the address needs https", async () => {
    expect(await check("organisation")).toMatchObject({
      ...{ state: "failed", cause: "plain_http", checked_by: bench.greta.principal.name },
      facts: { host: "localhost:3000", organisation: "Test operator" },
    });
  });

  it("of the keys makes, uses and destroys one, and stays failed while the root key is in a file", async () => {
    const destroyed: string[] = [];
    const watched = new Proxy(bench.runtime.keystore, {
      get: (of, name) => {
        if (name === "destroyPrivateKey")
          return async (ref: { participant: string }) => destroyed.push(ref.participant);
        if (name === "serviceState") return () => "up";
        const member: unknown = Reflect.get(of, name);
        return typeof member === "function" ? member.bind(of) : member;
      },
    }) as Keystore;
    const inFiles = await servedParts("local", "local");
    expect(await check("keys", inFiles)).toMatchObject({
      ...{ state: "failed", cause: "key_file", facts: { parts: "portal, custodian, signer" } },
      detail: expect.stringContaining("of these parts is in a file: portal, custodian, signer."),
    });
    expect(
      await check("keys", { ...(await servedParts("pkcs11", "transit")), keystore: watched }),
    ).toMatchObject({
      state: "done",
    });
    expect(destroyed).toEqual(["readiness-check"]);
    const away = Object.assign(Object.create(bench.runtime.keystore), {
      requireKeys: async () => Promise.reject(new DomainError("service.keystore-unavailable")),
    }) as Keystore;
    expect(await check("keys", { keystore: away })).toMatchObject({ cause: "key_failed" });
  });

  it("of the keys is not done while custodian, signer or the own witness keep theirs in a file, or do not say where", async () => {
    const keystore = Object.assign(Object.create(bench.runtime.keystore), {
      serviceState: () => "up",
    }) as Keystore;
    const of = async (...kinds: readonly (CustodyChoice["kind"] | undefined)[]) =>
      check("keys", { keystore, ...(await servedParts(...kinds)) });
    expect(await of("local", "aws-kms")).toMatchObject({ cause: "key_file", facts: { parts: "custodian" } });
    expect(await of("aws-kms", "local")).toMatchObject({ cause: "key_file", facts: { parts: "signer" } });
    expect(await of("pkcs11", undefined)).toMatchObject({
      ...{ state: "failed", cause: "key_place_unknown", facts: { parts: "signer" } },
    });
    expect(await of("pkcs11", "pkcs11", "local")).toMatchObject({
      ...{ cause: "key_file", facts: { parts: "witness" } },
    });
    expect(await of("pkcs11", "pkcs11", undefined)).toMatchObject({
      ...{ cause: "key_place_unknown", facts: { parts: "witness" } },
    });
    expect(await of("pkcs11", "pkcs11", "pkcs11")).toMatchObject({ state: "done" });
    const { instance } = await servedParts("pkcs11", "pkcs11");
    const other = { ...instance, signerUrl: instance.custodianUrl };
    expect(await check("keys", { keystore, instance: other })).toMatchObject({ cause: "key_place_unknown" });
  });

  it("of the custodian fails while it is away, signs with another key, is an evaluation or our own user", async () => {
    const of = (escrow: AdministrationContext["escrow"], custodianUrl = "unix:/nonexistent.sock") =>
      check("custodian", { escrow, instance: { ...bench.greta.instance, custodianUrl } });
    expect(await check("custodian")).toMatchObject({ cause: "custodian_away" });
    expect(await of(custodian(false, "custodian.refused"))).toMatchObject({ cause: "custodian_key" });
    expect(await of(custodian(true))).toMatchObject({ cause: "evaluation" });
    expect(await of(custodian(false))).toMatchObject({ cause: "same_user" });
    expect(await of(custodian(false), "mtls://192.0.2.1:7443")).toMatchObject({
      ...{ state: "done", facts: { where: "other_machine" } },
    });
  });

  it("of the scanner is done only where it finds the test file", async () => {
    const engine = "ClamAV 1.4";
    expect(await check("scanner")).toMatchObject({ state: "open", cause: "no_scanner" });
    const of = (verdict: Verdict) => check("scanner", { scanner: scanner(verdict) });
    expect(await of({ kind: "clean", engine })).toMatchObject({ cause: "scanner_blind", facts: { engine } });
    expect(await of({ kind: "away", reason: "timeout" })).toMatchObject({ cause: "timeout" });
    expect(await of({ kind: "infected", engine, found: "Eicar" })).toMatchObject({ state: "done" });
  });

  it("of outgoing mail is done when a person enters the code that the message has", async () => {
    const mails = await openMailServer();
    const { port, authority } = mails;
    const url = `smtp://${MAIL_LOGIN}@localhost:${port}`;
    const mailer = openMailer({ url, from: "portal@havel.example", evaluation: false, authority });
    const cx = { ...bench.greta, mailer };
    const confirm = (code: string) => confirmMail(cx, { code });
    expect(await check("mail")).toMatchObject({ cause: "no_mail_server" });
    expect(await outcomeOf(confirm("12345678"))).toBe("readiness.code");
    expect(await check("mail", { mailer })).toMatchObject({ state: "open", cause: "code_sent" });
    expect(JSON.stringify(await itemOf("mail"))).not.toContain("mark");
    const code = /is (\d{8})\./.exec(mails.taken[0]?.text ?? "")?.[1] ?? "";
    expect(await outcomeOf(confirm(code === "00000000" ? "00000001" : "00000000"))).toBe("readiness.code");
    expect((await confirm(`${code.slice(0, 4)} ${code.slice(4)}`)).done).toBeGreaterThan(0);
    expect(await itemOf("mail")).toMatchObject({ state: "done", facts: { host: "localhost" } });
    expect(await outcomeOf(confirm(code))).toBe("readiness.code");
    // All checks at once leave a confirmed mail as it is; the message goes out again only where it is named.
    await runChecks(cx, {});
    expect(mails.taken).toHaveLength(1);
    await check("mail", { mailer });
    for (let wrong = 0; wrong < 5; wrong += 1) await outcomeOf(confirm("not it"));
    expect(await itemOf("mail")).toMatchObject({ cause: "not_checked" });
    mailer.close();
    await mails.close();
    const nowhere = openMailer({
      url: "smtp://mail.invalid:25",
      from: "portal@havel.example",
      evaluation: false,
    });
    expect(await check("mail", { mailer: nowhere })).toMatchObject({
      ...{ state: "failed", cause: "no_such_host", detail: "mail.invalid was not reached: no such host." },
    });
  });

  it("is an entry that names the parts, and results are no one's to write without one", async () => {
    const before = await bench.entries("readiness.check");
    await check("scanner");
    expect(await bench.entries("readiness.check")).toBe(before + 1);
    const write = bench.query(
      "UPDATE readiness_check SET state = 'done', cause = NULL WHERE item = 'scanner'",
    );
    await expect(write).rejects.toThrow("no audit entry");
  });
});

describe("what people state", () => {
  it("about the rules needs a second administrator, and another version of the rules", async () => {
    const read = { policy_version: policyVersionOf(DEFAULT_DOCUMENT), reason: "Read on the train" };
    expect(await outcomeOf(askRules(bench.greta, { ...read, policy_version: "other" }))).toBe(
      "request.invalid",
    );
    const asked = await askRules(bench.greta, read);
    expect(await itemOf("policies")).toMatchObject({ state: "open", cause: "waiting" });
    expect(await outcomeOf(agreeToAgreement(bench.greta, asked.id, {}))).toBe("agreement.second-person");
    await agreeToAgreement(bench.nils, asked.id, {});
    expect(await itemOf("policies")).toMatchObject({
      state: "done",
      facts: { version: policyVersionOf(DEFAULT_DOCUMENT) },
    });
    expect(await outcomeOf(askRules(bench.nils, read))).toBe("request.invalid");
  });

  it("about the root key counts where a key service keeps it, not for a file", async () => {
    const statement = "Replicated in two regions, 30 days before a deletion";
    expect(await outcomeOf(recordBackup(bench.greta, { statement }))).toBe("request.conflict");
    const keystore = Object.assign(Object.create(bench.runtime.keystore), {
      serviceState: () => "up",
    }) as Keystore;
    await recordBackup({ ...bench.greta, keystore }, { statement });
    expect(await itemOf("backup")).toMatchObject({ state: "done", facts: { statement } });
  });

  it("about a drill counts with size and root of a checkpoint of this log", async () => {
    const root = new Uint8Array(32).fill(9);
    const { log, tenantId } = bench.runtime.instance;
    await pastTriggers(admin, ["audit_checkpoint"], async () => {
      await admin.query(
        "INSERT INTO audit_checkpoint (log, size, tenant_id, root, note) VALUES ($1, 5, $2, $3, 'note')",
        [log, tenantId, root],
      );
    });
    const held_on = bench.clock.now().toISOString().slice(0, 10);
    const drill = { held_on, place: "standby", size: 5, root: toBase64(root) };
    expect(await refusalOf(recordDrill(bench.greta, { ...drill, size: 6 }))).toMatchObject({
      ...{
        code: "readiness.drill",
        detail: expect.stringContaining("No checkpoint of this log has 6 entries"),
      },
    });
    const other = toBase64(new Uint8Array(32).fill(1));
    expect(await outcomeOf(recordDrill(bench.greta, { ...drill, root: other }))).toBe("readiness.drill");
    expect(await outcomeOf(recordDrill(bench.greta, { ...drill, held_on: "2099-01-01" }))).toBe(
      "request.invalid",
    );
    await recordDrill(bench.greta, drill);
    expect(await itemOf("drill")).toMatchObject({ state: "done", facts: { place: "standby", size: "5" } });
  });
});

describe("an instance", () => {
  it("says signed when all ten parts are done, setup again when one is not, and evaluation as a demonstration", async () => {
    const { greta, nils, runtime } = bench;
    const missing = async () => {
      bench.clock.advance(6_000);
      return readiness.countMissing();
    };
    const readiness = readinessOf(runtime);
    await pastTriggers(admin, ["agency", "credential", "auth_session", "readiness_check"], async () => {
      await admin.query(
        `UPDATE agency SET contacts = '[{"number": "+49 30 1"}]', people = '[{"name": "A", "email": "a@x.example"}, {"name": "B", "email": "b@x.example"}]'`,
      );
      for (const { userId } of [greta.principal, nils.principal]) {
        await admin.query(
          "INSERT INTO credential (id, tenant_id, user_id, kind, transports) VALUES (gen_random_uuid(), $1, $2, 'passkey', '{}')",
          [runtime.instance.tenantId, userId],
        );
        await admin.query(
          `INSERT INTO auth_session (sid, tenant_id, user_id, expires_at, method, proved_at, standing)
           VALUES (gen_random_uuid()::text, $1, $2, now(), 'passkey', now(), '')`,
          [runtime.instance.tenantId, userId],
        );
      }
      await admin.query("UPDATE readiness_check SET state = 'done', cause = NULL");
    });
    expect((await readReadiness(greta)).items.filter((one) => one.is_needed && one.state !== "done")).toEqual(
      [],
    );
    expect(await readReadiness(greta)).toMatchObject({ assurance: "signed", done: 10 });
    expect(await missing()).toBe(0);
    const demonstration = { ...greta, instance: { ...greta.instance, demonstration: true } };
    expect((await readReadiness(demonstration)).assurance).toBe("evaluation");
    await check("scanner");
    expect((await readReadiness(greta)).assurance).toBe("setup");
    expect(await missing()).toBe(1);
  });
});

describe("backups and drills of the operator's commands", () => {
  it("make their items done, and failed when they failed or grew old", async () => {
    const { tenantId } = bench.runtime.instance;
    const owner = openOwnerPool(bench.portal.audit.database.adminUrl);
    const report = (run: Pick<FinishedRun, "kind" | "outcome" | "facts">) => {
      bench.clock.advance(60_000);
      const at = bench.clock.now();
      return insertRun(owner, { ...run, tenantId, startedAt: at, finishedAt: at });
    };
    try {
      expect(await itemOf("database_backup")).toMatchObject({ state: "open", cause: "no_database_backup" });
      const facts = { reason: "The disk is full" };
      await report({ kind: "backup", outcome: "failed", facts });
      expect(await itemOf("database_backup")).toMatchObject({ cause: "database_backup_failed" });
      const made = { backup: "20261129T193000Z", log_size: 7, checkpoint: 7 };
      const file = { method: "copy", bytes: 1, sha256: "00", verified: "opened" as const, removed: [] };
      await report({ kind: "backup", outcome: "done", facts: { ...made, ...file } });
      expect(await itemOf("database_backup")).toMatchObject({ state: "done", facts: { size: "7" } });
      await report({ kind: "drill", outcome: "failed", facts });
      expect(await itemOf("drill")).toMatchObject({ cause: "drill_failed" });
      const found = { root: "r", pages: 1, opened: true, recovered: 0, erased_again: 0, rpo_s: 1, rto_s: 2 };
      await report({ kind: "drill", outcome: "done", facts: { ...made, ...found } });
      expect(await itemOf("drill")).toMatchObject({ state: "done", facts: { size: "7" } });
      bench.clock.advance(3 * 86_400_000);
      expect(await itemOf("database_backup")).toMatchObject({
        cause: "database_backup_old",
        facts: { hours: "72" },
      });
      bench.clock.advance(90 * 86_400_000);
      expect(await itemOf("drill")).toMatchObject({ cause: "drill_old", facts: { days: "93" } });
    } finally {
      await owner.end();
    }
  });
});
