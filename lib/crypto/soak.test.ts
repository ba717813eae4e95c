import { expect, it } from "vitest";
import { RepeatCounter } from "@/lib/testing/contracts/count-repeats";
import { runSoak } from "@/lib/testing/contracts/run-soak";
import { SeenDigests } from "@/lib/testing/contracts/seen-digests";
import { scale } from "../testing/scale";
import { sealEnvelopeForTests } from "./envelope/envelope";
import { sealFixture } from "./envelope/envelope-fixture";
import { randomBytes, x25519Handle } from "./primitives";

// `npm run bench -- soak` makes more of both.
const WRAPS = scale("wraps without a block");
const KEYS = scale("keys without a block");
const SEALS = scale("seals without repeat");

it("the watchdog ends a process that blocks and reports its progress", async () => {
  expect(await runSoak("blocks", 1, 5_000)).toEqual({ kind: "hung", done: 0 });
});

it(
  `${WRAPS} wraps one after the other do not block`,
  async () => {
    expect(await runSoak("wraps", WRAPS)).toMatchObject({ kind: "through", printed: { wraps: WRAPS } });
  },
  60 * 60_000,
);

it(
  `${KEYS} keys that are generated and imported one after the other do not block`,
  async () => {
    expect(await runSoak("keys", KEYS)).toMatchObject({ kind: "through", printed: { keys: KEYS } });
  },
  60 * 60_000,
);

it(
  `${SEALS} seals repeat no iv, no content key and no ephemeral key`,
  async () => {
    expect(await runSoak("seals", SEALS)).toMatchObject({
      kind: "through",
      printed: { seals: SEALS, repeats: { iv: 0, "content key": 0, "ephemeral key": 0 } },
    });
  },
  60 * 60_000,
);

it("the counter finds each repeated iv, content key and ephemeral key", () => {
  const { seal } = sealFixture({ amount: "1" }, ["alice#1", "escrow#3"]);
  const fresh = () => ({
    cek: randomBytes(32),
    iv: randomBytes(12),
    keys: new Map(["alice#1", "escrow#3"].map((kid) => [kid, x25519Handle(randomBytes(32))])),
  });
  const sealed = ({ cek, iv, keys }: ReturnType<typeof fresh>) => {
    const ephemeral = (kid: string) => keys.get(kid) ?? x25519Handle(randomBytes(32));
    return sealEnvelopeForTests(seal, { cek, iv, ephemeral });
  };
  const first = fresh();
  const repeatsAfter = (second: ReturnType<typeof fresh>) => {
    const counter = new RepeatCounter(2);
    counter.add(sealed(first));
    counter.add(sealed(second));
    return counter.counted().repeats;
  };
  const none = { iv: 0, "content key": 0, "ephemeral key": 0 };
  expect(repeatsAfter(fresh())).toEqual(none);
  expect(repeatsAfter({ ...fresh(), iv: first.iv })).toEqual({ ...none, iv: 1 });
  expect(repeatsAfter({ ...fresh(), cek: first.cek })).toEqual({ ...none, "content key": 1 });
  expect(repeatsAfter({ ...fresh(), keys: first.keys })).toEqual({ ...none, "ephemeral key": 2 });
});

it("seen values use memory that is allocated once: sixteen bytes a slot for a million seals", () => {
  expect(new RepeatCounter(1_000_000).bytes).toBeLessThanOrEqual(2 ** 23 * 16);
  const seen = new SeenDigests(1_000);
  const values = Array.from({ length: 1_000 }, (_none, at) => `value ${at}`);
  expect(values.filter((value) => !seen.add("iv", value))).toEqual([]);
  expect(values.filter((value) => seen.add("iv", value))).toEqual([]);
  expect(() => seen.add("epk", "one too many")).toThrow(RangeError);
  expect(seen.size).toBe(1_000);
});
