import { describe, expect, it } from "vitest";
import { z } from "zod";
import { cosignerVkey, vkey } from "@/lib/crypto/log/signed-note";
import { ed25519PublicKey } from "@/lib/crypto/primitives";
import {
  anchorFields,
  NoteKey,
  stampingOf,
  watchedLogs,
  witnessFields,
  witnessingOf,
  witnessKeys,
} from "./anchors";

const PUBLIC = ed25519PublicKey(new Uint8Array(32).fill(1));
const OWN = cosignerVkey("log.test/a/witness", PUBLIC);
const OTHER = cosignerVkey("witness.test/w1", PUBLIC);
const LOG = vkey("log.test/a", PUBLIC);
const Anchors = z.object(anchorFields);
const own = { WITNESS_URL: "unix:/w.sock", WITNESS_VKEY: OWN };
const other = { url: "https://witness.test/prefix", vkey: OTHER, kind: "independent" };
const read = (variables: Record<string, string>) => Anchors.parse(variables);

describe("the variables about witnesses", () => {
  it("give the own witness alone by default, and others in addition to it", () => {
    expect(witnessingOf(read({}))).toEqual({ witnesses: [], policy: { own: 0, independent: 0 } });
    expect(witnessingOf(read(own)).policy).toEqual({ own: 1, independent: 0 });
    const policy = { own: 0, independent: 1 };
    const env = read({ ...own, WITNESSES: JSON.stringify([other]), WITNESS_POLICY: JSON.stringify(policy) });
    expect(witnessingOf(env)).toEqual({
      witnesses: [{ url: "unix:/w.sock", vkey: OWN, kind: "own" }, other],
      policy,
    });
    expect(witnessKeys(env).map(({ kind }) => kind)).toEqual(["own", "independent"]);
  });

  it("refuse a text that is no verifier key, and a key of another kind", () => {
    for (const WITNESS_VKEY of ["nonsense", LOG])
      expect(Anchors.safeParse({ ...own, WITNESS_VKEY }).error?.issues).toMatchObject([
        { path: ["WITNESS_VKEY"], message: "not a cosigner's verifier key" },
      ]);
    expect(NoteKey.safeParse(LOG).success).toBe(true);
    for (const key of ["nonsense", OWN]) expect(NoteKey.safeParse(key).success).toBe(false);
  });

  it("refuse a policy that cannot be met, a witness twice, half an own witness", () => {
    const unmeetable = read({ ...own, WITNESS_POLICY: '{"own":1,"independent":1}' });
    expect(() => witnessingOf(unmeetable)).toThrow("more witnesses than there are");
    const twice = read({ WITNESSES: JSON.stringify([other, { ...other, kind: "own" }]) });
    expect(() => witnessingOf(twice)).toThrow("twice");
    expect(() => witnessingOf(read({ WITNESS_VKEY: OWN }))).toThrow("go together");
  });

  it.each([
    ["no JSON", "nonsense"],
    ["no list", "{}"],
    ["another key's type", JSON.stringify([{ ...other, vkey: LOG }])],
    [
      "a changed key id",
      JSON.stringify([{ ...other, vkey: OTHER.replace(/\+[0-9a-f]{8}\+/, "+00000000+") }]),
    ],
    ["another scheme", JSON.stringify([{ ...other, url: "ftp://witness.test" }])],
    ["another kind", JSON.stringify([{ ...other, kind: "friend" }])],
    ["an unknown member", JSON.stringify([{ ...other, quorum: 1 }])],
  ])("refuse witnesses with %s, without the value in the message", (_what, text) => {
    const parsed = Anchors.safeParse({ WITNESSES: text });
    expect(parsed.success).toBe(false);
    expect(JSON.stringify(parsed.error?.issues)).not.toContain("witness.test");
  });
});

describe("the other variables", () => {
  it("name no authority without the certificates to check it with", () => {
    expect(stampingOf(read({}))).toBeUndefined();
    expect(() => stampingOf(read({ TSA_URL: "http://tsa.test/" }))).toThrow("TSA_CA_FILE");
    const both = read({ TSA_URL: "http://tsa.test/", TSA_CA_FILE: "ca.pem", TSA_PERIOD_S: "20" });
    expect(stampingOf(both)).toEqual({
      url: "http://tsa.test/",
      caFile: "ca.pem",
      policy: undefined,
      periodMs: 20_000,
    });
  });

  it("name at least one log for a witness, and no log twice", () => {
    const Witness = z.object(witnessFields);
    const logs = (more: Record<string, string>) =>
      watchedLogs(Witness.parse({ WITNESS_URL: "unix:/w.sock", ...more }));
    const first = { LOG_ORIGIN: "log.test/a", LOG_VKEY: LOG };
    const further = JSON.stringify([{ origin: "log.test/b", vkeys: [LOG, LOG] }]);
    expect(logs({ ...first, WITNESS_LOGS: further }).map(({ origin }) => origin)).toEqual([
      "log.test/a",
      "log.test/b",
    ]);
    expect(() => logs({})).toThrow("set LOG_ORIGIN");
    expect(() => logs({ ...first, WITNESS_LOGS: further.replace("log.test/b", "log.test/a") })).toThrow(
      "twice",
    );
  });
});
