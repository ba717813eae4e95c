import { expect, test } from "vitest";
import { CallRefused } from "@/components/client/api";
import { PasskeyFailed } from "@/components/client/passkey";
import { CATALOGUES } from "@/components/messages/catalogue";
import { failureKey } from "./sign-in-failure";

const refusal = new CallRefused({
  status: 401,
  code: "auth.sign-in",
  title: "",
  detail: "",
  requestId: "r",
  errors: [],
  members: {},
});

test("a password that is slowed down gets words that name the way in, a passkey the call's answer", () => {
  const slowed = new CallRefused({ ...refusal.problem, status: 429, code: "rate.exceeded" });
  expect([failureKey(slowed, "password"), failureKey(slowed, "passkey")]).toEqual(["slowed", undefined]);
});

test("a passkey that is refused has words of its own, which say nothing of a password or of what is known", () => {
  expect([failureKey(refusal, "passkey"), failureKey(refusal, "password")]).toEqual([
    "refusedPasskey",
    "refused",
  ]);
  for (const { signin } of Object.values(CATALOGUES))
    expect(signin.failed.refusedPasskey).not.toMatch(/address|known|unknown|Adresse|bekannt|zusammen/i);
});

test("a silent device, an old browser and any other failure get different words", () => {
  expect(failureKey(new PasskeyFailed("unsupported"), "passkey")).toBe("noPasskeys");
  expect(failureKey(new PasskeyFailed("cancelled"), "passkey")).toBe("noPasskey");
  expect(failureKey(new Error("x"), "passkey")).toBeUndefined();
});
