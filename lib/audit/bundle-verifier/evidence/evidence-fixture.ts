import { parseEntry } from "@/lib/audit/entry/entry";
import { toBase64, toBase64url } from "@/lib/crypto/bytes";
import { metadataDigest } from "@/lib/crypto/envelope/envelope";
import { buildRecord, type RecordDigests } from "@/lib/crypto/envelope/record-digest";
import type { Json } from "@/lib/crypto/json/canonical-json";
import { inclusionProof, leafHash, treeRoot } from "@/lib/crypto/log/merkle";
import { checkpointText, cosignatureLine, noteSignatureLine } from "@/lib/crypto/log/signed-note";
import {
  FIXTURE_LOG,
  type FixtureEntry,
  fixtureEntry,
  fixtureId,
  keysOf,
  type Operator,
  operator,
} from "../bundle-fixture";
import {
  type EvidenceEntry,
  type EvidenceRecord,
  type EvidenceStatement,
  evidenceText,
  type SignedEvidence,
} from "./evidence-format";

// Evidence for tests: one record with all kinds of groups, opened under an order, in a log of ten entries.

export const OPERATOR = operator(1);
const TX = "01936f2a-7c1b-7def-8a10-3f2b4c5d6e7f";
const ACCESS = "01936f2a-7c1b-7def-8a10-0000000000aa";
const [CREATED, OPENED, MADE] = [2, 7, 8];
const CREATED_AT = "2026-10-28T09:14:00.000001Z";
const FACTS = { job_id: "88-1402", participants: ["client-456", "miner-789"], created_at: CREATED_AT };

export const VALUES = {
  amount: { amount: "482150.00", currency: "EUR" },
  pricing: { unit_price: "1.8420 EUR per GPU hour", quantity: "261753.53 h", discount: { kind: "none" } },
  narrative: { narrative: "Rechenzeit für das Modell, 材料 und mehr.\nZweiter Absatz." },
  parties: { parties: { buyer: "Nordwind" } },
} satisfies Record<string, Record<string, Json>>;

function signLine(text: string, by: Operator): string {
  return noteSignatureLine(`${FIXTURE_LOG}/receipt`, by.receiptSeed, text);
}

function proofOf(entries: readonly FixtureEntry[], seq: number, by: Operator): string {
  const leaves = entries.map(({ bytes }) => leafHash(bytes));
  const text = checkpointText({ origin: FIXTURE_LOG, size: leaves.length, rootHash: treeRoot(leaves) });
  const witness = cosignatureLine(`${FIXTURE_LOG}/witness`, by.witnessSeed, text, 1_795_000_000);
  const note = `${text}\n${noteSignatureLine(FIXTURE_LOG, by.logSeed, text)}\n${witness}\n`;
  const hashes = inclusionProof(leaves, seq, leaves.length).map((hash) => `${toBase64(hash)}\n`);
  return `c2sp.org/tlog-proof@v1\nindex ${seq}\n${hashes.join("")}\n${note}`;
}

function logOf(record: { readonly rd: string }): FixtureEntry[] {
  const groups = ["amount", "pricing", "narrative", "parties"];
  const org = {
    action: "disclosure.open",
    details: { transaction: TX, disclosure: ACCESS, groups: ["amount", "pricing", "narrative"] },
    access: { data_accessed: ["amount", "pricing", "narrative"], success: true },
  };
  const envelope = (grp: string) => ({ grp, gen: 1, bd: record.rd, rl: record.rd });
  const pub = {
    rd: record.rd,
    meta: metadataDigest({ tx: TX, ...FACTS }),
    envelopes: [...groups].sort().map(envelope),
  };
  return Array.from({ length: 10 }, (_, at) => {
    if (at === CREATED) return fixtureEntry(at, { pub });
    if (at === OPENED) return fixtureEntry(at, { class: "disclosure", org });
    return fixtureEntry(at, at === MADE ? { class: "export", org: { action: "evidence.make" } } : {});
  });
}

function recordOf(record: RecordDigests): EvidenceRecord {
  return {
    transaction: TX,
    ...FACTS,
    created_entry: fixtureId(CREATED),
    digests: record.list,
    groups: [
      { group: "amount", shown: "full", fields: VALUES.amount, salts: record.salts.amount ?? {} },
      { group: "pricing", shown: "full", fields: VALUES.pricing, salts: record.salts.pricing ?? {} },
      { group: "narrative", shown: "masked", fields: { narrative: "•••••••• •••••••• …" } },
      { group: "parties", shown: "sealed" },
    ],
    opened: {
      entry: fixtureId(OPENED),
      access_id: ACCESS,
      at: "2026-11-24T14:20:07.655000Z",
      signed_with: "passkey",
      assurance: "signed",
    },
  };
}

const AUTHORITY: EvidenceStatement["authority"] = {
  grant: "GR-2026-84595814",
  purpose: "compliance",
  level: "full",
  instrument: "court_order",
  issuer: "Landgericht Berlin II",
  case_number: "102 O 88/26",
  valid_from: "2026-11-20T00:00:00Z",
  valid_until: "2026-12-21T00:00:00Z",
  sealed_until: "2027-03-02T00:00:00Z",
  decided_by: [
    {
      stage: "legal",
      at: "2026-11-23T10:00:00Z",
      name: "Mara Lindqvist",
      organisation: "Havel Clearing",
    },
    {
      stage: "coordinator",
      at: "2026-11-23T11:00:00Z",
      name: "Jonas Reiter",
      organisation: "Havel Clearing",
    },
  ],
  policy: "3KmhHQ_S4tSkX0p4vKQ9m5Z1cS3Q9V9m0n9QyABBFZw",
};

/** The statement of the evidence, and the log's entries that it is made from. */
export function evidenceFixture(by: Operator = OPERATOR): SignedEvidence {
  const record = buildRecord({ tx: TX, groups: VALUES });
  const log = logOf(record);
  const entry = (seq: number): EvidenceEntry => {
    const { bytes, parts } = log[seq] ?? fixtureEntry(seq);
    return {
      id: parseEntry(bytes).id,
      log: FIXTURE_LOG,
      entry: toBase64url(bytes),
      parts: parts.map(({ c, kind, stored, key = "" }) => ({ c, kind, stored, key })),
      proof: proofOf(log, seq, by),
    };
  };
  const statement: EvidenceStatement = {
    v: 1,
    kind: "sealport/evidence",
    log: FIXTURE_LOG,
    reference: "EV-2026-0012",
    made_at: "2026-11-24T14:26:31.000Z",
    made_by: { name: "Ines Falkner", organisation: "Market Supervision Office" },
    made_entry: fixtureId(MADE),
    authority: AUTHORITY,
    records: [recordOf(record)],
    entries: [entry(CREATED), entry(OPENED), entry(MADE)],
    keys: keysOf(by),
  };
  return resign(statement, by);
}

/** Signs a statement, also a changed one, as the operator would. */
export function resign(statement: EvidenceStatement, by: Operator = OPERATOR): SignedEvidence {
  return { statement, signature: signLine(evidenceText(statement), by) };
}

/** Signs a text with the operator's receipt key. */
export function signedBy(by: Operator = OPERATOR): (text: string) => Promise<string> {
  return async (text) => signLine(text, by);
}
