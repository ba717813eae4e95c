import { createPrivateKey, type KeyObject, sign } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { canonicalJson } from "@/lib/crypto/json/canonical-json";
import { people } from "./api";
import { dataDir, demo } from "./instance";

// Signs an order as an authority does: as a JWS, with the key that the demonstration has registered.

const Authority = z.object({
  issuer: z.string(),
  jurisdiction: z.string(),
  kid: z.string(),
  jwk: z.object({ kty: z.string(), crv: z.string(), x: z.string(), d: z.string() }),
});
export type Authority = z.infer<typeof Authority>;

/** Returns the demonstration authority with its private key, which the first start wrote next to demo.json. */
export function demoAuthority(): Authority {
  return Authority.parse(JSON.parse(readFileSync(path.join(dataDir(), "demo-authority.json"), "utf8")));
}

export const keyOf = ({ jwk }: Authority): KeyObject => createPrivateKey({ key: jwk, format: "jwk" });

/** Returns the origin of the log, by which orders name this instance. */
export async function logOrigin(): Promise<string> {
  const keys = await people(demo()).auditor.get("/confidential/audit/keys");
  const [vkey = ""] = z.array(z.string()).parse(keys.json.log);
  return vkey.split("+")[0] ?? "";
}

const part = (text: string): string => Buffer.from(text).toString("base64url");

/** Returns a compact JWS over the order's canonical form (docs/formats/orders.md). */
export function jwsOf(order: object, kid: string, key: KeyObject): string {
  const header = canonicalJson({ alg: "EdDSA", kid, typ: "sealport-order+jws" });
  const signed = `${part(header)}.${part(canonicalJson(order))}`;
  return `${signed}.${sign(null, Buffer.from(signed), key).toString("base64url")}`;
}
