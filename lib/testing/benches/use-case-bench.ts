import "server-only";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { integrateBatch, prepareLog } from "@/lib/audit/sequencer/sequencer";
import { type Clock, systemClock } from "@/lib/clock";
import type { Context } from "@/lib/context/context";
import type { Principal } from "@/lib/context/principal";
import { toBase64url } from "@/lib/crypto/bytes";
import { randomBytes } from "@/lib/crypto/primitives";
import { uuidv7 } from "@/lib/crypto/uuid";
import { startCustodian } from "@/lib/custodian/custodian";
import { createEscrowClient } from "@/lib/escrow/client/client";
import type { EscrowClient } from "@/lib/escrow/protocol/port";
import { createOrganisation } from "@/lib/identity/people/create-organisation";
import { createParticipant } from "@/lib/identity/people/create-participant";
import { createUser } from "@/lib/identity/people/create-user";
import { createTenant } from "@/lib/identity/people/tenant";
import { serveHttp } from "@/lib/ipc/server";
import { registerKey } from "@/lib/keys/register/register-key";
import { loadSigningKey } from "@/lib/keystore/signing-key";
import { createLogger } from "@/lib/telemetry/logger";
import { type AuditBench, createAuditBench, createTestKeyFolder } from "@/lib/testing/benches/audit-bench";
import { fixedFlags } from "@/lib/testing/benches/bench-flags";
import { fixedPolicies } from "@/lib/testing/benches/bench-policies";
import type { TestDatabase } from "@/lib/testing/servers/database";
import type { TestServer } from "@/lib/testing/servers/test-server";
import type { Duty, Role } from "@/lib/vocabulary";

export interface NewPerson {
  readonly role: Role;
  readonly duties?: readonly Duty[];
  readonly hasKey?: boolean;
  readonly kind?: "natural" | "legal";
  readonly organisation?: "operator" | "agency" | "company";
  /** An existing organisation, instead of a fresh one. */
  readonly organisationId?: string;
  readonly email?: string;
}

/** A portal's use cases on a real database with a real custodian behind its socket. */
export interface UseCaseBench extends AuditBench {
  readonly escrow: EscrowClient;
  /** Where that custodian listens, for child processes. */
  readonly custodianUrl: string;
  /** The custodian's roster file; it accepts the first roster written there. */
  readonly rosterFile: string;
  /** Folders of that custodian: its journal and its keystore. */
  readonly custodianDir: string;
  readonly custodianKeyDir: string;
  /** Makes a person of a fresh organisation and participant, and returns the context of their calls. */
  person(
    options: NewPerson,
  ): Promise<Context & { readonly principal: Principal & { participantId: string } }>;
  stopCustodian(): Promise<void>;
  /** Integrates the waiting entries into the log's tree, as a worker does. */
  integrate(): Promise<void>;
}

export const TEST_DOMAIN = "test.example";
/** A phone number in every test agency's record. */
export const TEST_CONTACT = "+49 30 000000";

function officeOf(kind: NonNullable<NewPerson["organisation"]>) {
  return kind === "agency" ? { emailDomains: [TEST_DOMAIN], contacts: [TEST_CONTACT] } : {};
}

/** Starts a custodian for this log on its own socket and with this clock; `close` removes it. */
export async function openCustodian(bench: Pick<AuditBench, "place">, clock: Clock = systemClock) {
  const dir = await mkdtemp(path.join(tmpdir(), "sp-cust-"));
  const log = bench.place.log;
  const { dir: keyDir, keystore } = await createTestKeyFolder("custodian", log);
  const custodian = await startCustodian({
    log,
    keystore,
    dir,
    rosterFile: path.join(dir, "roster.json"),
    clock,
    isEvaluation: true,
  });
  const url = `unix:${path.join(dir, "c.sock")}`;
  const server = await serveHttp(url, custodian.handler);
  const escrow = createEscrowClient({
    url,
    vkey: loadSigningKey(keystore, "identity").vkey,
    log,
    clock,
  });
  let isOpen = true;
  const close = async () => {
    if (!isOpen) return;
    isOpen = false;
    await server.close();
    await custodian.close();
    await rm(dir, { recursive: true, force: true });
  };
  return { escrow, url, close, dir, keyDir, rosterFile: path.join(dir, "roster.json") };
}

export interface UseCaseOptions {
  readonly server?: TestServer;
  readonly clock?: Clock;
  /** Instead of a database of its own. */
  readonly database?: TestDatabase;
  /** Names people and participants by their number, so that those of two benches have the same names. */
  readonly areNamesAlike?: boolean;
}

/**
 * Opens the bench; call `close` when the test is over. Without `server` it uses the shared one of a vitest run. A given clock is the
 * custodian's clock too.
 */
export async function createUseCaseBench(options: UseCaseOptions = {}): Promise<UseCaseBench> {
  const bench = await createAuditBench(options);
  await createTenant(bench.cx, bench.place.log);
  const homeJurisdictions = ["EU"];
  await createOrganisation(bench.cx, { name: "Operator", kind: "operator", homeJurisdictions });
  const custodian = await openCustodian(bench, options.clock);
  const { escrow, url: custodianUrl, close, rosterFile } = custodian;
  const logger = createLogger("test", "silent");
  let made = 0;
  const person = async (wanted: NewPerson) => {
    const { role, duties = [], kind = "legal" } = wanted;
    const { organisation = role === "regulator" || role === "auditor" ? "agency" : "company" } = wanted;
    const { hasKey = role === "client" || role === "miner" } = wanted;
    made += 1;
    const id = `${role}-${options.areNamesAlike === true ? made : toBase64url(randomBytes(6))}`;
    const organisationId =
      wanted.organisationId ??
      (await createOrganisation(bench.cx, { name: id, kind: organisation, ...officeOf(organisation) })).id;
    await createParticipant(bench.cx, { id, organisationId, role, kind });
    const user = await createUser(bench.cx, {
      handle: id,
      name: `Person ${id}`,
      email: wanted.email ?? `${id}@${TEST_DOMAIN}`,
      role,
      organisationId,
      participantId: id,
      duties,
    });
    const principal = {
      userId: user.id,
      handle: id,
      name: `Person ${id}`,
      pseudonym: user.pseudonym,
      tenantId: bench.place.tenantId,
      organisationId,
      participantId: id,
      role,
      duties,
      scopes: [],
      proof: { kind: "api-key" as const, keyId: uuidv7(Date.now()), prefix: "test", signed: false },
    };
    const { db, instance, clock, audit } = bench.cx;
    const cx = {
      db,
      instance,
      clock,
      audit,
      policies: fixedPolicies(),
      flags: fixedFlags(),
      keystore: bench.keystore,
      escrow,
      logger,
      client: {},
      principal,
      requestId: uuidv7(Date.now()),
      caseKey: new Uint8Array(32).fill(5),
    };
    if (hasKey) await registerKey(cx, { participant_id: id, algorithm: "X25519", custody: "managed" });
    return cx;
  };
  return {
    ...bench,
    escrow,
    custodianUrl,
    rosterFile,
    custodianDir: custodian.dir,
    custodianKeyDir: custodian.keyDir,
    person,
    stopCustodian: close,
    integrate: async () => {
      await prepareLog(bench.sequencerPool, bench.place);
      while ((await integrateBatch(bench.sequencerPool, bench.place)).added > 0);
    },
    close: async () => {
      await close();
      await bench.close();
    },
  };
}
