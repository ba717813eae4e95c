import { describe, expect, it } from "vitest";
import { answerChallenge } from "./answer-challenge";
import { fromHex, toBase64url } from "./bytes";
import { FormatError } from "./format-error";
import { generateKeyPair } from "./key-pair";
import known from "./testdata/cfx1.json";

const { pop } = known.input;
const CHALLENGE = {
  context: known.output.pop.ctx_utf8,
  ephemeral_key: pop.ephemeral_key,
  server_tag: known.output.pop.server_tag,
  nonce: pop.nonce,
  expires_at: pop.expires_at,
};
const KEY = { privateKey: fromHex(pop.private_hex), participant: pop.participant, log: pop.log };

describe("a challenge", () => {
  it("the known challenge gets the known tag", () => {
    expect(answerChallenge(CHALLENGE, KEY)).toBe(known.output.pop.client_tag);
  });

  it.each([
    ["another participant", {}, { participant: "client-457" }],
    ["another log", {}, { log: "log.example.test/other" }],
    ["another key", {}, { privateKey: generateKeyPair().privateKey }],
    [
      "another server's key than is signed for",
      { ephemeral_key: toBase64url(generateKeyPair().publicKey) },
      {},
    ],
    ["another nonce", { nonce: toBase64url(new Uint8Array(32)) }, {}],
    ["another end", { expires_at: "2030-01-01T00:00:00Z" }, {}],
    ["a tag that the portal did not compute", { server_tag: known.output.pop.client_tag }, {}],
    ["half a tag", { server_tag: "AAAA" }, {}],
    ["a context with more in it", { context: known.output.pop.ctx_utf8.replace("{", '{"a":1,') }, {}],
    ["no context", { context: "null" }, {}],
  ])("a challenge with %s gets no tag", (_, asked, own) => {
    expect(() => answerChallenge({ ...CHALLENGE, ...asked }, { ...KEY, ...own })).toThrow(FormatError);
  });
});
