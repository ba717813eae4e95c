import { describe, expect, it } from "vitest";
import { fromBase64url, fromHex } from "../bytes";
import { FormatError, OpenError } from "../format-error";
import { generateKeyPair, generateSigningKeyPair } from "../key-pair";
import { ed25519PublicKey, x25519Handle } from "../primitives";
import known from "../testdata/cfx1.json";
import golden from "../testdata/golden-envelope-1.json";
import { openEnvelope } from "./envelope";
import { openReceived, sealRecord } from "./local-envelope";

const TX = "01936f2a-7c1b-7def-8a10-3f2b4c5d6e7f";
const GROUPS = { amount: { amount: "1000.00", currency: "EUR" }, pricing: { rate: "0.10", tiers: [1, 2] } };

function sealed() {
  const pairs = new Map(["client-456#1", "miner-789#2", "escrow#3"].map((kid) => [kid, generateKeyPair()]));
  const recipients = [...pairs].map(([kid, { publicKey }]) => ({ kid, publicKey }));
  const record = sealRecord({ tx: TX, ep: 3, groups: GROUPS, recipients });
  const key = (kid: string) => ({ kid, privateKey: pairs.get(kid)?.privateKey ?? new Uint8Array(32) });
  const received = (group: keyof typeof GROUPS) => ({
    tx: TX,
    group,
    ep: "3",
    gen: 1,
    digests: record.digests,
    envelope: record.envelopes[group]?.envelope,
  });
  return { record, key, received, kids: [...pairs.keys()], recipients };
}

describe("golden files", () => {
  it("golden envelope 1 opens with only what each of its recipients was given", async () => {
    const { tx, group, ep, gen } = golden.context;
    const received = { tx, group, ep, gen, digests: golden.list, envelope: golden.envelope };
    for (const [kid, key] of Object.entries(golden.private_keys)) {
      const opened = await openReceived(received, { kid, privateKey: fromBase64url(key) });
      expect(opened.fields).toEqual(golden.fields);
    }
  });

  it.each(["amount", "pricing", "settlement_details", "narrative"] as const)(
    "cfx1, %s, opens with only what its recipient was given",
    async (group) => {
      const { tx, ep, gen, recipients } = known.input;
      const { jwe } = known.output.groups[group];
      const received = { tx, group, ep, gen, digests: known.output.rd_digest_list, envelope: jwe };
      for (const { kid, private_hex } of recipients) {
        const opened = await openReceived(received, { kid, privateKey: fromHex(private_hex) });
        expect(opened.fields).toEqual(known.input.groups[group].fields);
        expect(opened.salts).toEqual(known.input.groups[group].salts);
      }
    },
  );
});

describe("a locally sealed record", () => {
  it("a local record opens for each recipient, also with the product's own opening", async () => {
    const { record, key, received, kids } = sealed();
    for (const kid of kids)
      for (const group of ["amount", "pricing"] as const) {
        expect((await openReceived(received(group), key(kid))).fields).toEqual(GROUPS[group]);
        const { derive } = x25519Handle(key(kid).privateKey);
        const own = { ...received(group), rd: record.rd, list: record.digests, kid, derive };
        expect((await openEnvelope({ ...own, fieldCount: 2 })).fields).toEqual(GROUPS[group]);
        expect((await openReceived(received(group), { kid, privateKey: derive })).fields).toEqual(
          GROUPS[group],
        );
      }
  });

  it("a local record opens only for its recipients, in its own place and with its own record", async () => {
    const { key, received, record } = sealed();
    const mine = key("client-456#1");
    const right = received("amount");
    const wrong = [
      [right, { ...mine, kid: "miner-789#2" }],
      [right, { ...mine, kid: "client-456#9" }],
      [right, { ...mine, privateKey: generateKeyPair().privateKey }],
      [right, { ...mine, privateKey: new Uint8Array(31) }],
      [{ ...right, tx: "01936f2a-7c1b-7def-8a10-000000000000" }, mine],
      [{ ...right, group: "pricing" }, mine],
      [{ ...right, ep: 4 }, mine],
      [{ ...right, gen: 2 }, mine],
      [{ ...right, digests: [...record.digests].reverse() }, mine],
      [{ ...right, digests: [] }, mine],
      [{ ...right, fieldCount: 3 }, mine],
      [{ ...right, envelope: { ...record.envelopes.amount?.envelope, aad: "" } }, mine],
      [{ ...right, envelope: "text" }, mine],
      [{ ...right, envelope: undefined }, mine],
    ] as const;
    for (const [envelope, by] of wrong) await expect(openReceived(envelope, by)).rejects.toThrow(OpenError);
    expect((await openReceived({ ...right, fieldCount: 2 }, mine)).fields).toEqual(GROUPS.amount);
  });

  it("local sealing needs escrow exactly once among the recipients, and valid keys", () => {
    const { recipients } = sealed();
    const record = { tx: TX, ep: 3, groups: GROUPS };
    const [client, miner] = recipients;
    const seal = (kids: typeof recipients) => () => sealRecord({ ...record, recipients: kids });
    expect(seal(recipients.slice(0, 2))).toThrow(FormatError);
    expect(seal([...recipients, { kid: "escrow#4", publicKey: generateKeyPair().publicKey }])).toThrow(
      FormatError,
    );
    expect(seal([...recipients, ...(client === undefined ? [] : [client])])).toThrow(FormatError);
    expect(seal([...recipients.slice(1), { kid: miner?.kid ?? "", publicKey: new Uint8Array(32) }])).toThrow(
      FormatError,
    );
  });
});

it("the two halves of a signing key belong together", () => {
  const { publicKey, privateKey } = generateSigningKeyPair();
  expect(ed25519PublicKey(privateKey)).toEqual(publicKey);
});
