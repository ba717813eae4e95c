import { afterAll, beforeAll, expect, it } from "vitest";
import { FormatError } from "@/lib/crypto/format-error";
import { uuidv7 } from "@/lib/crypto/uuid";
import { type AuditBench, createAuditBench } from "@/lib/testing/benches/audit-bench";
import { type Entry, encodeEntry, parseEntry } from "../entry/entry";
import { ENTRY_CLASSES, ENTRY_OUTCOMES } from "../entry/event";
import { prepareLog } from "../sequencer/sequencer";

const ENTRIES = 400;
const MUTANTS = 5;
/** The error of the table's rule, and an invalid id. */
const REFUSED = ["SP001", "22P02"];

let bench: AuditBench;
beforeAll(async () => {
  bench = await createAuditBench();
  await prepareLog(bench.sequencerPool, bench.place);
});
afterAll(() => bench.close());

let state = 12_345;
/** Returns the next number below `n` of a fixed sequence, so that a failure can be repeated. */
function next(n: number): number {
  state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
  return Math.floor((state / 2 ** 32) * n);
}

function pick<T>(items: readonly T[]): T {
  const item = items[next(items.length)];
  if (item === undefined) throw new TypeError("nothing to pick from");
  return item;
}

const many = <T>(most: number, make: () => T): T[] => Array.from({ length: next(most) }, make);

const BASE64URL = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"];
const digest = () => Array.from({ length: 43 }, () => pick(BASE64URL)).join("");
const label = () =>
  Array.from({ length: 10 }, () => pick(BASE64URL)).join("") + pick([..."AEIMQUYcgkosw048"]);
const TEXTS = ["", "a", "é", "\u0001", '"', "\\", "/", "\u007f", "\u2028", "\ufeff", "😀", "\ufffe", "\t"];
const NAMES = ["a", "b", "10", "9", "", "~", "constructor", "A", "a b", "toString", '"', "\\"];
const TENANTS = ["t_x", "é".repeat(32), "€".repeat(64), "😀".repeat(32), "\u0001", '"', "t".repeat(64)];
const DAYS = ["2028-02-29", "2026-12-31", "1970-01-01", "9999-12-31", "2000-02-29", "2100-02-28"];
const TIMES = ["00:00:00.000000", "23:59:59.999999", "12:00:00.000001"];

function plain(depth: number): NonNullable<NonNullable<Entry["pub"]>["checkpoint"]> {
  switch (next(depth > 4 ? 3 : 5)) {
    case 0:
      return pick(TEXTS);
    case 1:
      return pick([0, 1, -1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, 10, 100]);
    case 2:
      return pick([true, false]);
    case 3:
      return many(4, () => plain(depth + 1));
    default:
      return Object.fromEntries(many(4, () => [pick(NAMES), plain(depth + 1)]));
  }
}

function envelopes(): NonNullable<NonNullable<Entry["pub"]>["envelopes"]> {
  const gens = [0, 1, 2, 10, Number.MAX_SAFE_INTEGER];
  const groups = ["amount", "a b", "~", "A", "parties", '"'].filter(() => next(2) === 0).sort();
  const made = groups.map((grp) => ({ grp, gen: pick(gens), bd: digest(), rl: digest() }));
  return made.length === 0 ? [{ grp: "a", gen: 0, bd: digest(), rl: digest() }] : made;
}

function madeEntry(): Entry {
  const labels = [...new Set(many(5, () => (next(3) === 0 ? "org" : label())))].sort();
  return {
    v: 1,
    log: bench.place.log,
    id: uuidv7(Date.now()),
    at: `${pick(DAYS)}T${pick(TIMES)}Z`,
    tenant: pick(TENANTS),
    class: pick(ENTRY_CLASSES),
    outcome: pick(ENTRY_OUTCOMES),
    sealed: labels.map((c) => ({ c, d: digest() })),
    ...(next(3) === 0
      ? {}
      : {
          pub: {
            ...(next(2) === 0 ? {} : { rd: digest() }),
            ...(next(2) === 0 ? {} : { thumbprint: digest() }),
            ...(next(2) === 0 ? {} : { checkpoint: plain(0) }),
            ...(next(2) === 0 ? {} : { envelopes: envelopes() }),
          },
        }),
  };
}

const SPELLINGS = [...' \n\t09aZ_"\\{}[],:-+.eE\u0000\ufeffé/'];
/** Invalid spellings of an entry. */
const MUTATIONS: readonly ((text: string, at: number) => string)[] = [
  (text, at) => text.slice(0, at) + text.slice(at + 1),
  (text, at) => text.slice(0, at) + pick(SPELLINGS) + text.slice(at),
  (text, at) => text.slice(0, at) + pick(SPELLINGS) + text.slice(at + 1),
  (text) => text.replace(/"([a-z]+)":/, '"$1":null,"$1":'),
  (text) =>
    text.replace(/(\d+)([,}\]])/, (_, n: string, end: string) => `${n}${pick([".0", "e0", "0"])}${end}`),
];

function membersOf(bytes: Buffer): Record<string, unknown> {
  try {
    const said: unknown = JSON.parse(bytes.toString("utf8"));
    return typeof said === "object" && said !== null ? { ...said } : {};
  } catch {
    return {};
  }
}

/** Returns whether the table accepts these bytes from the portal's login, with the columns that they state. */
async function isTaken(bytes: Buffer): Promise<boolean> {
  const { id, log, at, class: of, outcome } = membersOf(bytes);
  const client = await bench.appPool.connect();
  try {
    await client.query("BEGIN");
    await client.query(
      "INSERT INTO audit_entry (id, log, tenant_id, at, class, outcome, bytes) VALUES ($1, $2, $3, $4, $5, $6, $7)",
      [id ?? uuidv7(1), log ?? "x", bench.place.tenantId, at ?? "x", of ?? "x", outcome ?? "x", bytes],
    );
    return true;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    // A NUL in a column, or a value of the wrong type, is not a question of form.
    if (![...REFUSED, "22021", "22P05"].includes(code)) throw error;
    return false;
  } finally {
    await client.query("ROLLBACK");
    client.release();
  }
}

function isEntry(bytes: Uint8Array): boolean {
  try {
    return parseEntry(bytes) !== undefined;
  } catch (error) {
    if (error instanceof FormatError) return false;
    throw error;
  }
}

it("the table accepts every entry that the portal makes, and only entries that the sequencer accepts", async () => {
  const differ: string[] = [];
  for (let count = 0; count < ENTRIES; count += 1) {
    const bytes = Buffer.from(encodeEntry(madeEntry()));
    if (!(await isTaken(bytes))) differ.push(`refused: ${bytes}`);
    for (let mutant = 0; mutant < MUTANTS; mutant += 1) {
      const text = bytes.toString("utf8");
      const mutated = Buffer.from(pick(MUTATIONS)(text, next(text.length)));
      if ((await isTaken(mutated)) && !isEntry(mutated)) differ.push(`taken: ${mutated}`);
    }
  }
  expect(differ).toEqual([]);
}, 60_000);
