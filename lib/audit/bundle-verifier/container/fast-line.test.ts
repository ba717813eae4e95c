import fc from "fast-check";
import { expect, test } from "vitest";
import { toBase64url, utf8 } from "@/lib/crypto/bytes";
import { canonicalJson } from "@/lib/crypto/json/canonical-json";
import { FIXTURE_LOG } from "../bundle-fixture";
import { fastReader } from "./fast-line";
import { type ExportedLine, readLine } from "./read-line";

const digest = fc.uint8Array({ minLength: 32, maxLength: 32 }).map(toBase64url);
const label = fc.oneof(fc.constant("org"), fc.uint8Array({ minLength: 8, maxLength: 8 }).map(toBase64url));
/** Mostly the first, so that most lines are the common ones. */
const mostly = <T>(usual: fc.Arbitrary<T>, odd: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 30, arbitrary: usual }, { weight: 1, arbitrary: odd });
const word = mostly(
  fc.constantFrom("t_6c1f", "amount", "a b"),
  fc.oneof(fc.string({ minLength: 1, maxLength: 12 }), fc.constantFrom('a"b', "é", "\u2028")),
);
const time = fc
  .tuple(fc.integer({ min: 0, max: 4_102_444_800 }), fc.nat(999_999))
  .map(([s, u]) => `${new Date(s * 1000).toISOString().slice(0, 19)}.${String(u).padStart(6, "0")}Z`);

const pub = fc.record(
  {
    envelopes: fc.array(fc.record({ grp: word, gen: fc.nat(), bd: digest, rl: digest }), {
      minLength: 1,
      maxLength: 2,
    }),
    rd: digest,
    meta: digest,
    thumbprint: digest,
    policy: digest,
    ...{ recovery: fc.constant({ from: 1 }) },
  },
  { requiredKeys: [] },
);
const oftenPub = fc.oneof(pub, fc.record({ rd: digest, meta: digest }, { requiredKeys: ["rd"] }));

const entry = fc.record(
  {
    v: fc.constant(1),
    log: mostly(fc.constant(FIXTURE_LOG), word),
    id: fc.constant("01936f2a-7c1b-7def-8a10-000000000007"),
    at: mostly(time, fc.constantFrom("2026-02-30T00:00:00.000000Z", "2026-13-01T00:00:00.000000Z")),
    tenant: word,
    class: mostly(fc.constantFrom("transaction", "log", "retention"), fc.constant("other")),
    outcome: fc.constantFrom("intent", "done", "denied", "failed"),
    sealed: mostly(
      fc
        .uniqueArray(fc.record({ c: label, d: digest }), { maxLength: 3, selector: ({ c }) => c })
        .map((sealed) => sealed.sort((a, b) => (a.c < b.c ? -1 : 1))),
      fc.array(fc.record({ c: label, d: digest }), { maxLength: 3 }),
    ),
    pub: oftenPub,
  },
  { requiredKeys: ["v", "log", "id", "at", "tenant", "class", "outcome", "sealed"] },
);

const line = fc
  .record({
    entry,
    leaf: digest,
    parts: fc.array(
      fc.record({
        c: mostly(label, word),
        key: digest,
        kind: mostly(fc.constantFrom("org", "case"), fc.constant("x")),
        stored: digest,
      }),
      { maxLength: 2 },
    ),
    seq: mostly(fc.nat(), fc.maxSafeNat()),
  })
  .map((value) => canonicalJson(value));

function slow(text: string): ExportedLine | undefined {
  try {
    return readLine(utf8(text));
  } catch {
    return undefined;
  }
}

/** A line as the verifier reads it: a newline after it, ASCII only. */
function fast(text: string): ExportedLine | undefined {
  const bytes = utf8(`${text}\n`);
  if (bytes.length !== text.length + 1) return undefined;
  const read = fastReader(FIXTURE_LOG)(`${text}\n`, bytes, 0);
  return read?.end === bytes.length ? read.line : undefined;
}

test("the fast line reader accepts no line that the strict one refuses, and reads none differently", () => {
  let taken = 0;
  fc.assert(
    fc.property(line, (text) => {
      const quick = fast(text);
      if (quick === undefined) return;
      taken += 1;
      expect(quick).toEqual(slow(text));
    }),
    { numRuns: 3_000 },
  );
  expect(taken).toBeGreaterThan(100);
});

const COMMON = canonicalJson({
  entry: {
    v: 1,
    log: FIXTURE_LOG,
    id: "01936f2a-7c1b-7def-8a10-000000000007",
    at: "2026-11-24T14:45:00.000007Z",
    tenant: "t_6c1f",
    class: "transaction",
    outcome: "done",
    pub: {
      envelopes: [{ bd: "A".repeat(43), gen: 1, grp: "amount", rl: "A".repeat(43) }],
      rd: "A".repeat(43),
    },
    sealed: [
      { c: "AAAAAAAAAAA", d: "A".repeat(43) },
      { c: "org", d: "A".repeat(43) },
    ],
  },
  leaf: "A".repeat(43),
  parts: [{ c: "org", key: "A".repeat(43), kind: "org", stored: "AAAA" }],
  seq: 7,
});

test("both readers agree on a common line with any character changed, dropped or inserted", () => {
  expect(fast(COMMON)).toEqual(slow(COMMON));
  expect(fast(COMMON)).toBeDefined();
  const put = fc.constantFrom(
    "",
    "0",
    "9",
    "a",
    "Z",
    '"',
    "\\",
    ",",
    "}",
    "]",
    "-",
    "_",
    ":",
    "\u007f",
    " ",
    "\r",
  );
  fc.assert(
    fc.property(fc.nat(COMMON.length - 1), fc.nat(2), put, (at, taken, added) => {
      const text = COMMON.slice(0, at) + added + COMMON.slice(at + taken);
      const quick = fast(text);
      if (quick !== undefined) expect(quick).toEqual(slow(text));
    }),
    { numRuns: 5_000 },
  );
});

test("a log name that could be a pattern is read literally", () => {
  const log = "log.(test)+[a]/$^|?";
  const value = { ...JSON.parse(COMMON), entry: { ...JSON.parse(COMMON).entry, log } };
  const bytes = utf8(`${canonicalJson(value)}\n`);
  const read = fastReader(log)(`${canonicalJson(value)}\n`, bytes, 0);
  expect(read?.line).toEqual(slow(canonicalJson(value)));
  expect(fastReader(log)(`${COMMON}\n`, utf8(`${COMMON}\n`), 0)).toBeUndefined();
});
