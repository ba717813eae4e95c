import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { fromBase64url, toBase64url } from "@/lib/crypto/bytes";
import { openEnvelope } from "@/lib/crypto/envelope/envelope";
import { sealFixture } from "@/lib/crypto/envelope/envelope-fixture";
import { canonicalJson, type Json } from "@/lib/crypto/json/canonical-json";
import { x25519Handle } from "@/lib/crypto/primitives";
import { expectThat } from "./interop-log";

// `make DIR` seals envelopes into DIR/ours.json with their keys. `check DIR` opens those that jwcrypto made of the same contents
// (DIR/theirs.json), with every check that we make of our own.
const [mode = "", dir = ""] = process.argv.slice(2);

const Key = z.object({ kty: z.string(), crv: z.string(), x: z.string(), d: z.string() });
const Scene = z.object({
  context: z.object({
    tx: z.string(),
    group: z.string(),
    ep: z.string(),
    gen: z.number(),
    rd: z.string(),
  }),
  list: z.array(z.string()),
  content: z.object({ fields: z.record(z.string(), z.json()), salts: z.record(z.string(), z.string()) }),
  keys: z.record(z.string(), Key),
  envelope: z.unknown(),
});
type Scene = z.infer<typeof Scene>;

const FIELDS: readonly Record<string, Json>[] = [
  { amount: "1000.00", currency: "EUR" },
  { narrative: 'Prüfung der Lieferung – 30 % Anzahlung, "heute"\n', list: [1, 2.5, null, true] },
  {},
];
const KIDS = ["client-456#1", "miner-789#12", "miner-456#3", "escrow#3"];

function make(fields: Record<string, Json>): Scene {
  const { seal, sealed, keys, list } = sealFixture(fields, KIDS);
  const { tx, group, ep, gen, rd, salts } = seal;
  const jwks = [...keys].map(([kid, { publicKey, privateKey }]) => {
    const key = { kty: "OKP", crv: "X25519", x: toBase64url(publicKey), d: toBase64url(privateKey) };
    return [kid, key] as const;
  });
  return {
    context: { tx, group, ep: String(ep), gen, rd },
    list,
    content: { fields, salts: { ...salts } },
    keys: Object.fromEntries(jwks),
    envelope: sealed.envelope,
  };
}

async function check(scene: Scene, envelope: unknown, number: number): Promise<void> {
  const { context, list, content, keys } = scene;
  const base = { ...context, envelope, list, fieldCount: Object.keys(content.fields).length };
  for (const [kid, { d }] of Object.entries(keys)) {
    const { derive } = x25519Handle(fromBase64url(d));
    const opened = await openEnvelope({ ...base, kid, derive });
    const isSame = canonicalJson(opened.fields) === canonicalJson(content.fields);
    expectThat(`jwcrypto's envelope ${number} is opened for ${kid}`, isSame, Object.keys(opened.fields));
    const refused = await openEnvelope({ ...base, gen: context.gen + 1, kid, derive }).catch(String);
    expectThat(`and not as another generation for ${kid}`, typeof refused === "string", refused);
  }
}

if (mode === "make") writeFileSync(path.join(dir, "ours.json"), JSON.stringify(FIELDS.map(make)));
else {
  const read = (name: string): unknown => JSON.parse(readFileSync(path.join(dir, name), "utf8"));
  const theirs = z.array(z.unknown()).parse(read("theirs.json"));
  for (const [number, scene] of z.array(Scene).parse(read("ours.json")).entries())
    await check(scene, theirs[number], number);
}
process.exit(0);
