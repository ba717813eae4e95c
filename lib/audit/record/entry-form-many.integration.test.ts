import { Client } from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { FormatError } from "@/lib/crypto/format-error";
import { type AuditBench, createAuditBench } from "@/lib/testing/benches/audit-bench";
import { isDeep, scale } from "@/lib/testing/scale";
import { encodeEntry, parseEntry } from "../entry/entry";
import { ENTRY_CLASSES, ENTRY_OUTCOMES } from "../entry/event";

const ENTRIES = scale("entry forms");
const BATCH = 500;

let bench: AuditBench;
let admin: Client;
beforeAll(async () => {
  bench = await createAuditBench();
  admin = new Client({ connectionString: bench.database.adminUrl });
  await admin.connect();
  // Tests only the table's rule, with a row that matches the bytes.
  await admin.query(`CREATE FUNCTION pg_temp.is_taken(b bytea) RETURNS boolean LANGUAGE plpgsql AS $$
    DECLARE e audit_entry; said jsonb;
    BEGIN
      said := convert_from(b, 'UTF8')::jsonb;
      e.bytes := b; e.id := (said ->> 'id')::uuid; e.log := said ->> 'log'; e.at := said ->> 'at';
      e.class := said ->> 'class'; e.outcome := said ->> 'outcome';
      PERFORM audit_require_form(e);
      RETURN true;
    EXCEPTION WHEN OTHERS THEN RETURN false;
    END $$`);
});
afterAll(async () => {
  await admin.end();
  await bench.close();
});

let state = 20_261_126;
/** Returns the next number below `n` of a fixed sequence, so that a failure can be repeated. */
function next(n: number): number {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) % n;
}
function pick<T>(items: readonly T[]): T {
  const item = items[next(items.length)];
  if (item === undefined) throw new TypeError("nothing to pick from");
  return item;
}

const D = "A".repeat(43);
const ODD_TEXTS = [
  ...'aZ09_-~ "\\/\t\n\r\b\f\u0001\u001f\u007f\u0080\u00a0\u00e9\u2028\u2029\u20ac\ufeff\ufffd\ufffe\uffff',
  ..."İıßſΩ\u0301\u200d\u202e٠१",
  "😀",
  "__proto__",
  "constructor",
  "org",
  "null",
  "",
  "\ud800",
  "\udc00x",
  "\u0000",
];
const text = (most: number): string => Array.from({ length: next(most) }, () => pick(ODD_TEXTS)).join("");
const NUMBERS = [0, -0, 1, -1, 1.5, 1e21, 1e-7, 2 ** 53, 2 ** 53 - 1, -(2 ** 53), 2 ** 53 + 2, 1e15, 255];

function value(depth: number): unknown {
  switch (next(depth > 14 ? 5 : 8)) {
    case 0:
      return null;
    case 1:
      return next(2) === 0;
    case 2:
      return pick(NUMBERS);
    case 3:
      return text(5);
    case 4:
      return pick([D, "AAAAAAAAAAA", "org", "2026-11-24T14:45:00.000000Z", 1, []]);
    case 5:
      return Array.from({ length: next(4) }, () => value(depth + 1));
    case 6:
      return Object.fromEntries(Array.from({ length: next(4) }, () => [text(3), value(depth + 1)]));
    default:
      return [value(depth + 1)];
  }
}

const hex = (digits: number): string => Array.from({ length: digits }, () => next(16).toString(16)).join("");
const digest = (): string => Array.from({ length: 43 }, () => pick([..."AZaz09-_"])).join("");
const label = (): string =>
  `${Array.from({ length: 10 }, () => pick([..."AZaz09-_"])).join("")}${pick([..."AEIMQUYcgkosw048"])}`;
const at = (): string =>
  `${pick(["2026", "1970", "9999", "2000", "2100", "1969", "0001"])}-${pick(["01", "02", "12", "04", "13", "00"])}-${pick(["01", "28", "29", "30", "31", "32"])}T${pick(["00", "23", "24"])}:${pick(["00", "59", "60"])}:${pick(["00", "59", "60"])}.${pick(["000000", "999999", "00000", "0000000"])}Z`;

function sound(): Record<string, unknown> {
  const sealed = [
    ...new Set(Array.from({ length: next(4) }, () => (next(3) === 0 ? "org" : label()))),
  ].sort();
  const pub: Record<string, unknown> = {};
  for (const name of ["rd", "meta", "thumbprint", "policy"]) if (next(3) === 0) pub[name] = digest();
  if (next(3) === 0) pub.checkpoint = pick<unknown>([1, "x", { a: 1 }, [true, "é"], { "~": [], "": {} }]);
  if (next(3) === 0)
    pub.envelopes = ["a", "a b", "b"]
      .slice(0, 1 + next(3))
      .map((grp) => ({ bd: digest(), gen: next(3), grp, rl: digest() }));
  return {
    v: 1,
    log: bench.place.log,
    id: `${hex(8)}-${hex(4)}-7${hex(3)}-${pick([..."89ab"])}${hex(3)}-${hex(12)}`,
    at: `2026-11-${pick(["01", "30"])}T14:45:00.${String(next(1_000_000)).padStart(6, "0")}Z`,
    class: pick(ENTRY_CLASSES),
    outcome: pick(ENTRY_OUTCOMES),
    tenant: pick(["t_x", "é", "😀".repeat(32), "€".repeat(64), "t".repeat(64)]),
    sealed: sealed.map((c) => ({ c, d: digest() })),
    ...(next(4) === 0 ? {} : { pub }),
  };
}

/** A random place in a value that will be changed. */
function changed(of: unknown, make: () => unknown): unknown {
  if (Array.isArray(of) && of.length > 0 && next(5) > 0) {
    const where = next(of.length);
    const way = next(6);
    if (way === 0) return of.toSpliced(where, 1);
    if (way === 1) return [...of, of[where]];
    if (way === 2) return of.toReversed();
    return of.map((item, nth) => (nth === where ? changed(item, make) : item));
  }
  if (typeof of === "object" && of !== null && !Array.isArray(of) && next(8) > 0) {
    const entries = Object.entries(of);
    const where = next(Math.max(1, entries.length));
    const way = next(8);
    if (way === 0) return Object.fromEntries(entries.toSpliced(where, 1));
    if (way === 1)
      return Object.fromEntries([
        ...entries,
        [pick(["x", "prune", "recovery", "v", "gen", "__proto__", text(3)]), make()],
      ]);
    return Object.fromEntries(
      entries.map(([name, item], nth) => [name, nth === where ? changed(item, make) : item]),
    );
  }
  if (typeof of === "string" && next(3) > 0) {
    const where = next(of.length + 1);
    const way = next(4);
    if (way === 0) return of.slice(0, where) + pick(ODD_TEXTS) + of.slice(where);
    if (way === 1) return of.slice(0, where) + of.slice(where + 1);
    if (way === 2) return of.toUpperCase();
    return pick([at(), label(), digest(), of.repeat(2)]);
  }
  return make();
}

/** Returns random JSON with names in the order of JCS. */
function spelled(of: unknown): string {
  if (Array.isArray(of)) return `[${of.map(spelled).join(",")}]`;
  if (typeof of === "object" && of !== null)
    return `{${Object.entries(of)
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
      .map(([name, item]) => `${JSON.stringify(name)}:${spelled(item)}`)
      .join(",")}}`;
  return JSON.stringify(of) ?? "null";
}

const PIECES = [
  ...' \n\t09aZ_"\\{}[],:-+.eE\u0000\ufeffé/',
  "\\u0041",
  "\\u00e9",
  '"v":1,',
  "null",
  "\\ud83d",
];
const SPELLINGS: readonly ((json: string, place: number) => string)[] = [
  (json) => json,
  (json) => json,
  (json) => json,
  (json, place) => json.slice(0, place) + json.slice(place + 1),
  (json, place) => json.slice(0, place) + pick(PIECES) + json.slice(place),
  (json, place) => json.slice(0, place) + pick(PIECES) + json.slice(place + 1),
  (json) => json.replace(/"([a-z]+)":/, '"$1":1,"$1":'),
  (json) =>
    json.replace(
      /(\d+)([,}\]])/,
      (_, n: string, end: string) => `${n}${pick([".0", "e0", "0", ".5"])}${end}`,
    ),
  (json) => json.replace(/[a-z]/, (letter) => `\\u00${letter.charCodeAt(0).toString(16)}`),
];

function made(): Buffer {
  let of: unknown = sound();
  for (let times = next(4); times > 0; times -= 1) of = changed(of, () => value(next(3) === 0 ? 0 : 12));
  const json = spelled(of);
  const bytes = Buffer.from(pick(SPELLINGS)(json, next(json.length)));
  if (next(40) === 0) bytes[next(bytes.length)] = next(256);
  return bytes;
}

function isEntry(bytes: Uint8Array): boolean {
  try {
    // Entries that only the owner's functions write: the table refuses them from other logins, whatever their form.
    const { pub } = parseEntry(bytes);
    return pub?.prune === undefined && pub?.recovery === undefined;
  } catch (error) {
    if (error instanceof FormatError) return false;
    throw error;
  }
}

it("the table accepts only entries, whatever was changed in one, and every entry that the portal makes", async () => {
  const poison: string[] = [];
  const strict: string[] = [];
  const counts = { both: 0, neither: 0 };
  for (let from = 0; from < ENTRIES; from += BATCH) {
    const batch = Array.from({ length: Math.min(BATCH, ENTRIES - from) }, made);
    const { rows } = await admin.query(
      "SELECT pg_temp.is_taken(decode(t.b, 'base64')) AS taken FROM unnest($1::text[]) WITH ORDINALITY AS t(b, n) ORDER BY t.n",
      [batch.map((bytes) => bytes.toString("base64"))],
    );
    for (const [nth, bytes] of batch.entries()) {
      const [taken, is] = [rows[nth].taken, isEntry(bytes)];
      if (taken && !is) poison.push(bytes.toString());
      else if (is && !taken) strict.push(bytes.toString());
      else counts[taken ? "both" : "neither"] += 1;
    }
  }
  expect(poison).toEqual([]);
  expect(counts.both).toBeGreaterThan(ENTRIES / 20);
  expect(counts.neither).toBeGreaterThan(ENTRIES / 20);
  // The table is stricter in the public member `checkpoint`, in names of groups and in characters that need two
  // UTF-16 code units. The portal writes all of these in ASCII.
  const unexplained = strict.filter(
    (json) => !/"(checkpoint|envelopes)":/.test(json) && [...json].length === json.length,
  );
  expect(unexplained).toEqual([]);
  for (let nth = 0; nth < 200; nth += 1)
    expect(isEntry(encodeEntry(parseEntry(Buffer.from(spelled(sound())))))).toBe(true);
  if (isDeep) console.info({ ...counts, strict: strict.length });
}, 600_000);
