import { toBase64url, fromBase64url, utf8, isBase64url } from "@/lib/crypto/bytes";
import { openEnvelope, sealEnvelope } from "@/lib/crypto/envelope/envelope";
import { parseEnvelopeForm } from "@/lib/crypto/envelope/parse-envelope";
import * as oe from "@/lib/crypto/envelope/open-envelope";
import { wrappingKey, apuText, isCommitted, ephemeralBytes } from "@/lib/crypto/envelope/envelope-format";
import { buildRecord } from "@/lib/crypto/envelope/record-digest";
import * as P from "@/lib/crypto/primitives";
import { uuidv7 } from "@/lib/crypto/uuid";
import nodeCrypto from "node:crypto";
const pairs = Array.from({ length: 4 }, () => P.generateX25519());
const kids = ["client-456#1", "miner-789#1", "miner-456#1", "escrow#1"];
const recipients = pairs.map((pair, index) => ({ kid: kids[index]!, publicKey: pair.publicKey }));
const tx = uuidv7(Date.now());
const fields = { narrative: toBase64url(P.randomBytes(600)) };
const record = buildRecord({ tx, groups: { narrative: fields } });
const salts = record.salts.narrative!;
const context = { tx, group: "narrative", ep: "1", gen: 1, rd: record.rd };
const seal = () => sealEnvelope({ ...context, fields, salts, recipients });
const { envelope } = seal();
const handle = P.x25519Handle(pairs[0]!.privateKey);
const open = () => openEnvelope({ ...context, envelope, list: record.list, fieldCount: 1, kid: "client-456#1", derive: (epk) => handle.derive(epk) });
const epk = fromBase64url(envelope.recipients[0]!.header.epk.x);
const bound = oe.bindEnvelope(envelope, context);
const secret = handle.derive(epk);
const kek = wrappingKey(secret, utf8(apuText(context)), "client-456#1");
const wrapped = fromBase64url(envelope.recipients[0]!.encrypted_key);
const cek = P.aesKeyUnwrap(kek, wrapped);
const content = oe.contentOf(oe.decryptContent(envelope, cek));
const iv = fromBase64url(envelope.iv), ct = fromBase64url(envelope.ciphertext), tag = fromBase64url(envelope.tag), aad = utf8(envelope.protected);
const works: Record<string, () => unknown> = {
  open, seal,
  parse: () => parseEnvelopeForm(envelope),
  bind: () => oe.bindEnvelope(envelope, context),
  derive: () => handle.derive(epk),
  epk: () => ephemeralBytes(envelope.recipients[0]!.header.epk),
  kek: () => wrappingKey(secret, utf8(apuText(context)), "client-456#1"),
  unwrap: () => P.aesKeyUnwrap(kek, wrapped),
  wrap: () => P.aesKeyWrap(kek, cek),
  committed: () => isCommitted(cek, context, bound.cmt),
  hmac: () => P.hmacSha256(cek, aad),
  decrypt: () => oe.decryptContent(envelope, cek),
  gcm: () => P.aesGcmOpen(cek, iv, ct, tag, aad),
  contentOf: () => oe.contentOf(content as never),
  checkRecord: () => oe.checkRecord(content, context, { list: record.list, fieldCount: 1 }),
  ephemeral: () => P.ephemeralX25519(),
};
const only = process.argv[2]?.split(",");
const N = Number(process.argv[3] ?? 3000);
for (const [name, work] of Object.entries(works)) {
  if (only && !only.includes(name)) continue;
  for (let i = 0; i < 300; i++) await work();
  const best: number[] = [];
  for (let r = 0; r < 9; r++) {
    const s = process.cpuUsage();
    for (let i = 0; i < N / 9; i++) await work();
    const e = process.cpuUsage(s);
    best.push((e.user + e.system) / (N / 9));
  }
  best.sort((a, b) => a - b);
  console.log(process.version, name.padEnd(12), best[4]!.toFixed(1), "min", best[0]!.toFixed(1));
}
