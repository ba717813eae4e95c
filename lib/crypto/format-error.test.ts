import { expect, test, vi } from "vitest";
import { FormatError, OpenError } from "@/lib/crypto/format-error";

test("an OpenError is recognised across copies of the module", async () => {
  vi.resetModules();
  const other = await import("@/lib/crypto/format-error");
  expect(other.OpenError).not.toBe(OpenError);
  expect(new other.OpenError() instanceof OpenError).toBe(true);
  const foreign = [new Error("could not be opened"), new FormatError("format.key", "x"), {}, null, "x"];
  for (const value of [...foreign, { code: "envelope.open-failed", name: "OpenError" }])
    expect(value instanceof OpenError).toBe(false);
});
