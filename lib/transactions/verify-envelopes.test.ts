import { describe, expect, it } from "vitest";
import { type Entry, encodeEntry, entryLeaf } from "@/lib/audit/entry/entry";
import { metadataDigest, sealEnvelope } from "@/lib/crypto/envelope/envelope";
import { buildRecord } from "@/lib/crypto/envelope/record-digest";
import { formatMicros } from "@/lib/crypto/instant";
import { generateX25519 } from "@/lib/crypto/primitives";
import type { EntryLeaf, TransactionRow } from "@/lib/transactions/rows";
import { areEnvelopesBound } from "@/lib/transactions/verify-envelopes";

const LOG = "log.test/bound";
const CLOSED = "log.test/closed";
const TX = "01936f2a-7c1b-7def-8a10-000000000001";
const CREATED = "01936f2a-7c1b-7def-8a10-000000000002";
const LATER = "01936f2a-7c1b-7def-8a10-000000000003";
const AT = 1_795_000_000_000_000n;
const SECOND = 1_000_000n;
const FIELDS = { amount: "1" };
const OURS = buildRecord({ tx: TX, groups: { amount: FIELDS } });
const THEIRS = buildRecord({ tx: TX, groups: { amount: FIELDS } });
const META = metadataDigest({ tx: TX, job_id: "job-1", participants: ["a"], created_at: "2026-11-24" });

const transaction: TransactionRow = {
  id: TX,
  jobId: "job-1",
  submitter: "a",
  status: "created",
  statusBeforeDispute: undefined,
  confidential: true,
  participants: ["a"],
  digestList: OURS.list,
  rd: OURS.rd,
  meta: META,
  plain: {},
  occurredAt: undefined,
  createdAt: "2026-11-24",
  createdAtMicros: AT,
  version: 1,
  createEntryId: CREATED,
  retentionClass: "default",
  sealedGroups: ["amount"],
};

function seal(gen: number, record: typeof OURS) {
  const context = { tx: TX, group: "amount" as const, ep: "1", gen, rd: record.rd };
  const { envelope, bodyDigest, recipientsDigest } = sealEnvelope({
    ...context,
    fields: FIELDS,
    salts: record.salts.amount ?? {},
    recipients: [{ kid: "escrow#1", publicKey: generateX25519().publicKey }],
  });
  const { recipients: _, ...rest } = envelope;
  const row = {
    ...rest,
    transactionId: "01936f2a-7c1b-7def-8a10-000000000000",
    group: "amount" as const,
    gen,
    ep: "1",
    fieldCount: 1,
    bd: bodyDigest,
  };
  return { context, envelope, row, digests: { grp: "amount", gen, bd: bodyDigest, rl: recipientsDigest } };
}

function entry(id: string, pub: Entry["pub"], log = LOG): Uint8Array {
  const place = { v: 1 as const, log, id, at: formatMicros(AT), tenant: "t_x" };
  return encodeEntry({ ...place, class: "transaction", outcome: "done", sealed: [], pub });
}

interface Case {
  readonly sealed?: ReturnType<typeof seal>;
  readonly entryId?: string;
  readonly entries: readonly (readonly [string, Uint8Array])[];
  readonly leaves?: readonly (readonly [string, EntryLeaf])[];
  readonly age?: bigint;
  readonly row?: Partial<TransactionRow>;
}

const FIRST = seal(1, OURS);
const CREATE = entry(CREATED, { meta: META, rd: OURS.rd, envelopes: [FIRST.digests] });

function isBound({ sealed = FIRST, entryId = CREATED, entries, leaves = [], age = 0n, row = {} }: Case) {
  const group = { ...sealed, row: { ...sealed.row, entryId }, wraps: [] };
  return areEnvelopesBound({
    log: LOG,
    transaction: { ...transaction, ...row },
    groups: [group],
    entries: new Map(entries),
    isClosedLog: (origin) => origin === CLOSED,
    leaves: new Map(leaves),
    nowMicros: AT + age,
  });
}

describe("the entry that binds an envelope", () => {
  it("an envelope is bound by its create entry, young or in the tree with these bytes", () => {
    const entries = [[CREATED, CREATE]] as const;
    expect(isBound({ entries })).toBe(true);
    expect(isBound({ entries, age: 60n * SECOND })).toBe(true);
    expect(isBound({ entries, age: 61n * SECOND })).toBe(false);
    expect(isBound({ entries, age: -61n * SECOND })).toBe(false);
    expect(
      isBound({ entries, age: 61n * SECOND, leaves: [[CREATED, { log: LOG, hash: entryLeaf(CREATE) }]] }),
    ).toBe(true);
    expect(
      isBound({ entries, age: 61n * SECOND, leaves: [[CREATED, { log: LOG, hash: new Uint8Array(32) }]] }),
    ).toBe(false);
  });

  it("the entry is of this log and names its row", () => {
    const pub = { meta: META, rd: OURS.rd, envelopes: [FIRST.digests] };
    expect(isBound({ entries: [[CREATED, entry(CREATED, pub, "log.test/other")]] })).toBe(false);
    expect(isBound({ entries: [[CREATED, entry(LATER, pub)]] })).toBe(false);
  });

  it("the entry may be of a known closed log, in that log's own tree and never young", () => {
    const bytes = entry(CREATED, { meta: META, rd: OURS.rd, envelopes: [FIRST.digests] }, CLOSED);
    const entries = [[CREATED, bytes]] as const;
    const under = (log: string, hash = entryLeaf(bytes)) => [[CREATED, { log, hash }]] as const;
    expect(isBound({ entries, age: 61n * SECOND, leaves: under(CLOSED) })).toBe(true);
    expect(isBound({ entries })).toBe(false);
    expect(isBound({ entries, leaves: under(LOG) })).toBe(false);
    expect(isBound({ entries, leaves: under(CLOSED, new Uint8Array(32)) })).toBe(false);
    expect(isBound({ entries: [[CREATED, CREATE]], leaves: under(CLOSED, entryLeaf(CREATE)) })).toBe(false);
    const other = entry(CREATED, { meta: META, rd: OURS.rd, envelopes: [FIRST.digests] }, "log.test/other");
    const leaf = { log: "log.test/other", hash: entryLeaf(other) };
    expect(isBound({ entries: [[CREATED, other]], leaves: [[CREATED, leaf]] })).toBe(false);
  });

  it("the entry binds both metadata and record", () => {
    const without = entry(CREATED, { meta: META, envelopes: [FIRST.digests] });
    expect(isBound({ entries: [[CREATED, without]], row: { digestList: [], rd: undefined } })).toBe(false);
    const noMeta = entry(CREATED, { rd: OURS.rd, envelopes: [FIRST.digests] });
    expect(isBound({ entries: [[CREATED, noMeta]] })).toBe(false);
  });

  it("a later generation's entry keeps the record and never replaces it", () => {
    const later = (record: typeof OURS, rd?: string) => {
      const sealed = seal(2, record);
      const pub = { envelopes: [sealed.digests], ...(rd === undefined ? {} : { rd }) };
      const entries = [
        [CREATED, CREATE],
        [LATER, entry(LATER, pub)],
      ] as const;
      return { sealed, entryId: LATER, entries };
    };
    expect(isBound(later(OURS))).toBe(true);
    expect(isBound(later(OURS, OURS.rd))).toBe(true);
    expect(isBound(later(OURS, THEIRS.rd))).toBe(false);
    expect(isBound(later(THEIRS))).toBe(false);
    const forged = later(THEIRS);
    const claimed = { ...forged.sealed, context: { ...forged.sealed.context, rd: OURS.rd } };
    expect(isBound({ ...forged, sealed: claimed })).toBe(false);
  });
});
