import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Entry, encodeEntry, parseEntry } from "@/lib/audit/entry/entry";
import { type AuditEvent, ENTRY_CLASSES, ENTRY_OUTCOMES, type PublicDetails } from "@/lib/audit/entry/event";
import { recordEvent } from "@/lib/audit/record/record-event";
import { integrateBatch, prepareLog } from "@/lib/audit/sequencer/sequencer";
import { FormatError } from "@/lib/crypto/format-error";
import { uuidv7 } from "@/lib/crypto/uuid";
import { type AuditBench, createAuditBench } from "@/lib/testing/benches/audit-bench";
import { isDeep, scale } from "@/lib/testing/scale";

let bench: AuditBench;
beforeAll(async () => {
  bench = await createAuditBench();
});
afterAll(() => bench.close());

describe("the form of an entry", () => {
  const AT = "2026-11-24T14:45:00.000000Z";
  const D = "A".repeat(43);
  const LABEL = "AAAAAAAAAAA";

  beforeAll(async () => {
    await prepareLog(bench.sequencerPool, bench.place);
  });

  /** Writes an entry as the app's login can, in any spelling, with its required rows. */
  async function write(id: string, text: string): Promise<void> {
    const { log, tenantId } = bench.place;
    const client = await bench.appPool.connect();
    try {
      await client.query("BEGIN");
      await client.query(
        "INSERT INTO audit_entry (id, log, tenant_id, at, class, outcome, bytes) VALUES ($1, $2, $3, $4, 'log', 'done', $5)",
        [id, log, tenantId, AT, Buffer.from(text)],
      );
      await client.query(
        "INSERT INTO audit_queue (entry_id, tenant_id, subject, action) VALUES ($1, $2, $3, 'audit.read')",
        [id, tenantId, `entry:${id}`],
      );
      await client.query(
        "INSERT INTO audit_index (entry_id, tenant_id, at, actor, action, outcome) VALUES ($1, $2, $3, 'system:x', 'audit.read', 'done')",
        [id, tenantId, AT],
      );
      await client.query("COMMIT");
    } catch (error) {
      await client.query("ROLLBACK");
      throw error;
    } finally {
      client.release();
    }
  }

  interface Spelled {
    readonly sealed?: string;
    readonly tenant?: string;
    readonly pub?: string;
  }

  function spell(id: string, { sealed = "[]", tenant = "t_x", pub }: Spelled = {}): string {
    const rest = `"outcome":"done"${pub === undefined ? "" : `,"pub":${pub}`},"sealed":${sealed},"tenant":"${tenant}","v":1`;
    return `{"at":"${AT}","class":"log","id":"${id}","log":"${bench.place.log}",${rest}}`;
  }

  const envelope = (grp: string, gen: number | string) =>
    `{"bd":"${D}","gen":${gen},"grp":"${grp}","rl":"${D}"}`;

  /** Spellings by the change that makes each. Each one was an entry for the database but not for the sequencer. */
  const FORGED: Readonly<Record<string, (id: string) => string>> = {
    "a space before it": (id) => ` ${spell(id)}`,
    "a space in it": (id) => spell(id).replace('"v":1', '"v": 1'),
    "a line's end behind it": (id) => `${spell(id)}\n`,
    "names in another order": (id) => spell(id).replace(/^\{("at":"[^"]*"),("class":"log")/, "{$2,$1"),
    "a member twice": (id) => spell(id).replace('"v":1', '"v":1,"v":1'),
    "an escape that need not be": (id) => spell(id, { tenant: "\\u0074_x" }),
    "a solidus escaped": (id) => spell(id, { tenant: "t\\/x" }),
    "an escape in capitals": (id) => spell(id, { tenant: "\\u001F" }),
    "a number spelled otherwise": (id) => spell(id).replace('"v":1', '"v":1.0'),
    "an exponent": (id) => spell(id).replace('"v":1', '"v":1e0'),
    "a tenant of 40 pairs of surrogates": (id) => spell(id, { tenant: "\u{1f600}".repeat(40) }),
    "sealed parts out of order": (id) =>
      spell(id, { sealed: `[{"c":"org","d":"${D}"},{"c":"${LABEL}","d":"${D}"}]` }),
    "a label twice": (id) => spell(id, { sealed: `[{"c":"org","d":"${D}"},{"c":"org","d":"${D}"}]` }),
    "an invalid label": (id) => spell(id, { sealed: `[{"c":"ORG","d":"${D}"}]` }),
    "a label that is a number": (id) => spell(id, { sealed: `[{"c":12345678900,"d":"${D}"}]` }),
    "an invalid digest": (id) => spell(id, { sealed: '[{"c":"org","d":"x"}]' }),
    "a part with more in it": (id) => spell(id, { sealed: `[{"c":"org","d":"${D}","e":1}]` }),
    "a part that is a text": (id) => spell(id, { sealed: '["org"]' }),
    "an unknown public member": (id) => spell(id, { pub: '{"note":"x"}' }),
    "a public part that is null": (id) => spell(id, { pub: "null" }),
    "an invalid public digest": (id) => spell(id, { pub: '{"rd":"x"}' }),
    "no envelope": (id) => spell(id, { pub: '{"envelopes":[]}' }),
    "invalid envelopes": (id) => spell(id, { pub: '{"envelopes":{"a":1}}' }),
    "envelopes out of order": (id) =>
      spell(id, { pub: `{"envelopes":[${envelope("b", 1)},${envelope("a", 1)}]}` }),
    "an envelope twice": (id) =>
      spell(id, { pub: `{"envelopes":[${envelope("a", 1)},${envelope("a", 1)}]}` }),
    "a generation below none": (id) => spell(id, { pub: `{"envelopes":[${envelope("a", -1)}]}` }),
    "a generation beyond 2^53": (id) =>
      spell(id, { pub: `{"envelopes":[${envelope("a", "9007199254740993")}]}` }),
    "a fraction": (id) => spell(id, { pub: '{"checkpoint":1.5}' }),
    "a null": (id) => spell(id, { pub: '{"checkpoint":[null]}' }),
    "a negative nought": (id) => spell(id, { pub: '{"checkpoint":-0}' }),
    "names ordered by their UTF-8": (id) => spell(id, { pub: '{"checkpoint":{"\uffff":1,"\u{1f600}":1}}' }),
    "a name that means something else": (id) => spell(id, { pub: '{"checkpoint":{"__proto__":1}}' }),
    "lists a hundred deep": (id) => spell(id, { pub: `{"checkpoint":${"[".repeat(100)}${"]".repeat(100)}}` }),
    "a pruning": (id) => spell(id, { pub: '{"prune":{"minimum":1}}' }),
    "a recovery": (id) => spell(id, { pub: '{"recovery":{"from":0,"lost":[],"to":1}}' }),
  };

  describe("the app's login cannot write an entry that would be quarantined", () => {
    it.each(Object.keys(FORGED))("%s", async (name) => {
      const id = uuidv7(Date.now());
      const text = FORGED[name]?.(id) ?? "";
      await expect(write(id, text)).rejects.toMatchObject({ code: "SP001" });
    });

    it("every form that it may write gets its leaf at once", async () => {
      const prefix = { v: 1, log: bench.place.log, at: AT, class: "log", outcome: "done" } as const;
      const made = (more: object) => {
        const id = uuidv7(Date.now());
        const entry = parseEntry(encodeEntry({ ...prefix, id, tenant: "t_x", sealed: [], ...more }));
        return { id, text: new TextDecoder().decode(encodeEntry(entry)) };
      };
      const texts = ['\u0001\u001f\b\t\n\f\r"\\/\u007f\u2028é€\u{1f600}\ufffe', "", "a".repeat(64)];
      const forms = [
        {},
        {
          sealed: [
            { c: LABEL, d: D },
            { c: "org", d: D },
          ],
        },
        { tenant: "é".repeat(32) },
        { pub: {} },
        { pub: { rd: D, meta: D, thumbprint: D, policy: D } },
        { pub: { checkpoint: { size: 9_007_199_254_740_991, "a b": [true, -1, {}, [], texts], "~": "" } } },
        {
          pub: {
            envelopes: [1, 2, 10].map((gen) => ({ grp: "settlement", gen, bd: D, rl: D })),
          },
        },
        ...texts.map((text) => ({ pub: { checkpoint: text } })),
      ].map(made);
      for (const { id, text } of forms) await write(id, text);
      await integrateBatch(bench.sequencerPool, bench.place);
      const leaves = await bench.appPool.query("SELECT 1 FROM audit_leaf WHERE entry_id = ANY ($1)", [
        forms.map(({ id }) => id),
      ]);
      expect(leaves.rows).toHaveLength(forms.length);
      expect((await bench.appPool.query("SELECT 1 FROM audit_quarantine")).rows).toEqual([]);
    });

    it("every entry that the portal composes can be written, with any sealed and public members", async () => {
      const pubs: (PublicDetails | undefined)[] = [
        undefined,
        { rd: D, meta: D, envelopes: [{ grp: "parties", gen: 1, bd: D, rl: D }] },
        { thumbprint: D },
      ];
      for (const pub of pubs) {
        const event: AuditEvent = {
          class: "log",
          outcome: "done",
          action: "audit.read",
          subjects: [],
          caseId: uuidv7(1),
          suspicion: { why: "x" },
          ...(pub === undefined ? {} : { pub }),
        };
        await recordEvent({ ...bench.cx, client: { address: "192.0.2.7" } }, event);
      }
    });
  });
});

describe("many forms", () => {
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

  const hex = (digits: number): string =>
    Array.from({ length: digits }, () => next(16).toString(16)).join("");
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
});

describe("the table and the sequencer", () => {
  const ENTRIES = 400;
  const MUTANTS = 5;
  /** The error of the table's rule, and an invalid id. */
  const REFUSED = ["SP001", "22P02"];

  beforeAll(async () => {
    await prepareLog(bench.sequencerPool, bench.place);
  });

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
  });
});
