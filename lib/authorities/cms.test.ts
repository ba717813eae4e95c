import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { utf8 } from "@/lib/crypto/bytes";
import { changedPlaces } from "@/lib/testing/scale";
import {
  CA_EXTENSIONS,
  createCourt,
  derOf,
  listOf,
  SIGNER_EXTENSIONS,
  type SignWish,
  type TestCourt,
} from "@/lib/testing/servers/certificate-authority";
import { issue, openssl } from "@/lib/testing/servers/time-stamp-authority";
import { checkDocumentSignature, type Trust } from "./cms";

const DOCUMENT = utf8("%PDF-1.4 an order\n%%EOF\n");
const FACTS = { issuer: "Landgericht Berlin", jurisdiction: "DE" };
const DAY_MS = 86_400_000;
const PASSED = "TOTAL-PASSED";

let court: TestCourt;
let lists: readonly Uint8Array[];
let cms: Uint8Array;

beforeAll(async () => {
  court = await createCourt();
  lists = await court.lists();
  cms = await court.sign(DOCUMENT);
});

const trustOf = (more: Partial<Trust> = {}, of = court): Trust => ({
  at: new Date(),
  anchors: [{ id: "anchor", ...FACTS, certificate: of.anchor }],
  certificates: [],
  lists,
  facts: FACTS,
  ...more,
});
const check = (signature: Uint8Array, more: Partial<Trust> = {}, document = DOCUMENT) =>
  checkDocumentSignature(
    { method: "cms", cms: signature, pieces: [document], mayBeUnnamed: false },
    trustOf(more),
  );
/** Returns the words of a report, and the fault by name. */
const wordsOf = async (signature: Uint8Array, more: Partial<Trust> = {}, document = DOCUMENT) => {
  const { report } = await check(signature, more, document);
  return [report.indication, report.sub_indication, report.fault]
    .filter((word) => word !== undefined)
    .join(" ");
};
const signedBy = async (wish: SignWish, more: Partial<Trust> = {}) =>
  wordsOf(await court.sign(DOCUMENT, wish), more);

describe("a detached CMS signature over a document", () => {
  it("a signature passes through an intermediate with a list of each issuer, as openssl confirms", async () => {
    const { report, used } = await check(cms);
    expect(report).toMatchObject({
      method: "cms",
      indication: PASSED,
      authority: { id: "anchor", issuer: FACTS.issuer },
      signer: { subject: "O=Test, CN=judge", issuer: "O=Test, CN=between" },
    });
    expect(report.crls?.map(({ issuer, number }) => [issuer, number])).toEqual([
      ["O=Test, CN=between", "1"],
      ["O=Test, CN=root", "1"],
    ]);
    expect(used).toHaveLength(2);
    const file = (name: string) => path.join(court.dir, name);
    await writeFile(file("own.der"), cms);
    await writeFile(file("own.pdf"), DOCUMENT);
    const trusted = [await readFile(court.root.certificate, "utf8")];
    for (const list of lists) {
      await writeFile(file("own.crl"), list);
      trusted.push(await openssl("crl", "-inform", "DER", "-in", file("own.crl")));
    }
    await writeFile(file("own.pem"), trusted.join("\n"));
    const input = ["-inform", "DER", "-in", file("own.der"), "-content", file("own.pdf")];
    const rules = ["-purpose", "any", "-cades", "-crl_check_all"];
    await openssl(
      "cms",
      "-verify",
      "-binary",
      ...input,
      "-CAfile",
      file("own.pem"),
      ...rules,
      "-out",
      file("stated"),
    );
  });

  it("a signature passes with RSA of 2048 bits, PSS, and longer digests", async () => {
    const other = await createCourt("rsa");
    const more = { anchors: trustOf({}, other).anchors, lists: await other.lists() };
    const pss = ["-cades", "-keyopt", "rsa_padding_mode:pss"];
    for (const options of [["-cades"], pss, ["-cades", "-md", "sha512"]])
      expect(await wordsOf(await other.sign(DOCUMENT, { options }), more)).toBe(PASSED);
  });

  it("a signature that embeds the same document passes, and one that embeds another is refused", async () => {
    const options = ["-cades", "-nodetach"];
    const whole = await court.sign(DOCUMENT, { options });
    expect(await wordsOf(whole)).toBe(PASSED);
    expect(await wordsOf(whole, {}, utf8("another"))).toBe("TOTAL-FAILED HASH_FAILURE embedded");
  });

  it("a signature over an altered document fails", async () => {
    expect(await wordsOf(cms, {}, utf8("%PDF-1.4 an Order\n%%EOF\n"))).toBe(
      "TOTAL-FAILED HASH_FAILURE document",
    );
    const [ending] = [Uint8Array.from([...DOCUMENT, 0x0a])];
    expect(await wordsOf(cms, {}, ending)).toBe("TOTAL-FAILED HASH_FAILURE document");
  });

  it("a signature of several signers, or of none, is refused by name", async () => {
    const second = await court.certify("second");
    const both = ["-cades", "-signer", second.certificate, "-inkey", second.key];
    expect(await signedBy({ options: both })).toBe("TOTAL-FAILED FORMAT_FAILURE several-signers");
    const file = path.join(court.dir, "unsigned.der");
    await openssl(
      "crl2pkcs7",
      "-nocrl",
      "-certfile",
      court.judge.certificate,
      "-outform",
      "DER",
      "-out",
      file,
    );
    expect(await wordsOf(Uint8Array.from(await readFile(file)))).toBe(
      "TOTAL-FAILED FORMAT_FAILURE no-signer",
    );
  });

  it("a signature without signed attributes, or without one that names its certificate, is refused", async () => {
    expect(await signedBy({ options: ["-noattr"] })).toBe("TOTAL-FAILED FORMAT_FAILURE signed-attributes");
    expect(await signedBy({ options: [] })).toBe(
      "INDETERMINATE NO_SIGNING_CERTIFICATE_FOUND signing-certificate",
    );
    expect(await signedBy({ options: ["-cades", "-nocerts"], chain: [] })).toBe(
      "INDETERMINATE NO_SIGNING_CERTIFICATE_FOUND signing-certificate",
    );
  });

  it("a signature with SHA-1 or a short RSA key is refused", async () => {
    const weak = "INDETERMINATE CRYPTO_CONSTRAINTS_FAILURE algorithm";
    expect(await signedBy({ options: ["-cades", "-md", "sha1"] })).toBe(weak);
    const [key, csr, pem] = ["key", "csr", "pem"].map((suffix) => path.join(court.dir, `short.${suffix}`));
    const ext = path.join(court.dir, "judge.ext");
    if (key === undefined || csr === undefined || pem === undefined) throw new TypeError("no file");
    await openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024", "-out", key);
    await openssl("req", "-new", "-key", key, "-subj", "/CN=short", "-out", csr);
    const by = ["-CA", court.between.certificate, "-CAkey", court.between.key, "-CAcreateserial"];
    await openssl("x509", "-req", "-in", csr, ...by, "-days", "5", "-sha256", "-extfile", ext, "-out", pem);
    expect(await signedBy({ by: { certificate: pem, key } })).toBe(weak);
  });
});

describe("the path to a trust anchor", () => {
  it("no path to an unknown authority is found, whatever certificates the signature has", async () => {
    const stranger = await createCourt();
    const made = await stranger.sign(DOCUMENT, {
      chain: [stranger.between.certificate, stranger.root.certificate],
    });
    const words = "INDETERMINATE NO_CERTIFICATE_CHAIN_FOUND no-chain";
    expect(await wordsOf(made, { lists: [...lists, ...(await stranger.lists())] })).toBe(words);
    expect(await wordsOf(cms, { anchors: [] })).toBe(words);
  });

  it("the path uses a certificate registered with the anchor when the signature has none", async () => {
    const bare = await court.sign(DOCUMENT, { chain: [] });
    expect(await wordsOf(bare)).toBe("INDETERMINATE NO_CERTIFICATE_CHAIN_FOUND no-chain");
    expect(await wordsOf(bare, { certificates: [await derOf(court.between.certificate)] })).toBe(PASSED);
  });

  it("an expired certificate, or one not valid yet, is out of bounds", async () => {
    const validity = ["-not_before", "200101000000Z", "-not_after", "210101000000Z"];
    const expired = await court.certify("expired", { validity });
    const words = "INDETERMINATE OUT_OF_BOUNDS_NO_POE certificate-expired";
    expect(await signedBy({ by: expired })).toBe(words);
    expect(await wordsOf(cms, { at: new Date(Date.now() + 11 * DAY_MS) })).toBe(words);
    expect(await wordsOf(cms, { at: new Date(Date.now() - DAY_MS) })).toBe(words);
  });

  it("a certificate that may not sign documents, or may not issue, is refused", async () => {
    const words = "INDETERMINATE CHAIN_CONSTRAINTS_FAILURE certificate-usage";
    const plain = "basicConstraints=CA:FALSE\n";
    for (const [name, extensions] of [
      ["server", `${plain}keyUsage=critical,digitalSignature\nextendedKeyUsage=serverAuth\n`],
      ["stamps", `${plain}keyUsage=critical,digitalSignature\nextendedKeyUsage=critical,timeStamping\n`],
      ["agreement", `${plain}keyUsage=critical,keyAgreement\n`],
      ["authority", CA_EXTENSIONS],
    ] as const)
      expect(await signedBy({ by: await court.certify(name, { extensions }) }), name).toBe(words);
    // Issued by the judge's own certificate, which is not an authority.
    const under = await court.certify("under", { issuer: court.judge });
    const chain = [court.judge.certificate, court.between.certificate];
    expect(await signedBy({ by: under, chain })).toBe(words);
    const short = await court.certify("short-path", {
      issuer: court.root,
      extensions: CA_EXTENSIONS.replace("CA:TRUE", "CA:TRUE,pathlen:0"),
    });
    const deeper = await court.certify("deeper", { issuer: short, extensions: CA_EXTENSIONS });
    const deep = await court.certify("deep", { issuer: deeper });
    expect(await signedBy({ by: deep, chain: [short.certificate, deeper.certificate] })).toBe(words);
  });

  it("an unknown critical extension, or name constraints, critical or not, are refused", async () => {
    const words = "INDETERMINATE CERTIFICATE_CHAIN_GENERAL_FAILURE certificate-extension";
    const odd = await court.certify("odd", { extensions: `${SIGNER_EXTENSIONS}1.2.3.4=critical,DER:0500\n` });
    expect(await signedBy({ by: odd })).toBe(words);
    for (const mark of ["critical,", ""]) {
      const limited = await court.certify(`limited${mark.length}`, {
        issuer: court.root,
        extensions: `${CA_EXTENSIONS}nameConstraints=${mark}permitted;DNS:example.test\n`,
      });
      const by = await court.certify(`limited-judge${mark.length}`, { issuer: limited });
      expect(await signedBy({ by, chain: [limited.certificate] })).toBe(words);
    }
  });

  it("the path counts only for the issuer that the anchor is registered for", async () => {
    const words = "INDETERMINATE SIG_CONSTRAINTS_FAILURE issuer";
    expect(await wordsOf(cms, { facts: { ...FACTS, issuer: "Landgericht Hamburg" } })).toBe(words);
    expect(await wordsOf(cms, { facts: { ...FACTS, jurisdiction: "FR" } })).toBe(words);
    const [anchor] = trustOf().anchors;
    if (anchor === undefined) throw new TypeError("no anchor");
    const both = [{ ...anchor, id: "other", issuer: "Landgericht Hamburg" }, anchor];
    expect((await check(cms, { anchors: both })).report.authority?.id).toBe("anchor");
  });
});

describe("revocation lists", () => {
  const MISSING = "INDETERMINATE TRY_LATER no-crl";
  const STALE = "INDETERMINATE TRY_LATER crl-expired";
  const REVOKED = "INDETERMINATE REVOKED_NO_POE certificate-revoked";

  it("every issuer on the path needs a revocation list", async () => {
    expect(await wordsOf(cms, { lists: [] })).toBe(MISSING);
    for (const list of lists) expect(await wordsOf(cms, { lists: [list] })).toBe(MISSING);
  });

  it("a list past its next update no longer counts, and one from tomorrow does not count yet", async () => {
    const from = Date.now() - 9 * DAY_MS;
    const old = await court.lists({ between: { from, until: from + DAY_MS } });
    expect(await wordsOf(cms, { lists: old })).toBe(STALE);
    const tomorrow = await court.lists({ between: { from: Date.now() + DAY_MS } });
    expect(await wordsOf(cms, { lists: tomorrow })).toBe(MISSING);
  });

  it("a list revokes the signer even when the library's own check passes, and even when the list is out of date", async () => {
    const revoked = [court.judge.certificate];
    const [root, between] = await court.lists({ between: { revoked, number: 2 } });
    if (root === undefined || between === undefined) throw new TypeError("no list");
    expect(await wordsOf(cms, { lists: [root, between] })).toBe(REVOKED);
    const from = Date.now() - 9 * DAY_MS;
    const stale = await court.lists({ between: { revoked, from, until: from + DAY_MS } });
    expect(await wordsOf(cms, { lists: stale })).toBe(REVOKED);
    // Without the root's list too: a known revocation comes first.
    expect(await wordsOf(cms, { lists: [between] })).toBe(REVOKED);
  });

  it("a list revokes an issuer on the path", async () => {
    const revoked = await court.lists({ root: { revoked: [court.between.certificate] } });
    expect(await wordsOf(cms, { lists: revoked })).toBe("INDETERMINATE REVOKED_CA_NO_POE issuer-revoked");
  });

  it("the newest list counts, and an older one that names no certificate does not hide a revocation", async () => {
    const from = Date.now() - DAY_MS;
    const [root, older] = await court.lists({ between: { from, number: 1 } });
    const newer = await listOf(court.between, court.dir, { revoked: [court.judge.certificate], number: 2 });
    if (root === undefined || older === undefined) throw new TypeError("no list");
    for (const order of [
      [root, older, newer],
      [newer, older, root],
    ])
      expect(await wordsOf(cms, { lists: order })).toBe(REVOKED);
    expect(await wordsOf(cms, { lists: [root, older] })).toBe(PASSED);
  });

  it("a list by another key of the same name, by an issuer that may not sign lists, or an unreadable list, does not count", async () => {
    const [root] = lists;
    if (root === undefined) throw new TypeError("no list");
    const stranger = await createCourt();
    const [, foreign] = await stranger.lists();
    if (foreign === undefined) throw new TypeError("no list");
    expect(await wordsOf(cms, { lists: [root, foreign] })).toBe(MISSING);
    expect(await wordsOf(cms, { lists: [root, utf8("garbage")] })).toBe(MISSING);
    const mute = await issue(court.dir, "mute", {
      issuer: court.root,
      extensions: CA_EXTENSIONS.replace(",cRLSign", ""),
    });
    const by = await court.certify("mute-judge", { issuer: mute });
    const own = await listOf(mute, court.dir);
    expect(await signedBy({ by, chain: [mute.certificate] }, { lists: [root, own] })).toBe(MISSING);
  });
});

describe("foreign bytes", () => {
  it("foreign bytes never throw and never pass: changed bytes, cuts, garbage and nesting", async () => {
    for (const at of changedPlaces(cms.length)) {
      const changed = Uint8Array.from(cms);
      changed[at] = (changed[at] ?? 0) ^ 0x01;
      const { report } = await check(changed);
      // Certificates outside the path, and the order of unsigned parts, may change without harm.
      if (report.indication === PASSED) expect(report.signer?.subject).toBe("O=Test, CN=judge");
    }
    for (let end = 0; end < cms.length; end += 7)
      expect(await wordsOf(cms.subarray(0, end))).not.toContain(PASSED);
    for (const bytes of [utf8("garbage"), new Uint8Array(5_000).fill(0x30), new Uint8Array(0)])
      expect(await wordsOf(bytes)).toBe("TOTAL-FAILED FORMAT_FAILURE form");
    const trailing = Uint8Array.from([...cms, 0]);
    expect(await wordsOf(trailing)).toBe("TOTAL-FAILED FORMAT_FAILURE form");
  });
});
