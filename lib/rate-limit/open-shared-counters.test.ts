import { expect, it } from "vitest";
import { z } from "zod";
import { counterFields, countingStore } from "@/lib/env/counters";
import { openSharedCounters } from "@/lib/rate-limit/open-shared-counters";

const open = (env: Parameters<typeof openSharedCounters>[0]) => openSharedCounters(env, () => undefined);
const URL_AND_TOKEN = { UPSTASH_REDIS_REST_URL: "https://x.example", UPSTASH_REDIS_REST_TOKEN: "secret" };

it.each([
  ["a URL without its token", { UPSTASH_REDIS_REST_URL: "https://x.example" }, "UPSTASH_REDIS_REST_TOKEN"],
  ["a token without its URL", { UPSTASH_REDIS_REST_TOKEN: "secret" }, "UPSTASH_REDIS_REST_URL"],
  ["an authority without TLS", { REDIS_URL: "redis://h", REDIS_CA_FILE: "/ca.pem" }, "REDIS_CA_FILE"],
  [
    "an authority's file that is not there",
    { REDIS_URL: "rediss://h", REDIS_CA_FILE: "/no/ca.pem" },
    "REDIS_CA_FILE",
  ],
])("%s is refused by the variable's name, without its value", async (_, env, name) => {
  const error = await open(env).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(Error);
  expect(String(error)).toContain(name);
  for (const value of ["secret", "x.example"]) expect(String(error)).not.toContain(value);
});

it.each([
  ["http://x.example", "UPSTASH_REDIS_REST_URL"],
  ["redis://x.example", "UPSTASH_REDIS_REST_URL"],
  ["https://x.example", "REDIS_URL"],
  ["localhost:6379", "REDIS_URL"],
])("%s is no %s", (value, name) => {
  expect(z.object(counterFields).safeParse({ [name]: value }).success).toBe(false);
});

it("a token goes over plain http to this machine only", () => {
  const parsed = z.object(counterFields).safeParse({ UPSTASH_REDIS_REST_URL: "http://127.0.0.1:8079" });
  expect(parsed.success).toBe(true);
});

it("Upstash is used before Redis, and the database where neither is named", async () => {
  const both = { ...URL_AND_TOKEN, REDIS_URL: "redis://127.0.0.1:1" };
  expect([countingStore(both), (await open(both))?.kind]).toEqual(["upstash", "upstash"]);
  expect([countingStore({}), await open({})]).toEqual(["postgresql", undefined]);
  const redis = await open({ REDIS_URL: "redis://127.0.0.1:1" });
  expect([countingStore({ REDIS_URL: "redis://127.0.0.1:1" }), redis?.kind]).toEqual(["redis", "redis"]);
  redis?.close();
});
