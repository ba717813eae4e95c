import "server-only";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { encodeEntry, entryLeaf } from "@/lib/audit/entry/entry";
import { fixedClock } from "@/lib/clock";
import type { AppendedEntry } from "@/lib/context/recorder";
import { toBase64url } from "@/lib/crypto/bytes";
import { sealEnvelope } from "@/lib/crypto/envelope/envelope";
import { buildRecord, type RecordDigests } from "@/lib/crypto/envelope/record-digest";
import { formatMicros } from "@/lib/crypto/instant";
import type { Json } from "@/lib/crypto/json/canonical-json";
import { partKey, sealPart } from "@/lib/crypto/log/audit-part";
import { vkey } from "@/lib/crypto/log/signed-note";
import { ed25519PublicKey, generateX25519, randomBytes } from "@/lib/crypto/primitives";
import { signStatement } from "@/lib/crypto/statement";
import { uuidv7 } from "@/lib/crypto/uuid";
import { type Custodian, startCustodian } from "@/lib/custodian/custodian";
import { createEscrowClient } from "@/lib/escrow/client/client";
import type { EpochStatement, SignedEpochOrder } from "@/lib/escrow/protocol/epoch-order";
import type {
  AuthorizationRecord,
  DecidedSubmission,
  DisputeSubmission,
  RegistrationItem,
  RosterPerson,
} from "@/lib/escrow/protocol/messages";
import type { EscrowClient, EscrowOpening } from "@/lib/escrow/protocol/port";
import type { Roster } from "@/lib/escrow/protocol/roster";
import {
  type DecisionStatement,
  type DisputeStatement,
  INTENT_ACTION,
  intentDetails,
  type OpenStatement,
  recordDigest,
  type StatementSignature,
  validityTime,
} from "@/lib/escrow/protocol/statements";
import { type ServiceServer, serveHttp } from "@/lib/ipc/server";
import { createKeys } from "@/lib/keystore/files/create-keys";
import { createLocalKeystore } from "@/lib/keystore/files/local-keystore";
import type { Keystore } from "@/lib/keystore/keystore";
import { GroupName } from "@/lib/vocabulary";

export const TEST_LOG = "log.example.test/sealport";
const START = new Date("2026-11-24T15:00:00Z");
const HOUR_MS = 3_600_000;

interface Announcement {
  readonly outcome?: "intent" | "done";
  readonly atMs?: number;
  readonly log?: string;
  readonly purpose?: string;
}

interface Signer {
  readonly person: RosterPerson;
  readonly seed: Uint8Array;
}

function makeSigner(person: Omit<RosterPerson, "credentials">): Signer {
  const seed = randomBytes(32);
  const public_key = toBase64url(ed25519PublicKey(seed));
  return {
    person: { ...person, credentials: [{ kind: "ed25519", key_id: `${person.person}/1`, public_key }] },
    seed,
  };
}

/** Returns roster people with their own Ed25519 keys: the portal does not sign for them. */
function makePeople() {
  return {
    regulator: makeSigner({ person: "regulator-001", organisation: "agency", role: "regulator", duties: [] }),
    colleague: makeSigner({
      person: "regulator-002",
      organisation: "agency",
      role: "regulator",
      duties: ["legal"],
    }),
    support: makeSigner({
      person: "operator:support",
      organisation: "desk",
      role: "coordinator",
      duties: ["support"],
    }),
    deputy: makeSigner({
      person: "operator:support-2",
      organisation: "desk",
      role: "coordinator",
      duties: ["support"],
    }),
    client: makeSigner({
      person: "client-456",
      organisation: "nordlicht",
      role: "client",
      duties: [],
      participant: "client-456",
    }),
    /** Not a party of any transaction sealed here, unless a test says so. */
    stranger: makeSigner({
      person: "client-123",
      organisation: "alder",
      role: "client",
      duties: [],
      participant: "client-123",
    }),
    insider: makeSigner({
      person: "client-456:desk",
      organisation: "nordlicht",
      role: "coordinator",
      duties: ["support"],
    }),
    legal: makeSigner({
      person: "operator:legal",
      organisation: "operator",
      role: "coordinator",
      duties: ["legal"],
    }),
    approver: makeSigner({
      person: "operator:a",
      organisation: "operator",
      role: "coordinator",
      duties: ["approve"],
    }),
    both: makeSigner({
      person: "operator:b",
      organisation: "operator",
      role: "coordinator",
      duties: ["approve", "legal"],
    }),
    chair: makeSigner({
      person: "board:chair",
      organisation: "board",
      role: "coordinator",
      duties: ["executive"],
    }),
    officer: makeSigner({
      person: "board:officer",
      organisation: "board",
      role: "coordinator",
      duties: ["executive"],
    }),
    /** An executive of the requester's own agency. */
    director: makeSigner({
      person: "regulator-director",
      organisation: "Agency ",
      role: "regulator",
      duties: ["executive"],
    }),
    /** An executive of a party. */
    owner: makeSigner({
      person: "client-456:owner",
      organisation: "nordlicht",
      role: "coordinator",
      duties: ["executive", "break-glass"],
    }),
    glass: makeSigner({
      person: "operator:glass",
      organisation: "operator",
      role: "coordinator",
      duties: ["break-glass"],
    }),
    /** Orders escrow epochs. */
    administrator: makeSigner({
      person: "operator:admin",
      organisation: "operator",
      role: "admin",
      duties: ["admin"],
    }),
    /** Holds break-glass and could review. */
    keeper: makeSigner({
      person: "operator:keeper",
      organisation: "operator",
      role: "coordinator",
      duties: ["break-glass", "legal"],
    }),
  };
}
export type PersonName = keyof ReturnType<typeof makePeople>;

/** A custodian on a real Unix socket, with people who can sign and a portal that may lie. */
export class TestCustodian {
  readonly clock = fixedClock(START);
  readonly people = makePeople();
  readonly evaluationSeed = randomBytes(32);
  readonly compartmentKey = randomBytes(32);
  readonly replyKey = generateX25519();
  private running: { readonly custodian: Custodian; readonly server: ServiceServer } | undefined;

  private constructor(
    readonly dir: string,
    readonly keystore: Keystore,
    readonly client: EscrowClient,
    readonly isEvaluation: boolean,
  ) {}

  static async start(
    options: { readonly isEvaluation?: boolean; readonly roster?: false } = {},
  ): Promise<TestCustodian> {
    const dir = await mkdtemp(path.join(os.tmpdir(), "sealport-custodian-"));
    const unlock = { keyFile: path.join(dir, "keys", "kek.key") };
    const keystore = await createLocalKeystore({ dir: path.join(dir, "keys"), unlock });
    const { vkeys } = createKeys(keystore, "custodian", TEST_LOG);
    const clock = fixedClock(START);
    const url = `unix:${path.join(dir, "c.sock")}`;
    const client = createEscrowClient({ url, vkey: vkeys.identity ?? "", log: TEST_LOG, clock });
    const test = new TestCustodian(dir, keystore, client, options.isEvaluation ?? false);
    if (options.roster !== false) await test.writeRoster(test.roster());
    await test.restart();
    return test;
  }

  get url(): string {
    return `unix:${path.join(this.dir, "c.sock")}`;
  }

  get journalFile(): string {
    return path.join(this.dir, "journal", "journal");
  }

  get registrationsFile(): string {
    return path.join(this.dir, "journal", "registrations");
  }

  get rosterFile(): string {
    return path.join(this.dir, "roster.json");
  }

  roster(): Roster {
    return {
      log: TEST_LOG,
      version: 1,
      persons: Object.values(this.people).map(({ person }) => person),
      ...(this.isEvaluation ? { evaluation_key: toBase64url(ed25519PublicKey(this.evaluationSeed)) } : {}),
      authorities: [],
      origins: [],
    };
  }

  async writeRoster(roster: Roster): Promise<void> {
    await writeFile(this.rosterFile, JSON.stringify(roster));
  }

  /** Starts the custodian, or kills and restarts it, as a supervisor does after a crash. */
  async restart(
    options: {
      readonly isEvaluation?: boolean;
      readonly origins?: readonly string[];
      readonly keystore?: Keystore;
    } = {},
  ): Promise<void> {
    await this.halt();
    const custodian = await startCustodian({
      log: TEST_LOG,
      keystore: options.keystore ?? this.keystore,
      dir: path.join(this.dir, "journal"),
      rosterFile: this.rosterFile,
      clock: this.clock,
      isEvaluation: options.isEvaluation ?? this.isEvaluation,
      origins: options.origins ?? [],
    });
    this.running = { custodian, server: await serveHttp(this.url, custodian.handler) };
  }

  async halt(): Promise<void> {
    await this.running?.server.close(0);
    await this.running?.custodian.close();
    this.running = undefined;
  }

  async stop(): Promise<void> {
    await this.halt();
    await rm(this.dir, { recursive: true, force: true });
  }

  sign(by: PersonName, kind: string, object: unknown): StatementSignature {
    const { seed, person } = this.people[by];
    const signature = toBase64url(signStatement(seed, kind, object));
    return { kind: "ed25519", key_id: `${person.person}/1`, signature };
  }

  signAsPortal(kind: string, object: unknown): StatementSignature {
    const signature = toBase64url(signStatement(this.evaluationSeed, kind, object));
    return { kind: "ed25519", key_id: `${TEST_LOG}/evaluation`, signature };
  }

  /** An administrator's order for an epoch; another person's or another log's only to be refused. */
  order(
    act: EpochStatement["act"],
    epoch: number,
    options: { readonly by?: PersonName; readonly log?: string } = {},
  ): SignedEpochOrder {
    const { by = "administrator", log = TEST_LOG } = options;
    const statement = { log, act, epoch, person: this.people[by].person.person };
    return { statement, signature: this.sign(by, "epoch", statement) };
  }

  /** Seals groups of a new transaction for a participant and the escrow, as the portal does. */
  async seal(
    groups: Partial<Record<GroupName, Record<string, Json>>> = {
      amount: { amount: "1000" },
      pricing: { rate: "0.1" },
    },
    options: {
      readonly tx?: string;
      readonly gen?: number;
      readonly record?: RecordDigests;
      readonly parties?: readonly string[];
    } = {},
  ): Promise<RegistrationItem[]> {
    const escrow = await this.client.epoch();
    const tx = options.tx ?? uuidv7(this.clock.nowMs());
    const gen = options.gen ?? 1;
    const { list, rd, salts } = options.record ?? buildRecord({ tx, groups });
    const parties = (options.parties ?? ["client-456", "miner-789"]).map((party) => ({
      kid: `${party}#1`,
      publicKey: generateX25519().publicKey,
    }));
    return Object.entries(groups).map(([group, fields]) => {
      const { envelope } = sealEnvelope({
        tx,
        group,
        ep: "1",
        gen,
        rd,
        fields,
        salts: salts[group] ?? {},
        recipients: [...parties, { kid: escrow.kid, publicKey: escrow.publicKey }],
      });
      const jwe = { ...envelope, recipients: envelope.recipients.map((entry) => structuredClone(entry)) };
      const grp = GroupName.parse(group);
      return { tx, grp, ep: "1", gen, fields: Object.keys(fields).length, rd_list: list, jwe };
    });
  }

  record(): AuthorizationRecord {
    return { kind: "court_order", valid_from: "2026-11-01T00:00:00Z", valid_until: "2026-12-24T15:00:00Z" };
  }

  decision(
    stage: "legal" | "coordinator",
    by: PersonName,
    over: Partial<DecisionStatement> = {},
  ): DecisionStatement {
    return {
      log: TEST_LOG,
      request: "01936f2a-7c1b-7def-8a10-0000000000bb",
      request_digest: recordDigest({ request: 1 }),
      stage,
      decision: "approve",
      transactions: ["01936f2a-7c1b-7def-8a10-3f2b4c5d6e7f"],
      groups: ["amount", "pricing"],
      level: "full",
      purpose: "audit",
      requester: "regulator-001",
      approver: this.people[by].person.person,
      authorization: recordDigest(this.record()),
      not_before: validityTime(START),
      not_after: validityTime(new Date(START.getTime() + 24 * HOUR_MS)),
      max_views: 3,
      nonce: toBase64url(randomBytes(32)),
      ...over,
    };
  }

  /** Returns a grant decided by the legal reviewer and the approver; `over` changes both decisions before they sign. */
  submission(over: Partial<DecisionStatement> = {}): DecidedSubmission {
    const legal = this.decision("legal", "legal", over);
    const coordinator = this.decision("coordinator", "approver", over);
    return {
      grant: uuidv7(this.clock.nowMs()),
      decisions: [
        { statement: legal, signature: this.sign("legal", "decision", legal) },
        { statement: coordinator, signature: this.sign("approver", "decision", coordinator) },
      ],
      authorization: this.record(),
    };
  }

  /** Returns a dispute of one transaction that the client signs and support takes; `over` changes it before it is signed. */
  disputed(
    items: readonly RegistrationItem[],
    over: Partial<DisputeStatement> = {},
    by: PersonName = "client",
  ): DisputeSubmission {
    const statement: DisputeStatement = {
      log: TEST_LOG,
      transaction: items[0]?.tx ?? "",
      groups: [...new Set(items.map(({ grp }) => grp))].sort(),
      level: "masked",
      party: this.people[by].person.person,
      not_after: validityTime(new Date(this.clock.nowMs() + 7 * 24 * HOUR_MS)),
      nonce: toBase64url(randomBytes(32)),
      ...over,
    };
    return {
      grant: uuidv7(this.clock.nowMs()),
      dispute: { statement, signature: this.sign(by, "dispute", statement) },
      holder: this.people.support.person.person,
    };
  }

  /** Returns the intent entry that the portal commits before it asks. */
  intent(
    about: {
      transaction: string;
      groups: readonly GroupName[];
      grant: string;
      requester: string;
      purpose: string;
    },
    over: Announcement & { readonly action?: string } = {},
  ): AppendedEntry {
    return this.announce(over.action ?? INTENT_ACTION, intentDetails(about), {
      purpose: about.purpose,
      ...over,
    });
  }

  /** Returns an entry that announces a change to the custodian. */
  announce(action: string, details: Json, over: Announcement = {}): AppendedEntry {
    const atMs = over.atMs ?? this.clock.nowMs();
    const log = over.log ?? TEST_LOG;
    const id = uuidv7(atMs);
    const { purpose } = over;
    const plaintext = { action, ...(purpose === undefined ? {} : { purpose }), details };
    const sealed = sealPart({
      log,
      entryId: id,
      c: "org",
      compartmentKey: this.compartmentKey,
      plaintext,
    });
    const at = formatMicros(BigInt(atMs) * 1000n);
    const bytes = encodeEntry({
      v: 1,
      log,
      id,
      at,
      tenant: "t_1",
      class: "disclosure",
      outcome: over.outcome ?? "intent",
      sealed: [{ c: "org", d: sealed.digest }],
    });
    const part = {
      c: "org",
      stored: sealed.stored,
      partKey: partKey(this.compartmentKey, id),
      kind: "org" as const,
    };
    return { id, at, bytes, leafHash: entryLeaf(bytes), integrateBy: at, parts: [part] };
  }

  openStatement(
    grant: string,
    items: readonly RegistrationItem[],
    over: Partial<OpenStatement> = {},
  ): OpenStatement {
    return {
      log: TEST_LOG,
      grant,
      transactions: [...new Set(items.map(({ tx }) => tx))],
      groups: [...new Set(items.map(({ grp }) => grp))].sort(),
      level: "full",
      purpose: "audit",
      requester: "regulator-001",
      session: "s_1",
      reply_key: toBase64url(this.replyKey.publicKey),
      nonce: toBase64url(randomBytes(32)),
      expires_at: validityTime(new Date(this.clock.nowMs() + 4 * 60_000)),
      ...over,
    };
  }

  /** Returns an honest opening of the given groups, all of one transaction. */
  opening(
    grant: string,
    items: readonly RegistrationItem[],
    over: Partial<OpenStatement> = {},
    signedBy: PersonName = "regulator",
  ): EscrowOpening {
    const statement = this.openStatement(grant, items, over);
    const transaction = items[0]?.tx ?? "";
    const groups = items.map(({ grp }) => grp);
    const { requester, purpose } = statement;
    return {
      grant,
      transaction,
      groups,
      envelopes: items,
      intent: this.intent({ transaction, groups, grant, requester, purpose }),
      opening: { statement, signature: this.sign(signedBy, "open", statement) },
      replyKey: this.replyKey,
    };
  }

  /** Returns a reply key that the portal would like the answer to be sealed to. */
  portalReplyKey(): { publicKey: Uint8Array; privateKey: Uint8Array } {
    return generateX25519();
  }

  /** Seals, registers and grants amount and pricing of one transaction. */
  async granted(
    over: Partial<DecisionStatement> = {},
    groups?: Partial<Record<GroupName, Record<string, Json>>>,
  ) {
    const items = await this.seal(groups);
    await this.client.register(items);
    const submission = this.submission({ transactions: [items[0]?.tx ?? ""], ...over });
    const accepted = await this.client.submitGrant(submission);
    return { items, submission, accepted, grant: submission.grant };
  }
}

/** Returns a vkey of another custodian, for clients that pin the wrong one. */
export function foreignVkey(): string {
  return vkey(`${TEST_LOG}/custodian`, ed25519PublicKey(randomBytes(32)));
}
