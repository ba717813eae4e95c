import type { Json } from "../json/canonical-json";
import { generateX25519, x25519Handle } from "../primitives";
import { uuidv7 } from "../uuid";
import { type OpenKeyInput, type SealedEnvelope, type SealInput, sealEnvelope } from "./envelope";
import { buildRecord } from "./record-digest";

/** A sealed group with the keys of its recipients, for tests only. */
export interface SealedFixture {
  readonly seal: SealInput;
  readonly sealed: SealedEnvelope;
  readonly keys: ReadonlyMap<string, { publicKey: Uint8Array; privateKey: Uint8Array }>;
  readonly list: string[];
  readonly open: (kid: string, envelope?: unknown) => OpenKeyInput & { list: string[]; fieldCount: number };
}

const KIDS = ["alice#1", "bob#12", "escrow#3"];

/** Seals some fields for alice, bob and the escrow with fresh keys, for tests only. */
export function sealFixture(fields: Record<string, Json>, kids: readonly string[] = KIDS): SealedFixture {
  const tx = uuidv7(1_700_000_000_000);
  const record = buildRecord({ tx, groups: { amount: fields } });
  const keys = new Map(kids.map((kid) => [kid, generateX25519()]));
  const seal: SealInput = {
    tx,
    group: "amount",
    ep: 3,
    gen: 1,
    rd: record.rd,
    fields,
    salts: record.salts.amount ?? {},
    recipients: [...keys].map(([kid, pair]) => ({ kid, publicKey: pair.publicKey })),
  };
  const sealed = sealEnvelope(seal);
  const open: SealedFixture["open"] = (kid, envelope = sealed.envelope) => ({
    ...seal,
    envelope,
    list: record.list,
    fieldCount: Object.keys(fields).length,
    kid,
    derive: (epk) => x25519Handle(keys.get(kid)?.privateKey ?? new Uint8Array(32)).derive(epk),
  });
  return { seal, sealed, keys, list: record.list, open };
}
