import { expect, test } from "vitest";
import { z } from "zod";
import { BundleKeys } from "@/lib/audit/bundle-verifier/claims/bundle-format";
import { checkpointImprint, stampedBytes } from "@/lib/audit/timestamp/imprint";
import { verifyTimeStamp } from "@/lib/audit/timestamp/verify-time-stamp";
import { fromBase64url, fromUtf8, toHex } from "@/lib/crypto/bytes";
import { examplesOf, filesOf, valueAfter } from "./read-examples";

const bundle = filesOf("bundle");
const page = examplesOf("checkpoint");
const text = (blocks: typeof page, name: string): string => z.string().parse(blocks.get(name)?.text);

test("checkpoint.md shows the stamped bytes and the imprint of bundle.md's checkpoint, and a token that stays valid", async () => {
  const note = text(bundle, "checkpoint.txt");
  const { log } = BundleKeys.parse(JSON.parse(text(bundle, "keys.json")));
  expect(fromUtf8(stampedBytes(note, log))).toBe(text(page, "checkpoint.stamped"));
  const imprint = checkpointImprint(note, log);
  expect(toHex(imprint)).toBe(valueAfter("checkpoint", "and the imprint is"));
  const token = fromBase64url(text(page, "checkpoint.token").replaceAll("\n", ""));
  const ca = text(page, "checkpoint.ca");
  expect(await verifyTimeStamp(token, imprint, [ca])).toMatchObject({
    ok: true,
    authority: "O=Example, CN=Example time-stamp authority",
  });
  expect(
    await verifyTimeStamp(
      token,
      imprint.map((byte) => byte ^ 1),
      [ca],
    ),
  ).toMatchObject({ fault: "imprint" });
});
