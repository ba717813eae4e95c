import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { uuidv7 } from "@/lib/crypto/uuid";
import { type AuditBench, createAuditBench } from "@/lib/testing/benches/audit-bench";
import { encodeEntry, parseEntry } from "../entry/entry";
import type { AuditEvent, PublicDetails } from "../entry/event";
import { integrateBatch, prepareLog } from "../sequencer/sequencer";
import { recordEvent } from "./record-event";

const AT = "2026-11-24T14:45:00.000000Z";
const D = "A".repeat(43);
const LABEL = "AAAAAAAAAAA";

let bench: AuditBench;
beforeAll(async () => {
  bench = await createAuditBench();
  await prepareLog(bench.sequencerPool, bench.place);
});
afterAll(() => bench.close());

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
  "a label that is none": (id) => spell(id, { sealed: `[{"c":"ORG","d":"${D}"}]` }),
  "a label that is a number": (id) => spell(id, { sealed: `[{"c":12345678900,"d":"${D}"}]` }),
  "a digest that is none": (id) => spell(id, { sealed: '[{"c":"org","d":"x"}]' }),
  "a part with more in it": (id) => spell(id, { sealed: `[{"c":"org","d":"${D}","e":1}]` }),
  "a part that is a text": (id) => spell(id, { sealed: '["org"]' }),
  "an unknown public member": (id) => spell(id, { pub: '{"note":"x"}' }),
  "a public part that is null": (id) => spell(id, { pub: "null" }),
  "a public digest that is none": (id) => spell(id, { pub: '{"rd":"x"}' }),
  "no envelope": (id) => spell(id, { pub: '{"envelopes":[]}' }),
  "envelopes that are none": (id) => spell(id, { pub: '{"envelopes":{"a":1}}' }),
  "envelopes out of order": (id) =>
    spell(id, { pub: `{"envelopes":[${envelope("b", 1)},${envelope("a", 1)}]}` }),
  "an envelope twice": (id) => spell(id, { pub: `{"envelopes":[${envelope("a", 1)},${envelope("a", 1)}]}` }),
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
