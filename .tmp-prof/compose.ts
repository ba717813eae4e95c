import { composeEntry } from "@/lib/audit/entry/compose-entry";
import { encodeEntry, parseEntry } from "@/lib/audit/entry/entry";
import { randomBytes } from "@/lib/crypto/primitives";
import { sealPart } from "@/lib/crypto/log/audit-part";
import { uuidv7 } from "@/lib/crypto/uuid";
import { formatMicros } from "@/lib/crypto/instant";
import { canonicalBytes } from "@/lib/crypto/json/canonical-json";
const key={id:uuidv7(Date.now()),key:randomBytes(32)};
const DETAILS = { resource: "transaction", groups: ["amount", "pricing"], note: "x".repeat(120) };
const cx = { instance: { tenantId: uuidv7(1e12), log: "bench/log", tenantPseudonym: "abcdef" }, clock: { nowMicros: () => BigInt(Date.now())*1000n, nowMs: Date.now }, principal: { pseudonym: "u_1", name: "Person", handle: "h", role: "client", participantId: "client-1" }, client: { address: "203.0.113.7", userAgent: "bench" }, requestId: "r", audit: { compartments: { open: async () => key } } } as never;
const DENIED = { class: "access", outcome: "denied", action: "transaction.access", subjects: [], purpose: "settlement", details: DETAILS, access: { dataAccessed: [], success: false, error: "access.purpose" } } as never;
const { appended } = await composeEntry(cx, DENIED); const entry = parseEntry(appended.bytes);
const works: Record<string, () => unknown> = {
  compose: () => composeEntry(cx, DENIED),
  encode: () => encodeEntry(entry), canonical: () => canonicalBytes(entry),
  seal: () => sealPart({ log: "bench/log", entryId: appended.id, c: "org", compartmentKey: key.key, plaintext: DETAILS as never }),
  uuid: () => uuidv7(Date.now()), micros: () => formatMicros(BigInt(Date.now())*1000n),
};
for (const [n,w] of Object.entries(works)) { for (let i=0;i<2000;i++) await w(); const r:number[]=[]; for (let k=0;k<9;k++){ const s=process.cpuUsage(); for(let i=0;i<1500;i++){ const p=w(); if(n==="compose") await p;} const e=process.cpuUsage(s); r.push((e.user+e.system)/1500);} r.sort((a,b)=>a-b); console.log(n, r[4]!.toFixed(1), "min", r[0]!.toFixed(1)); }
