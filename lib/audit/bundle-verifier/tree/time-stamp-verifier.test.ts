import { expect, test } from "vitest";
import { timeStampQuery, tokenOf } from "@/lib/audit/timestamp/exchange";
import { FormatError } from "@/lib/crypto/format-error";
import { randomBytes, sha256 } from "@/lib/crypto/primitives";
import { createTestAuthority } from "@/lib/testing/servers/time-stamp-authority";
import { TIME_STAMP_VERIFIER } from "./time-stamp-verifier";

test("the verifier accepts a real authority's token, but only over the stamped digest and with a trusted authority", async () => {
  const [authority, other] = [await createTestAuthority(), await createTestAuthority()];
  const imprint = sha256(randomBytes(8));
  const token = tokenOf(await authority.reply(timeStampQuery(imprint, randomBytes(8)).bytes));
  const certificates = [authority.caPem];
  const word = await TIME_STAMP_VERIFIER({ token, imprint, certificates });
  expect(word).toMatchObject({ by: "O=Test, CN=signer" });
  for (const refused of [
    { token, imprint: sha256(randomBytes(8)), certificates },
    { token, imprint, certificates: [other.caPem] },
    { token: new Uint8Array([0x30, 0x00]), imprint, certificates },
  ])
    await expect(TIME_STAMP_VERIFIER(refused)).rejects.toThrow(FormatError);
});
