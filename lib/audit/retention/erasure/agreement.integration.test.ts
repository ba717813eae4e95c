import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { getEvent } from "@/lib/audit/reading/get-event";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { recordEvent } from "@/lib/audit/record/record-event";
import { askErasure } from "@/lib/audit/retention/erasure/ask-erasure";
import { agreeToErasure, refuseErasureAsked } from "@/lib/audit/retention/erasure/decide-erasure";
import { keyName, wordMac } from "@/lib/audit/retention/erasure/erasure-word";
import { listErasures } from "@/lib/audit/retention/erasure/list-erasures";
import { prepareDueErasures } from "@/lib/audit/retention/erasure/prepare-erasure";
import { erasePrepared } from "@/lib/audit/retention/run-retention";
import { fixedClock } from "@/lib/clock";
import type { Context } from "@/lib/context/context";
import { fromBase64url } from "@/lib/crypto/bytes";
import type { Json } from "@/lib/crypto/json/canonical-json";
import { keyMark, partKey } from "@/lib/crypto/log/audit-part";
import { uuidv7 } from "@/lib/crypto/uuid";
import { openPool } from "@/lib/db/pool";
import { inTransaction } from "@/lib/db/transaction";
import { createLogger } from "@/lib/telemetry/logger";
import { outcomeOf } from "@/lib/testing/benches/refusal";
import { rewriteEntry } from "@/lib/testing/log/forge-entry";
import { createOwnedLog, type OwnedLog } from "@/lib/testing/log/owned-log";
import { pastTriggers } from "@/lib/testing/log/past-triggers";

let bench: OwnedLog;
beforeAll(async () => {
  bench = await createOwnedLog();
});
afterAll(() => bench.close());

describe("agreement by another person", () => {
  // ADR 0037: after an upgrade one person may have two accounts with the same mailbox.

  /** Two accounts of one person, both with entries in the log. */
  async function twoAccounts(duties: readonly ("privacy" | "compliance")[]): Promise<[Context, Context]> {
    const one = await bench.person({ role: "coordinator", duties: [...duties], hasKey: false });
    const two = await bench.person({ role: "coordinator", duties: [...duties], hasKey: false });
    await pastTriggers(bench.admin, ["app_user"], () =>
      bench.admin.query("UPDATE app_user SET email = $2 WHERE id = $1", [
        two.principal.userId,
        `${one.principal.handle}+two@test.example`,
      ]),
    );
    return [one, two];
  }

  const written = (who: Context) =>
    recordEvent(who, { class: "log", outcome: "done", action: "audit.keys", subjects: [] });

  it("the requester cannot agree with another account, and is not offered it", async () => {
    const [asker, again] = await twoAccounts(["privacy", "compliance"]);
    const subject = await bench.person({ role: "client", hasKey: false });
    await written(subject);
    const { id } = await askErasure(asker, { subject: subject.principal.handle ?? "", reason: "on request" });
    const listed = await listErasures(again, { cursor: undefined, limit: 50 });
    expect(listed.items.find((one) => one.id === id)).toMatchObject({ is_own: true, may_agree: false });
    expect(await outcomeOf(agreeToErasure(again, id))).toBe("decision.same-person");
    await refuseErasureAsked(again, id);
  });

  it("a person cannot request, agree to or refuse an erasure of their other account", async () => {
    const [subject, again] = await twoAccounts(["privacy", "compliance"]);
    const asker = await bench.person({ role: "coordinator", duties: ["privacy"] });
    await written(subject);
    const body = { subject: subject.principal.handle ?? "", reason: "on request" };
    expect(await outcomeOf(askErasure(again, body))).toBe("decision.self");
    const { id } = await askErasure(asker, body);
    expect(await outcomeOf(agreeToErasure(again, id))).toBe("decision.self");
    expect(await outcomeOf(refuseErasureAsked(again, id))).toBe("decision.self");
  });
});

describe("data of no person", () => {
  // The owner of a handle is stored in a row that the database owner can change.

  let privacy: Context;
  beforeAll(async () => {
    privacy = await bench.person({ role: "coordinator", duties: ["privacy"] });
  });

  const event = { class: "log", outcome: "done", action: "audit.keys", subjects: [] } as const;

  /** Requests the erasure of a person whose row has this pseudonym and who has entries in the log. */
  async function asked(pseudonym: string) {
    const { principal } = await bench.person({ role: "client", hasKey: false });
    await pastTriggers(bench.admin, ["app_user"], () =>
      bench.admin.query("UPDATE app_user SET pseudonym = $2 WHERE handle = $1", [
        principal.handle,
        pseudonym,
      ]),
    );
    const { rows } = await bench.admin.query("SELECT 1 FROM audit_compartment WHERE subject = $1", [
      pseudonym,
    ]);
    expect(rows).toHaveLength(1);
    return askErasure(privacy, { subject: principal.handle ?? "", reason: "on request" });
  }

  const refused = {
    code: "request.invalid",
    errors: [{ pointer: "/subject", detail: "the log data under this name is not about one person" }],
  };

  it("the data of all anonymous callers cannot be erased", async () => {
    const { system: _system, ...withoutSystem } = bench.cx;
    await recordEvent({ ...withoutSystem, client: { address: "192.0.2.1" } }, event);
    await expect(asked("anonymous")).rejects.toMatchObject(refused);
  });

  it("the data of a process cannot be erased", async () => {
    await recordEvent({ ...bench.cx, system: "worker", client: { address: "192.0.2.1" } }, event);
    await expect(asked("system:worker")).rejects.toMatchObject(refused);
  });
});

describe("many requests", () => {
  let privacy: Context;
  let compliance: Context;
  beforeAll(async () => {
    privacy = await bench.person({ role: "coordinator", duties: ["privacy"] });
    compliance = await bench.person({ role: "coordinator", duties: ["compliance"] });
  });

  const event = { class: "log", outcome: "done", action: "audit.keys", subjects: [] } as const;

  async function acted() {
    const person = await bench.person({ role: "client", hasKey: false });
    const { id: entry } = await recordEvent(person, event);
    return { handle: person.principal.handle ?? "", pseudonym: person.principal.pseudonym, entry };
  }

  async function isPrepared(id: string): Promise<boolean> {
    const { rows } = await bench.admin.query("SELECT prepared FROM audit_erasure WHERE id = $1", [id]);
    return rows[0].prepared !== null;
  }

  it("an erasure is prepared however many others were requested in the same minute", async () => {
    const [one, other] = [await acted(), await acted()];
    const clock = fixedClock(new Date());
    const asker = { ...privacy, clock };
    for (let n = 0; n < 200; n += 1) {
      const { id } = await askErasure(asker, { subject: one.handle, reason: "by mistake" });
      await refuseErasureAsked(asker, id);
      clock.advance(200);
    }
    const { id } = await askErasure(asker, { subject: other.handle, reason: "on request" });
    await agreeToErasure({ ...compliance, clock }, id);
    expect(await isPrepared(id)).toBe(true);
  });

  it("an agency that reads only org parts does not learn whose erasure is requested", async () => {
    const one = await acted();
    const { id } = await askErasure(privacy, { subject: one.handle, reason: "on request" });
    const reader = await bench.person({ role: "regulator" });
    await bench.anchor();
    const { rows } = await bench.admin.query(
      `SELECT l.seq::int, i.action FROM audit_leaf l JOIN audit_index i ON i.entry_id = l.entry_id
     WHERE l.entry_id = $1 OR i.action = 'erasure.ask' ORDER BY l.seq`,
      [one.entry],
    );
    const said = [];
    for (const { seq, action } of rows) {
      const org = (await getEvent(reader, seq)).parts.find(({ c }) => c === "org")?.plaintext;
      said.push({ action, org: org as Record<string, Record<string, unknown>> });
    }
    const ask = said.find(({ org }) => org.details?.erasure === id);
    const acts = said.filter(({ action }) => action === "audit.keys");
    expect(acts).toHaveLength(1);
    expect(Object.keys(ask?.org.details ?? {}).sort()).toEqual(["compartment", "erasure", "key_name", "mac"]);
    const marks = new Set(said.map(({ org }) => org.person?.key_mark));
    expect(Object.values(ask?.org.details ?? {}).filter((text) => marks.has(text))).toEqual([]);
  });
});

describe("the time of an agreement", () => {
  // A portal checks the two entries that the row names. A process with the portal's login could name others, with an
  // entry of its own, and then no portal would find the agreement.

  let privacy: Context;
  let compliance: Context;
  beforeAll(async () => {
    privacy = await bench.person({ role: "coordinator", duties: ["privacy"] });
    compliance = await bench.person({ role: "coordinator", duties: ["compliance"] });
  });

  async function agreed(): Promise<string> {
    const { principal, ...cx } = await bench.person({ role: "client", hasKey: false });
    await recordEvent(
      { ...cx, principal },
      { class: "log", outcome: "done", action: "audit.keys", subjects: [] },
    );
    const { id } = await askErasure(privacy, { subject: principal.handle ?? "", reason: "on request" });
    await agreeToErasure(compliance, id);
    return id;
  }

  /** Acts with the portal's login, with an entry that lets the change pass. */
  const asApp = (set: string, id: string) =>
    inTransaction(bench.cx, async (tx) => {
      await tx.$executeRawUnsafe(`UPDATE audit_erasure SET ${set} WHERE id = $1::uuid`, id);
      await appendEntry(tx, bench.cx, {
        class: "retention",
        outcome: "done",
        action: "erasure.agree",
        subjects: [`erasure:${id}`],
        details: { erasure: id },
      });
    });

  it("the time of an agreement cannot change, and an agreed erasure cannot be requested again", async () => {
    const id = await agreed();
    const refused = "state does not allow this";
    for (const set of [
      "agreed_at = agreed_at - interval '1 hour'",
      "agree_entry_id = ask_entry_id",
      "agreed_at = NULL, agreed_by = NULL",
      "state = 'asked'",
    ])
      await expect(asApp(set, id), set).rejects.toThrow(refused);
  });
});

describe("agreement for another key", () => {
  let bench: OwnedLog;
  let privacy: Context;
  let compliance: Context;
  beforeAll(async () => {
    bench = await createOwnedLog();
    privacy = await bench.person({ role: "coordinator", duties: ["privacy"] });
    compliance = await bench.person({ role: "coordinator", duties: ["compliance"] });
  });
  afterAll(() => bench.close());

  interface Acted {
    readonly handle: string;
    readonly compartment: string;
  }

  /** A person with entries in the log. */
  async function acted(): Promise<Acted> {
    const { principal, ...cx } = await bench.person({ role: "client" });
    await recordEvent(
      { ...cx, principal },
      { class: "log", outcome: "done", action: "audit.keys", subjects: [] },
    );
    const { rows } = await bench.admin.query(
      "SELECT id::text FROM audit_compartment WHERE kind = 'subject' AND subject = $1",
      [principal.pseudonym],
    );
    return { handle: principal.handle ?? "", compartment: rows[0].id };
  }

  const ask = async ({ handle }: Acted) =>
    (await askErasure(privacy, { subject: handle, reason: "on request" })).id;

  /** The changes that the database owner makes. */
  const owned = (table: string, ...statements: readonly string[]) =>
    pastTriggers(bench.admin, [table], async () => {
      for (const statement of statements) await bench.admin.query(statement);
    });

  /** Changes the row of one person's compartment into another's, with name and sealed key. */
  async function madeOver(from: Acted, to: Acted): Promise<void> {
    const { rows } = await bench.admin.query(
      "SELECT subject, encode(sealed_key, 'hex') AS key FROM audit_compartment WHERE id = $1",
      [to.compartment],
    );
    await owned(
      "audit_compartment",
      `DELETE FROM audit_compartment WHERE id = '${to.compartment}'`,
      `UPDATE audit_compartment SET subject = '${rows[0].subject}', sealed_key = '\\x${rows[0].key}'
     WHERE id = '${from.compartment}'`,
    );
  }

  async function isPrepared(id: string): Promise<boolean> {
    const { rows } = await bench.admin.query("SELECT prepared FROM audit_erasure WHERE id = $1", [id]);
    return rows[0].prepared !== null;
  }

  describe("a portal seals an erasing entry for the agreed key only", () => {
    it("a portal seals the entry for the key that was requested and agreed to, and again after a wait", async () => {
      const id = await ask(await acted());
      expect(await prepareDueErasures(bench.cx)).toBe(0);
      await agreeToErasure(compliance, id);
      expect(await isPrepared(id)).toBe(true);
      await owned(
        "audit_erasure",
        `UPDATE audit_erasure SET prepared = NULL, prepared_at = NULL WHERE id = '${id}'`,
      );
      expect(await prepareDueErasures(bench.cx)).toBe(1);
      expect(await isPrepared(id)).toBe(true);
    });

    it("no portal seals the entry if the compartment's row was changed to another person's since the request", async () => {
      const [one, other] = [await acted(), await acted()];
      const id = await ask(one);
      await madeOver(one, other);
      await agreeToErasure(compliance, id);
      expect(await isPrepared(id)).toBe(false);
      expect(await prepareDueErasures(bench.cx)).toBe(0);
    });

    it("no portal seals the entry if the erasure's row names another person's compartment since", async () => {
      const [one, other] = [await acted(), await acted()];
      const id = await ask(one);
      await owned(
        "audit_erasure",
        `UPDATE audit_erasure SET compartment_id = '${other.compartment}' WHERE id = '${id}'`,
      );
      await agreeToErasure(compliance, id);
      expect(await isPrepared(id)).toBe(false);
    });

    it.each([
      [
        "agreed to",
        (id: string) =>
          `UPDATE audit_erasure SET state = 'agreed', agreed_by = BY, agreed_at = now(), agree_entry_id = ask_entry_id WHERE id = '${id}'`,
      ],
      [
        "asked for",
        (
          id: string,
        ) => `INSERT INTO audit_erasure (id, tenant_id, compartment_id, reason, state, asked_by, asked_at, agreed_by, agreed_at, ask_entry_id, agree_entry_id)
        SELECT '${uuidv7(Date.now())}', tenant_id, KEY, reason, 'agreed', asked_by, asked_at, BY, now(), ask_entry_id, ask_entry_id
        FROM audit_erasure WHERE id = '${id}'`,
      ],
    ])("where only the database owner %s it", async (_, statement) => {
      const [one, other] = [await acted(), await acted()];
      const id = await ask(one);
      await owned(
        "audit_erasure",
        statement(id)
          .replace("BY", `'${compliance.principal.userId}'`)
          .replace("KEY", `'${other.compartment}'`),
      );
      expect(await prepareDueErasures(bench.cx)).toBe(0);
      const { rows } = await bench.admin.query(
        "SELECT prepared FROM audit_erasure WHERE compartment_id = ANY ($1::uuid[]) AND prepared IS NOT NULL",
        [[one.compartment, other.compartment]],
      );
      expect(rows).toEqual([]);
    });
  });

  it("an erasure cannot be requested if the key is not the person's own or does not open", async () => {
    const [one, other] = [await acted(), await acted()];
    const wrong = { code: "request.invalid" };
    await owned(
      "audit_compartment",
      `UPDATE audit_compartment SET sealed_key = set_byte(sealed_key, 20, get_byte(sealed_key, 20) # 1)
     WHERE id = '${one.compartment}'`,
    );
    await expect(ask(one)).rejects.toMatchObject(wrong);
    await owned(
      "audit_compartment",
      `UPDATE audit_compartment k SET sealed_key = o.sealed_key FROM audit_compartment o
     WHERE k.id = '${one.compartment}' AND o.id = '${other.compartment}'`,
    );
    await expect(ask(one)).rejects.toMatchObject(wrong);
  });
});

describe("forged agreements", () => {
  // A person with an entry's org part key (every reader of a bundle or of one entry) can seal another org part for that
  // entry's id. The database owner creates two such entries, a request and an agreement.

  type Details = Record<string, Json>;
  let bench: OwnedLog;
  let reader: Context;
  beforeAll(async () => {
    bench = await createOwnedLog();
    reader = await bench.person({ role: "coordinator", duties: ["privacy"] });
  });
  afterAll(() => bench.close());

  const event = { class: "log", outcome: "done", action: "audit.keys", subjects: [] } as const;
  let victim: { handle: string; compartment: string; key: Uint8Array };
  beforeEach(async () => {
    const { principal, ...cx } = await bench.person({ role: "client", hasKey: false });
    await recordEvent({ ...cx, principal }, event);
    const { rows } = await bench.admin.query(
      "SELECT id::text FROM audit_compartment WHERE kind = 'subject' AND subject = $1",
      [principal.pseudonym],
    );
    const compartment = rows[0].id;
    const key = (await bench.cx.audit.compartments.openById([compartment])).get(compartment);
    if (key === undefined) throw new TypeError("no key");
    victim = { handle: principal.handle ?? "", compartment, key };
  });

  /** The data that a reader gets of an entry's org part. */
  async function read(entry: string): Promise<{ key: Uint8Array; details: Details }> {
    const { rows } = await bench.admin.query("SELECT seq::int FROM audit_leaf WHERE entry_id = $1", [entry]);
    const org = (await getEvent(reader, rows[0].seq)).parts.find(({ c }) => c === "org");
    if (org === undefined) throw new TypeError("no org part");
    return { key: fromBase64url(org.part_key), details: { ...(org.plaintext.details as Details) } };
  }

  /** Changes an entry of the reader's own into a statement about an erasure. */
  async function forged(action: string, actor: string, details: Details): Promise<string> {
    const { id } = await recordEvent(reader, event);
    await bench.anchor();
    const { key } = await read(id);
    await rewriteEntry(bench.admin, { id, partKey: key, action, org: { actor, details } });
    return id;
  }

  /** Returns the row of an erasure as the owner writes it, with the entries that it names. */
  const agreedRow = (id: string, ask: string, agree: string) =>
    pastTriggers(bench.admin, ["audit_erasure"], () =>
      bench.admin.query(
        `INSERT INTO audit_erasure (id, tenant_id, compartment_id, reason, state, asked_by, asked_at, agreed_by, agreed_at,
         ask_entry_id, agree_entry_id)
       SELECT $1, tenant_id, id, 'x', 'agreed', $3, now(), $4, now(), $5, $6 FROM audit_compartment WHERE id = $2
       ON CONFLICT (id) DO UPDATE SET state = 'agreed', agreed_by = $4, agreed_at = now(), ask_entry_id = $5, agree_entry_id = $6`,
        [id, victim.compartment, reader.principal.userId, bench.auditor.principal.userId, ask, agree],
      ),
    );

  async function isLaidReady(id: string): Promise<boolean> {
    await prepareDueErasures(bench.cx);
    const { rows } = await bench.admin.query("SELECT prepared FROM audit_erasure WHERE id = $1", [id]);
    return rows[0].prepared !== null;
  }

  it("no portal seals an erasing entry for a request and an agreement that the owner forged with a reader's part keys", async () => {
    const erasure = uuidv7(Date.now());
    const { compartment, key } = victim;
    // More than a reader knows: the name of the key in this erasure.
    const details = {
      erasure,
      compartment,
      key_mark: keyMark(key),
      key_name: keyName(erasure, key),
      mac: "A".repeat(43),
    };
    const ask = await forged("erasure.ask", "p-one", details);
    const agree = await forged("erasure.agree", "p-two", details);
    await agreedRow(erasure, ask, agree);
    expect(await isLaidReady(erasure)).toBe(false);
  });

  it("no portal seals it for an honest request and an agreement made from it", async () => {
    const { id } = await askErasure(reader, { subject: victim.handle, reason: "on request" });
    await bench.anchor();
    const { rows } = await bench.admin.query(
      "SELECT entry_id::text FROM audit_index WHERE action = 'erasure.ask' ORDER BY entry_id DESC LIMIT 1",
    );
    const { details } = await read(rows[0].entry_id);
    expect(details.erasure).toBe(id);
    const agree = await forged("erasure.agree", "p-two", details);
    await agreedRow(id, rows[0].entry_id, agree);
    expect(await isLaidReady(id)).toBe(false);
  });

  it("no portal seals it for statements with the key of another compartment than the organisation's", async () => {
    const { compartment, key } = victim;
    const { tenantId } = bench.place;
    const of = { kind: "case", subject: uuidv7(Date.now()) } as const;
    const { compartments } = bench.cx.audit;
    const outcomes = [];
    for (const place of [of, { kind: "org", subject: tenantId } as const]) {
      const under = await compartments.open({ tenantId, ...place });
      const erasure = uuidv7(Date.now());
      const said: string[] = [];
      for (const [action, actor] of [
        ["erasure.ask", "p-one"],
        ["erasure.agree", "p-two"],
      ] as const) {
        const word = { action, actor, erasure, compartment, keyName: keyName(erasure, key) };
        const details = { erasure, compartment, key_name: word.keyName, mac: wordMac(under.key, word) };
        const { id } = await recordEvent(reader, event);
        await bench.anchor();
        await rewriteEntry(bench.admin, {
          id,
          partKey: partKey(under.key, id),
          action,
          org: { actor, details },
        });
        await pastTriggers(bench.admin, ["audit_part"], () =>
          bench.admin.query("UPDATE audit_part SET compartment_id = $2 WHERE entry_id = $1", [id, under.id]),
        );
        said.push(id);
      }
      await pastTriggers(bench.admin, ["audit_erasure"], () =>
        bench.admin.query("DELETE FROM audit_erasure WHERE compartment_id = $1", [compartment]),
      );
      await agreedRow(erasure, said[0] ?? "", said[1] ?? "");
      outcomes.push(await isLaidReady(erasure));
    }
    // The same statements with the organisation's own key, which no reader has, are valid. So the key was the only
    // fault.
    expect(outcomes).toEqual([false, true]);
  });
});

describe("damaged entries", () => {
  let bench: OwnedLog;
  let privacy: Context;
  let compliance: Context;
  beforeAll(async () => {
    bench = await createOwnedLog();
    privacy = await bench.person({ role: "coordinator", duties: ["privacy"] });
    compliance = await bench.person({ role: "coordinator", duties: ["compliance"] });
  });
  afterAll(() => bench.close());

  async function agreed(): Promise<string> {
    const person = await bench.person({ role: "client", hasKey: false });
    const clock = fixedClock(new Date(Date.now() - 2 * 365 * 86_400_000));
    const event = { class: "log", outcome: "done", action: "audit.keys", subjects: [] } as const;
    await recordEvent({ ...person, clock }, event);
    const { id } = await askErasure(privacy, {
      subject: person.principal.handle ?? "",
      reason: "on request",
    });
    await agreeToErasure(compliance, id);
    return id;
  }

  const SPOILT = [
    "jsonb_set(prepared, '{parts}', '[]')",
    "jsonb_set(prepared, '{parts,0,compartment_id}', to_jsonb(gen_random_uuid()::text))",
    "jsonb_set(prepared, '{parts,0,stored}', '\"AAAA\"')",
    "jsonb_set(prepared, '{index,0,action}', '\"audit.keys\"')",
    "jsonb_set(prepared, '{index}', '[]')",
    "prepared #- '{index,0,action}'",
  ];

  it("an entry whose part or index row the portal's login damaged destroys no key, and other erasures go on", async () => {
    const ids: string[] = [];
    for (const set of SPOILT) {
      const id = await agreed();
      ids.push(id);
      await inTransaction(bench.cx, (tx) =>
        tx.$executeRawUnsafe(`UPDATE audit_erasure SET prepared = ${set} WHERE id = $1::uuid`, id),
      );
    }
    const whole = await agreed();
    const retention = openPool({ url: bench.database.retentionUrl, maxConnections: 1 });
    const logger = createLogger("test", "silent");
    await erasePrepared({ ...bench.place, pool: retention, appPool: bench.appPool, logger });
    await retention.end();
    const { rows } = await bench.admin.query("SELECT id::text, state FROM audit_erasure ORDER BY id");
    expect(rows).toEqual([...ids.map((id) => ({ id, state: "agreed" })), { id: whole, state: "done" }]);
  });
});
