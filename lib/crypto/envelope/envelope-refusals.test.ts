import { describe, expect, it } from "vitest";
import { fromBase64url, toBase64url, utf8 } from "../bytes";
import { FormatError, OpenError } from "../format-error";
import { canonicalBytes } from "../json/canonical-json";
import { aesGcmSeal } from "../primitives";
import { type Envelope, openContentKey, openEnvelope, sealEnvelope, wrapContentKey } from "./envelope";
import { sealFixture } from "./envelope-fixture";

const fixture = sealFixture({ amount: "1000.00", currency: "EUR" });
const { envelope } = fixture.sealed;

async function refused(changed: unknown, kid = "alice#1"): Promise<void> {
  await expect(openEnvelope(fixture.open(kid, changed))).rejects.toSatisfy(
    (error) =>
      error instanceof OpenError && error.message === "could not be opened" && error.cause === undefined,
  );
}

function flipEach(text: string): string[] {
  const bytes = fromBase64url(text);
  return Array.from(bytes, (_, index) =>
    toBase64url(bytes.map((byte, at) => (at === index ? byte ^ (1 << (index % 8)) : byte))),
  );
}

function withRecipient(change: (entry: Envelope["recipients"][number]) => unknown, at = 0): unknown {
  return {
    ...envelope,
    recipients: envelope.recipients.map((entry, index) => (index === at ? change(entry) : entry)),
  };
}

/** The envelope with another plaintext under its own content key, as a malicious sender can make it. */
async function withPlaintext(plaintext: Uint8Array): Promise<Envelope> {
  const cek = await openContentKey(fixture.open("alice#1"));
  const iv = fromBase64url(envelope.iv);
  const { ciphertext, tag } = aesGcmSeal(cek, iv, plaintext, utf8(envelope.protected));
  return { ...envelope, ciphertext: toBase64url(ciphertext), tag: toBase64url(tag) };
}

function padded(text: string, length = 256): Uint8Array {
  return utf8(text.padEnd(length, " "));
}

describe("a refused opening", () => {
  it("a changed byte of protected, iv, ciphertext or tag is refused", async () => {
    for (const member of ["protected", "iv", "ciphertext", "tag"] as const) {
      for (const changed of flipEach(envelope[member])) await refused({ ...envelope, [member]: changed });
    }
  });

  it("a changed byte of a recipient's own entry is refused", async () => {
    for (const x of flipEach(envelope.recipients[0]?.header.epk.x ?? "")) {
      await refused(
        withRecipient((entry) => ({
          ...entry,
          header: { ...entry.header, epk: { ...entry.header.epk, x } },
        })),
      );
    }
    for (const member of ["apu", "apv"] as const) {
      for (const changed of flipEach(envelope.recipients[0]?.header[member] ?? "")) {
        await refused(
          withRecipient((entry) => ({ ...entry, header: { ...entry.header, [member]: changed } })),
        );
      }
    }
    for (const key of flipEach(envelope.recipients[0]?.encrypted_key ?? "")) {
      await refused(withRecipient((entry) => ({ ...entry, encrypted_key: key })));
    }
  });

  it("swapped key ids of two entries are refused", async () => {
    const [a, b, ...rest] = envelope.recipients;
    if (a === undefined || b === undefined) throw new Error("two recipients expected");
    const swapped = [
      { ...a, header: { ...a.header, kid: b.header.kid } },
      { ...b, header: { ...b.header, kid: a.header.kid } },
      ...rest,
    ];
    await refused({ ...envelope, recipients: swapped });
    const apvToo = swapped.map((entry) => ({
      ...entry,
      header: { ...entry.header, apv: toBase64url(utf8(entry.header.kid)) },
    }));
    await refused({ ...envelope, recipients: apvToo });
  });

  it("a missing or second escrow entry, a repeated key id and a missing own entry are refused", async () => {
    const [alice, bob, escrow] = envelope.recipients;
    await refused({ ...envelope, recipients: [alice, bob] });
    await refused({ ...envelope, recipients: [alice, alice, escrow] });
    await refused({ ...envelope, recipients: [bob, escrow] });
    const second = {
      ...escrow,
      header: { ...escrow?.header, kid: "escrow#4", apv: toBase64url(utf8("escrow#4")) },
    };
    await refused({ ...envelope, recipients: [alice, bob, escrow, second] });
    const upper = {
      ...escrow,
      header: { ...escrow?.header, kid: "ESCROW#3", apv: toBase64url(utf8("ESCROW#3")) },
    };
    await refused({ ...envelope, recipients: [alice, bob, escrow, upper] });
  });

  it("another tx, group, ep, gen, rd, list or number of fields in our records is refused", async () => {
    const input = fixture.open("alice#1");
    const changes = [
      { tx: "01936f2a-7c1b-7def-8a10-3f2b4c5d6e7f" },
      { group: "pricing" },
      { ep: 4 },
      { gen: 2 },
      { rd: toBase64url(new Uint8Array(32)) },
      { list: fixture.list.slice(1) },
      { list: [...fixture.list].reverse() },
      { fieldCount: 1 },
      { fieldCount: 3 },
      { kid: "carol#1" },
    ];
    for (const change of changes)
      await expect(openEnvelope({ ...input, ...change })).rejects.toThrow(OpenError);
  });

  it("an entry with a content key that the envelope does not commit to is refused (salamander)", async () => {
    const bob = fixture.keys.get("bob#12");
    if (bob === undefined) throw new Error("bob expected");
    const other = wrapContentKey(new Uint8Array(32).fill(7), {
      ...fixture.seal,
      kid: "bob#12",
      publicKey: bob.publicKey,
    });
    const changed = withRecipient(() => other, 1);
    await expect(openContentKey(fixture.open("bob#12", changed))).rejects.toThrow(OpenError);
    await refused(changed, "bob#12");
    await expect(openEnvelope(fixture.open("alice#1", changed))).resolves.toBeDefined();
  });

  it("an ephemeral key of low order or in non-canonical form is refused in any entry", async () => {
    const bad = [new Uint8Array(32), new Uint8Array(32).fill(255)];
    for (const x of bad.map(toBase64url)) {
      const change = withRecipient(
        (entry) => ({ ...entry, header: { ...entry.header, epk: { ...entry.header.epk, x } } }),
        2,
      );
      await refused(change);
    }
  });

  it("other members, other encodings and other types are refused", async () => {
    await refused({ ...envelope, aad: "" });
    await refused({ ...envelope, unprotected: {} });
    await refused({ ...envelope, tag: `${envelope.tag}=` });
    await refused({ ...envelope, iv: `${envelope.iv}AAAA` });
    await refused({ ...envelope, ciphertext: `${envelope.ciphertext}\n` });
    await refused(withRecipient((entry) => ({ ...entry, extra: 1 })));
    await refused(withRecipient((entry) => ({ ...entry, header: { ...entry.header, alg: "dir" } })));
    await refused(
      withRecipient((entry) => ({
        ...entry,
        header: { ...entry.header, epk: { ...entry.header.epk, d: "" } },
      })),
    );
    await refused(null);
    await refused([]);
  });

  it("other padding, other JSON and wrong fields or salts from the sender are refused", async () => {
    const { fields, salts } = fixture.seal;
    const text = new TextDecoder().decode(canonicalBytes({ fields, salts }));
    await expect(
      openEnvelope(fixture.open("alice#1", await withPlaintext(padded(text)))),
    ).resolves.toBeDefined();
    await refused(await withPlaintext(padded(text, 255)));
    await refused(await withPlaintext(padded(text, 288)));
    await refused(await withPlaintext(padded(text.replace("{", "{ "))));
    await refused(
      await withPlaintext(padded(text.replace('"amount":"1000.00"', '"amount":"1.00","amount":"1000.00"'))),
    );
    await refused(await withPlaintext(padded(text.replace("1000.00", "1000.01"))));
    await refused(await withPlaintext(padded(JSON.stringify({ salts, fields }))));
    await refused(await withPlaintext(canonicalPadded({ fields, salts: {} })));
    await refused(await withPlaintext(canonicalPadded({ fields: { amount: "1000.00" }, salts })));
    await refused(await withPlaintext(canonicalPadded({ fields, salts, more: 1 })));
  });
});

function canonicalPadded(value: unknown): Uint8Array {
  return padded(new TextDecoder().decode(canonicalBytes(value)));
}

describe("a refused sealing", () => {
  it("recipients without exactly one escrow key, repeated or malformed key ids, and a bad public key are refused", () => {
    const [alice, bob, escrow] = fixture.seal.recipients;
    if (alice === undefined || bob === undefined || escrow === undefined)
      throw new Error("three recipients expected");
    const cases = [
      [alice, bob],
      [escrow, { ...escrow, kid: "escrow#4" }],
      [alice, alice, escrow],
      [{ ...alice, kid: "Escrow#1" }, escrow],
      [{ ...alice, kid: "alice#01" }, escrow],
      [{ ...alice, kid: "a|b#1" }, escrow],
      [{ ...alice, publicKey: new Uint8Array(32) }, escrow],
      [{ ...alice, publicKey: new Uint8Array(31) }, escrow],
    ];
    for (const recipients of cases)
      expect(() => sealEnvelope({ ...fixture.seal, recipients })).toThrow(FormatError);
  });

  it("a context that could be read in two ways and salts that do not fit the fields are refused", () => {
    const changes = [
      { ep: "03" },
      { gen: 0 },
      { gen: 1.5 },
      { group: "a|b" },
      { tx: "x" },
      { rd: "AA" },
      { salts: {} },
    ];
    for (const change of changes)
      expect(() => sealEnvelope({ ...fixture.seal, ...change })).toThrow(FormatError);
  });
});
