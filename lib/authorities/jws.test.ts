import { CompactSign, generateKeyPair, UnsecuredJWT } from "jose";
import { beforeAll, describe, expect, it } from "vitest";
import { fromBase64url, toBase64url, utf8 } from "@/lib/crypto/bytes";
import { canonicalJson, type Json } from "@/lib/crypto/json/canonical-json";
import { checkOrder, type RegisteredKey } from "./jws";
import { beyond } from "./selector";

const AT = new Date("2026-11-27T12:00:00Z");
const AUD = "sealport.test/log/1";
const TX = "01900000-0000-7000-8000-000000000001";
const OTHER_TX = "01900000-0000-7000-8000-000000000002";
const ORDER = {
  v: 1,
  aud: AUD,
  issuer: "Landgericht Berlin",
  jurisdiction: "DE",
  kind: "court_order",
  case_number: "18 O 1/26",
  valid_from: "2026-11-01T00:00:00Z",
  valid_until: "2026-12-20T00:00:00Z",
  selector: { transactions: [TX] },
} satisfies Json;
const HEADER = { alg: "EdDSA", kid: "berlin-1", typ: "sealport-order+jws" };

let signer: CryptoKey;
let key: RegisteredKey;

beforeAll(async () => {
  const pair = await generateKeyPair("EdDSA", { extractable: true });
  signer = pair.privateKey;
  const { x } = await globalThis.crypto.subtle.exportKey("jwk", pair.publicKey);
  key = {
    id: "01900000-0000-7000-8000-0000000000aa",
    issuer: ORDER.issuer,
    jurisdiction: "DE",
    kid: "berlin-1",
    publicKey: fromBase64url(x ?? ""),
    validFrom: new Date("2026-01-01T00:00:00Z"),
    validUntil: new Date("2027-01-01T00:00:00Z"),
    state: "confirmed",
    inForceFrom: new Date("2026-02-01T00:00:00Z"),
  };
});

const signText = (payload: string, header: object = HEADER): Promise<string> =>
  new CompactSign(utf8(payload)).setProtectedHeader({ ...HEADER, ...header }).sign(signer);
const sign = (order: Json = ORDER, header: object = {}): Promise<string> =>
  signText(canonicalJson(order), header);
const check = (jws: string, registered: RegisteredKey | undefined = key, at = AT) =>
  checkOrder(jws, {
    aud: AUD,
    at,
    agencies: ["agency.example"],
    find: async (kid) => (kid === registered?.kid ? registered : undefined),
  });
const wordsOf = async (jws: string, registered?: RegisteredKey, at?: Date) => {
  const { indication, sub_indication: sub, fault } = (await check(jws, registered, at)).report;
  return [fault, indication, sub];
};

describe("an order signed with a registered key", () => {
  it("an order made by an independent library passes", async () => {
    const { report, order } = await check(await sign());
    expect(report).toMatchObject({
      method: "jws",
      indication: "TOTAL-PASSED",
      kid: "berlin-1",
      authority: { id: key.id, issuer: ORDER.issuer },
      judged_at: AT.toISOString(),
    });
    expect([report.fault, report.sub_indication, order?.case_number]).toEqual([
      undefined,
      undefined,
      "18 O 1/26",
    ]);
  });

  it("an order is valid at its key's first moment and not at its last", async () => {
    const jws = await sign();
    expect((await check(jws, key, new Date("2026-02-01T00:00:00Z"))).report.indication).toBe("TOTAL-PASSED");
    expect((await check(jws, key, new Date("2026-12-31T23:59:59.999Z"))).report.indication).toBe(
      "TOTAL-PASSED",
    );
    expect(await wordsOf(jws, key, key.validUntil)).toEqual([
      "key-expired",
      "INDETERMINATE",
      "OUT_OF_BOUNDS_NO_POE",
    ]);
  });
});

describe("named refusals of an order", () => {
  it("an order that claims to be unsigned, in any letter case, is refused", async () => {
    const [, payload = ""] = (await sign()).split(".");
    const headerOf = (alg: string) => toBase64url(utf8(JSON.stringify({ ...HEADER, alg })));
    const words = ["alg-none", "TOTAL-FAILED", "FORMAT_FAILURE"];
    for (const alg of ["none", "None", "NONE", "nOnE"])
      expect(await wordsOf(`${headerOf(alg)}.${payload}.`)).toEqual(words);
    expect(await wordsOf(new UnsecuredJWT({ aud: AUD }).encode())).toEqual(words);
  });

  it("an algorithm other than EdDSA, including its newer name and a keyed hash, is refused", async () => {
    const [, payload = "", signature = ""] = (await sign()).split(".");
    for (const alg of ["HS256", "RS256", "ES256", "Ed25519", "EdDSA ", 1, null]) {
      const header = toBase64url(utf8(JSON.stringify({ ...HEADER, alg })));
      expect(await wordsOf(`${header}.${payload}.${signature}`)).toEqual([
        "algorithm",
        "INDETERMINATE",
        "CRYPTO_CONSTRAINTS_FAILURE",
      ]);
    }
  });

  it("a key that is unregistered, withdrawn, revoked, expired or not in force yet is refused", async () => {
    const jws = await sign();
    expect(await wordsOf(await sign(ORDER, { kid: "berlin-2" }))).toEqual([
      "unknown-key",
      "INDETERMINATE",
      "NO_SIGNING_CERTIFICATE_FOUND",
    ]);
    expect((await wordsOf(jws, { ...key, state: "withdrawn" }))[0]).toBe("unknown-key");
    expect(await wordsOf(jws, { ...key, state: "revoked" })).toEqual([
      "key-revoked",
      "INDETERMINATE",
      "REVOKED_NO_POE",
    ]);
    expect((await wordsOf(jws, { ...key, validUntil: AT }))[0]).toBe("key-expired");
    expect((await wordsOf(jws, { ...key, state: "proposed", inForceFrom: undefined }))[0]).toBe(
      "key-not-in-force",
    );
    const later = new Date(AT.getTime() + 1);
    expect((await wordsOf(jws, { ...key, inForceFrom: later }))[0]).toBe("key-not-in-force");
    expect((await wordsOf(jws, { ...key, validFrom: later }))[0]).toBe("key-not-in-force");
  });

  it("a payload, header or signature with any changed byte is refused", async () => {
    const [header = "", payload = "", signature = ""] = (await sign()).split(".");
    const other = toBase64url(utf8(canonicalJson({ ...ORDER, case_number: "18 O 2/26" })));
    expect(await wordsOf(`${header}.${other}.${signature}`)).toEqual([
      "altered",
      "TOTAL-FAILED",
      "SIG_CRYPTO_FAILURE",
    ]);
    const bytes = fromBase64url(signature);
    for (let index = 0; index < bytes.length; index++) {
      const changed = Uint8Array.from(bytes, (byte, at) => (at === index ? byte ^ 1 : byte));
      expect((await wordsOf(`${header}.${payload}.${toBase64url(changed)}`))[0]).toBe("altered");
    }
    expect((await wordsOf(`${header}.${payload}.${toBase64url(bytes.slice(1))}`))[0]).toBe("altered");
    const spelled = toBase64url(utf8(JSON.stringify({ kid: HEADER.kid, typ: HEADER.typ, alg: HEADER.alg })));
    expect(spelled).not.toBe(header);
    expect((await wordsOf(`${spelled}.${payload}.${signature}`))[0]).toBe("altered");
  });

  it("a duplicate member, in the payload or in the header, is refused", async () => {
    const text = canonicalJson(ORDER).replace('"aud":', '"aud":"another","aud":');
    expect(await wordsOf(await signText(text))).toEqual([
      "duplicate-member",
      "TOTAL-FAILED",
      "FORMAT_FAILURE",
    ]);
    const [, payload = "", signature = ""] = (await sign()).split(".");
    const header = toBase64url(utf8(JSON.stringify(HEADER).replace("{", '{"alg":"none",')));
    expect((await wordsOf(`${header}.${payload}.${signature}`))[0]).toBe("duplicate-member");
  });

  it("a form other than the canonical one is refused", async () => {
    expect((await wordsOf(await signText(JSON.stringify(ORDER, null, 1))))[0]).toBe("not-canonical");
    const { v, ...rest } = ORDER;
    expect((await wordsOf(await signText(JSON.stringify({ v, ...rest }))))[0]).toBe("not-canonical");
  });

  it("a selector that is empty, has an empty list, or is missing is refused", async () => {
    const words = ["empty-selector", "INDETERMINATE", "SIG_CONSTRAINTS_FAILURE"];
    expect(await wordsOf(await sign({ ...ORDER, selector: {} }))).toEqual(words);
    expect(await wordsOf(await sign({ ...ORDER, selector: { transactions: [] } }))).toEqual(words);
    const { selector: _, ...without } = ORDER;
    expect(await wordsOf(await sign(without))).toEqual(words);
    expect(
      (await wordsOf(await sign({ ...ORDER, selector: { transactions: [], participants: ["a"] } })))[0],
    ).toBe("form");
  });

  it("reversed or equal dates are refused", async () => {
    const words = ["dates-reversed", "INDETERMINATE", "SIG_CONSTRAINTS_FAILURE"];
    expect(await wordsOf(await sign({ ...ORDER, valid_until: ORDER.valid_from }))).toEqual(words);
    expect(await wordsOf(await sign({ ...ORDER, valid_until: "2026-10-01T00:00:00Z" }))).toEqual(words);
    const period = { from: "2026-11-02T00:00:00Z", to: "2026-11-01T00:00:00Z" };
    expect(await wordsOf(await sign({ ...ORDER, selector: period }))).toEqual(words);
  });

  it("an order for another instance, or by a key of another issuer, is refused", async () => {
    expect((await wordsOf(await sign({ ...ORDER, aud: "another.test/log/1" })))[0]).toBe("audience");
    expect((await wordsOf(await sign({ ...ORDER, issuer: "Landgericht Hamburg" })))[0]).toBe("issuer");
    expect((await wordsOf(await sign({ ...ORDER, jurisdiction: "FR" })))[0]).toBe("issuer");
  });

  it("a text that is not a JWS, unknown members, crit, a detached payload and invalid days are refused", async () => {
    const jws = await sign();
    const [header = "", payload = "", signature = ""] = jws.split(".");
    const texts = ["", "a.b", `${jws}.x`, `${header}..${signature}`, `${header}.${payload}=.${signature}`];
    for (const text of texts) expect((await wordsOf(text))[1]).toBe("TOTAL-FAILED");
    expect((await wordsOf("x".repeat(200_000)))[0]).toBe("form");
    expect((await wordsOf(await sign({ ...ORDER, note: "more" })))[0]).toBe("form");
    expect((await wordsOf(await sign({ ...ORDER, valid_from: "2026-02-30T00:00:00Z" })))[0]).toBe("form");
    expect((await wordsOf(await sign(ORDER, { typ: "JWT" })))[0]).toBe("form");
    expect((await wordsOf(await sign(ORDER, { jwk: {} })))[0]).toBe("form");
    const critical = toBase64url(utf8(JSON.stringify({ ...HEADER, crit: ["b64"], b64: false })));
    expect((await wordsOf(`${critical}.${payload}.${signature}`))[0]).toBe("form");
  });
});

describe("the reach of an order", () => {
  const record = (id: string, participants: string[], at: string) => ({
    id,
    participants,
    createdAt: new Date(at),
  });
  const records = [record(TX, ["client-1", "miner-1"], "2026-11-10T00:00:00Z")];
  const asked = { purpose: "audit", fields: ["amount"] as const, records };
  const period = { from: "2026-11-10T00:00:00Z", to: "2026-11-11T00:00:00Z" };

  it("a request is within its order when every member of the order reaches it", () => {
    for (const selector of [{ transactions: [TX] }, { participants: ["miner-1"] }, period])
      expect(beyond({ selector }, asked)).toBeUndefined();
    const all = { transactions: [TX, OTHER_TX], participants: ["client-1"], ...period };
    const order = { selector: all, fields: ["amount" as const], purpose: "audit", max_records: 1 };
    expect(beyond(order, asked)).toBeUndefined();
  });

  it("a request cannot go beyond the order's transactions, participants, period, fields, purpose or number of records", () => {
    const memberOf = (order: Parameters<typeof beyond>[0]) => beyond(order, asked)?.member;
    const selector = { transactions: [TX] };
    expect(memberOf({ selector: { transactions: [OTHER_TX] } })).toBe("transactions");
    expect(memberOf({ selector: { participants: ["client-2"] } })).toBe("transactions");
    expect(memberOf({ selector: { ...selector, participants: ["client-2"] } })).toBe("transactions");
    expect(memberOf({ selector: { ...period, from: "2026-11-10T00:00:01Z" } })).toBe("transactions");
    expect(memberOf({ selector: { to: "2026-11-10T00:00:00Z" } })).toBe("transactions");
    expect(memberOf({ selector, fields: ["pricing"] })).toBe("fields");
    expect(memberOf({ selector, purpose: "compliance" })).toBe("purpose");
    const two = { ...asked, records: [...records, record(OTHER_TX, [], "2026-11-10T00:00:00Z")] };
    expect(beyond({ selector: period, max_records: 1 }, two)?.member).toBe("max_records");
  });
});
