import { afterAll, beforeAll, expect, it } from "vitest";
import { answerChallenge } from "@/lib/crypto/answer-challenge";
import { toBase64url } from "@/lib/crypto/bytes";
import { OpenError } from "@/lib/crypto/format-error";
import { generateKeyPair, type KeyPair } from "@/lib/crypto/key-pair";
import { proveKey } from "@/lib/keys/possession/prove-key";
import { registerKey } from "@/lib/keys/register/register-key";
import { type Person, SENT, submit } from "@/lib/testing/benches/client-held-bench";
import { createUseCaseBench, type UseCaseBench } from "@/lib/testing/benches/use-case-bench";
import { heldBy } from "@/lib/testing/devices/key-holder";
import { getEnvelopes } from "@/lib/transactions/read/get-envelopes";
import { openItem } from "./open-item";

// A participant's program with only the SDK: it makes, registers and uses its key in one place.
let bench: UseCaseBench;
beforeAll(async () => {
  bench = await createUseCaseBench();
});
afterAll(() => bench?.close());

async function register(cx: Person, { publicKey, privateKey }: KeyPair) {
  const participant = cx.principal.participantId;
  const { key } = await registerKey(cx, heldBy({ publicKey: toBase64url(publicKey) }, participant));
  if (key.challenge === undefined) throw new TypeError("nothing was asked");
  const client_tag = answerChallenge(key.challenge, { privateKey, participant, log: bench.place.log });
  return { kid: (await proveKey(cx, key.key_id, { client_tag })).kid, privateKey };
}

it("a key that the SDK made is registered, and opens what the portal answers, group by group", async () => {
  const owner = await bench.person({ role: "client", hasKey: false });
  const other = await bench.person({ role: "miner" });
  const key = await register(owner, generateKeyPair());
  const id = await submit(other, owner);
  const { items } = await getEnvelopes(owner, id);
  const opened = await Promise.all(items.map((item) => openItem(id, item, key)));
  expect(Object.assign({}, ...opened.map(({ fields }) => fields))).toEqual(SENT);
  expect(opened.map(({ isProven }) => isProven)).toEqual([false, false]);
  const [first, second] = items;
  if (first === undefined || second === undefined) throw new TypeError("a group is missing");
  for (const wrong of [
    { ...first, jwe: second.jwe },
    { ...first, group: second.group },
    { ...first, digests: [...first.digests].reverse() },
  ])
    await expect(openItem(id, wrong, key)).rejects.toThrow(OpenError);
  await expect(openItem(id, first, { ...key, privateKey: generateKeyPair().privateKey })).rejects.toThrow(
    OpenError,
  );
});
