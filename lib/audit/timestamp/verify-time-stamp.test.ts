import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { checkpointNote, FIXTURE_LOG, keysOf, operator } from "@/lib/audit/bundle-verifier/bundle-fixture";
import { utf8 } from "@/lib/crypto/bytes";
import { signNote } from "@/lib/crypto/log/signed-note";
import { randomBytes, sha256 } from "@/lib/crypto/primitives";
import { changedPlaces } from "@/lib/testing/scale";
import {
  type AuthorityWish,
  createTestAuthority,
  issue,
  openssl,
  type TestAuthority,
} from "@/lib/testing/servers/time-stamp-authority";
import { TimeStampDenied, timeStampQuery, tokenOf } from "./exchange";
import { checkpointImprint, stampedBytes } from "./imprint";
import { parseToken } from "./token";
import { type ExpectedTimeStamp, verifyTimeStamp } from "./verify-time-stamp";

const OPERATOR = operator(1);
const NOTE = checkpointNote(OPERATOR, [sha256(utf8("a")), sha256(utf8("b"))]);
const KEYS = keysOf(OPERATOR).log;
const IMPRINT = checkpointImprint(NOTE, KEYS);
const EKU = "extendedKeyUsage";

let authority: TestAuthority;
let token: Uint8Array;
let nonce: Uint8Array;

async function stamp(
  by: TestAuthority,
  imprint = IMPRINT,
): Promise<{ token: Uint8Array; nonce: Uint8Array }> {
  const query = timeStampQuery(imprint, randomBytes(8));
  return { token: tokenOf(await by.reply(query.bytes)), nonce: query.nonce };
}

beforeAll(async () => {
  authority = await createTestAuthority();
  ({ token, nonce } = await stamp(authority));
});

const check = (bytes: Uint8Array, expected?: ExpectedTimeStamp, trusted = authority.caPem) =>
  verifyTimeStamp(bytes, IMPRINT, [trusted], expected);

async function faultOf(wish: AuthorityWish): Promise<string> {
  const other = await createTestAuthority(wish);
  const found = await check((await stamp(other)).token, {}, other.caPem);
  return found.ok ? "none" : found.fault;
}

describe("time stamp", () => {
  it("a stamp of a real authority is valid and has its time and authority, and openssl agrees", async () => {
    const found = await check(token, { nonce, policy: "1.2.3.4.1" });
    expect(found).toMatchObject({ ok: true, policy: "1.2.3.4.1", authority: "O=Test, CN=signer" });
    expect(found.ok && found.at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
    const [file, data] = [path.join(authority.dir, "t.der"), path.join(authority.dir, "note.txt")];
    await writeFile(file, token);
    await writeFile(data, stampedBytes(NOTE, KEYS));
    const args = ["ts", "-verify", "-token_in", "-in", file, "-CAfile", authority.caFile];
    expect(await openssl(...args, "-data", data)).toContain("Verification: OK");
    await writeFile(data, stampedBytes(checkpointNote(OPERATOR, [sha256(utf8("x"))]), KEYS));
    await expect(openssl(...args, "-data", data)).rejects.toThrow();
  });

  it("a stamp is valid with RSA, with ESSCertID of RFC 2634, and through an intermediate authority", async () => {
    expect(await faultOf({ kind: "rsa" })).toBe("none");
    expect(await faultOf({ essHash: "sha1" })).toBe("none");
    expect(await faultOf({ hasIntermediate: true })).toBe("none");
  });

  it("a stamp covers the same bytes whatever cosignatures come later, and other bytes for another log signature", () => {
    const [logLine] = NOTE.split("\n\n")[1]?.split("\n") ?? [];
    const text = `${NOTE.split("\n\n")[0]}\n`;
    const bare = `${text}\n${logLine}\n`;
    expect(Buffer.from(stampedBytes(NOTE, KEYS)).toString()).toBe(bare);
    expect(checkpointImprint(bare, KEYS)).toEqual(IMPRINT);
    const forged = signNote(text, [{ name: FIXTURE_LOG, seed: operator(2).logSeed }]);
    expect(() => checkpointImprint(forged, KEYS)).toThrow("no log key");
    expect(checkpointImprint(forged, keysOf(operator(2)).log)).not.toEqual(IMPRINT);
  });

  it("a stamp for other bytes, another nonce or another policy is refused with the reason", async () => {
    const other = await stamp(authority, sha256(utf8("other")));
    expect(await check(other.token)).toMatchObject({ ok: false, fault: "imprint" });
    expect(await check(token, { nonce: other.nonce })).toMatchObject({ ok: false, fault: "nonce" });
    expect(await check(token, { policy: "1.2.3.4.5" })).toMatchObject({ ok: false, fault: "policy" });
  });

  it("a stamp of an untrusted, an expired or a not yet valid authority is refused", async () => {
    const foreign = await createTestAuthority();
    expect(await check(token, {}, foreign.caPem)).toMatchObject({ ok: false, fault: "chain" });
    expect(
      await faultOf({ caValidity: ["-not_before", "200101000000Z", "-not_after", "210101000000Z"] }),
    ).toBe("chain");
    expect(
      await faultOf({ caValidity: ["-not_before", "400101000000Z", "-not_after", "410101000000Z"] }),
    ).toBe("chain");
    expect(await verifyTimeStamp(token, IMPRINT, [])).toMatchObject({ ok: false, fault: "chain" });
  });

  it("a stamp is refused if only its own certificate claims to be an authority", async () => {
    const signerFile = path.join(authority.dir, "signer.pem");
    const forger = await createTestAuthority();
    // The forger's CA is signed by our authority's signer, which is not a CA: RFC 5280 basicConstraints forbids it.
    await openssl(
      "x509",
      "-req",
      "-in",
      path.join(forger.dir, "ca.csr"),
      "-CA",
      signerFile,
      "-CAkey",
      path.join(authority.dir, "signer.key"),
      "-CAcreateserial",
      "-days",
      "5",
      "-extfile",
      path.join(forger.dir, "ca.ext"),
      "-out",
      path.join(forger.dir, "cross.pem"),
    );
    const chain = await readFile(path.join(forger.dir, "cross.pem"), "utf8");
    const conf = path.join(forger.dir, "ts.cnf");
    await writeFile(path.join(forger.dir, "both.pem"), chain + (await readFile(signerFile, "utf8")));
    await writeFile(
      conf,
      (await readFile(conf, "utf8")).replace(/^certs = .*$/m, `certs = ${path.join(forger.dir, "both.pem")}`),
    );
    expect(await check((await stamp(forger)).token)).toMatchObject({ ok: false, fault: "chain" });
  });

  it("a stamp is refused when its certificate has other usages, a usage that is not critical, or no right to sign", async () => {
    const { caFile: certificate, dir } = authority;
    const content = path.join(dir, "tstinfo.der");
    await writeFile(content, parseToken(token).content);
    // openssl ts refuses to stamp with such certificates, so the same TSTInfo is signed as plain CMS.
    const faultWith = async (name: string, extensions: string): Promise<string> => {
      const made = await issue(dir, name, {
        issuer: { certificate, key: path.join(dir, "ca.key") },
        extensions,
        validity: ["-not_before", "200101000000Z", "-not_after", "400101000000Z"],
      });
      const out = path.join(dir, `${name}.der`);
      const type = ["-econtent_type", "1.2.840.113549.1.9.16.1.4", "-nodetach", "-binary", "-cades"];
      const by = ["-signer", made.certificate, "-inkey", made.key, "-md", "sha256"];
      await openssl("cms", "-sign", "-in", content, ...type, ...by, "-outform", "DER", "-out", out);
      const found = await check(await readFile(out));
      return found.ok ? "none" : found.fault;
    };
    expect(await faultWith("right", `${EKU}=critical,timeStamping\n`)).toBe("none");
    expect(await faultWith("server", `${EKU}=critical,serverAuth\n`)).toBe("usage");
    expect(await faultWith("both", `${EKU}=critical,timeStamping,serverAuth\n`)).toBe("usage");
    expect(await faultWith("uncritical", `${EKU}=timeStamping\n`)).toBe("usage");
    expect(await faultWith("plain", "basicConstraints=CA:FALSE\n")).toBe("usage");
    expect(await faultWith("mute", `keyUsage=keyAgreement\n${EKU}=critical,timeStamping\n`)).toBe("usage");
    expect(await faultWith("unknown", `1.2.3.4=critical,DER:0500\n${EKU}=critical,timeStamping\n`)).toBe(
      "chain",
    );
  });
});

describe("untrusted bytes", () => {
  it("are refused with a reason and never throw: changed bytes, cuts, garbage and nesting", async () => {
    const believed = await check(token);
    for (const at of changedPlaces(token.length)) {
      const changed = Uint8Array.from(token);
      changed[at] = (changed[at] ?? 0) ^ 0x01;
      const found = await check(changed);
      // Bytes without a signature (an unused length form, an unread parameter) may change, but the facts stay the
      // same.
      if (found.ok) expect(found).toEqual(believed);
    }
    for (const at of [0, 1, 2, 20, token.length - 1])
      expect((await check(token.slice(0, at))).ok).toBe(false);
    expect(await check(Uint8Array.from([...token, 0]))).toMatchObject({ ok: false, fault: "form" });
    expect(await check(utf8("<html>not found</html>"))).toMatchObject({ ok: false, fault: "form" });
    expect(await check(new Uint8Array(60_000).fill(0x30))).toMatchObject({ ok: false, fault: "form" });
    expect(await check(new Uint8Array(100_000))).toMatchObject({ ok: false, fault: "form" });
    expect(await verifyTimeStamp(token, IMPRINT, ["no pem"])).toMatchObject({ ok: false, fault: "form" });
  });

  it("a response without a token gives the authority's status", async () => {
    const refused = Uint8Array.from([0x30, 0x05, 0x30, 0x03, 0x02, 0x01, 0x02]);
    expect(() => tokenOf(refused)).toThrow(TimeStampDenied);
    expect(() => tokenOf(Uint8Array.from([0x30, 0x05, 0x30, 0x03, 0x02, 0x01, 0x00]))).toThrow("no token");
    expect(() => tokenOf(utf8("garbage"))).toThrow();
  });
});
