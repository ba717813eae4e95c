import { expect, test } from "vitest";
import { hexOfDigest, spokenGroups } from "@/lib/digests";

test("a digest of the API is what sha256sum prints", () => {
  // printf abc | sha256sum
  const hex = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  expect(hexOfDigest("ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0")).toBe(hex);
  expect(hexOfDigest("not a digest")).toBe("not a digest");
});

test("a fingerprint is read aloud in groups of four digits, leading zeros too", () => {
  expect(spokenGroups("AAGrzf_-", 2)).toBe("0001 abcd");
});
