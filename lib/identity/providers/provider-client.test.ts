import { Issuer } from "openid-client";
import { expect, it, vi } from "vitest";
import { discover, forgetIssuer, type ProviderContext } from "@/lib/identity/providers/provider-client";

const NAME = "https://login.example";
const MINUTE_MS = 60_000;

/** A portal at this moment; of its context only what a discovery uses. */
function at(nowMs: number): ProviderContext {
  const clock = { nowMs: () => nowMs };
  return { clock, instance: { evaluation: false } } as unknown as ProviderContext;
}

it("a provider's addresses and keys are read again after ten minutes, when the clock was set back, and when they are forgotten", async () => {
  const metadata = { issuer: NAME, authorization_endpoint: `${NAME}/a`, token_endpoint: `${NAME}/t` };
  const read = vi
    .spyOn(Issuer, "discover")
    .mockImplementation(async () => new Issuer({ ...metadata, jwks_uri: `${NAME}/k` }));
  const start = Date.parse("2026-11-30T12:00:00Z");
  const first = await discover(at(start), NAME);
  expect(await discover(at(start + 9 * MINUTE_MS), NAME)).toBe(first);
  expect(await discover(at(start + 10 * MINUTE_MS), NAME)).not.toBe(first);
  expect(read).toHaveBeenCalledTimes(2);
  await discover(at(start - 60 * MINUTE_MS), NAME);
  expect(read).toHaveBeenCalledTimes(3);
  forgetIssuer(NAME);
  await discover(at(start - 60 * MINUTE_MS), NAME);
  expect(read).toHaveBeenCalledTimes(4);
});
