import { toBase64url, fromBase64url, utf8 } from "@/lib/crypto/bytes";
import { openEnvelope, sealEnvelope } from "@/lib/crypto/envelope/envelope";
import { parseEnvelopeForm } from "@/lib/crypto/envelope/parse-envelope";
import * as oe from "@/lib/crypto/envelope/open-envelope";
import { wrappingKey, apuText, isCommitted, ephemeralBytes } from "@/lib/crypto/envelope/envelope-format";
import { buildRecord } from "@/lib/crypto/envelope/record-digest";
import * as P from "@/lib/crypto/primitives";
import { uuidv7 } from "@/lib/crypto/uuid";
const pairs = Array.from({ length: 4 }, () => P.generateX25519());
const kids = ["client-456#1", "miner-789#1", "miner-456#1", "escrow#1"];
const recipients = pairs.map((pair, index) => ({ kid: kids[index]!, publicKey: pair.publicKey }));
const tx = uuidv7(Date.now());
const fields = { narrative: toBase64url(P.randomBytes(600)) };
const record = buildRecord({ tx, groups: { narrative: fields } });
const salts = record.salts.narrative!;
const context = { tx, group: "narrative", ep: "1", gen: 1, rd: record.rd };
const { envelope } = sealEnvelope({ ...context, fields, salts, recipients });
const handle = P.x25519Handle(pairs[0]!.privateKey);
const kid="client-456#1";
const peer = fromBase64url(envelope.recipients[0]!.header.epk.x);
const steps: Record<string,(n:number)=>unknown> = {
  full: () => openEnvelope({ ...context, envelope, list: record.list, fieldCount: 1, kid, derive: (epk) => handle.derive(epk) }),
  sync: () => {
    const bound = oe.bindEnvelope(parseEnvelopeForm(envelope), context);
    const r = bound.envelope.recipients[0]!;
    const secret = handle.derive(ephemeralBytes(r.header.epk));
    const kek = wrappingKey(secret, utf8(apuText(context)), kid);
    const cek = P.aesKeyUnwrap(kek, fromBase64url(r.encrypted_key));
    if (!isCommitted(cek, context, bound.cmt)) throw 1;
    const content = oe.contentOf(oe.decryptContent(bound.envelope, cek));
    oe.checkRecord(content, context, { list: record.list, fieldCount: 1 });
  },
  noRecord: () => {
    const bound = oe.bindEnvelope(parseEnvelopeForm(envelope), context);
    const r = bound.envelope.recipients[0]!;
    const secret = handle.derive(ephemeralBytes(r.header.epk));
    const kek = wrappingKey(secret, utf8(apuText(context)), kid);
    const cek = P.aesKeyUnwrap(kek, fromBase64url(r.encrypted_key));
    if (!isCommitted(cek, context, bound.cmt)) throw 1;
    return oe.contentOf(oe.decryptContent(bound.envelope, cek));
  },
  noDerive: () => {
    const bound = oe.bindEnvelope(parseEnvelopeForm(envelope), context);
    const r = bound.envelope.recipients[0]!;
    const kek = wrappingKey(peer, utf8(apuText(context)), kid);
    const content = oe.contentOf(JSON.parse(JSON.stringify({fields,salts})));
    oe.checkRecord(content, context, { list: record.list, fieldCount: 1 });
  },
  derive: () => handle.derive(peer),
};
const order=["full","sync","noRecord","noDerive","derive"];
for (const n of order) for (let i=0;i<2000;i++) await steps[n]!(i);
const res: Record<string,number[]> = {};
for (let r=0;r<15;r++) for (const n of order){ const f=steps[n]!; const s=process.cpuUsage(); for(let i=0;i<400;i++){ const p=f(i); if (n==="full") await p; } const e=process.cpuUsage(s); (res[n]??=[]).push((e.user+e.system)/400); }
for (const n of order){ const v=res[n]!.sort((a,b)=>a-b); console.log(process.version,n,v[7]!.toFixed(1),"min",v[0]!.toFixed(1)); }
