import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { recordEvent } from "@/lib/audit/record/record-event";
import type { Context } from "@/lib/context/context";
import { uuidv7 } from "@/lib/crypto/uuid";
import { createOwnedLog, type OwnedLog } from "@/lib/testing/log/owned-log";
import { pastTriggers } from "@/lib/testing/log/past-triggers";
import { askErasure } from "./ask-erasure";
import { agreeToErasure } from "./decide-erasure";
import { prepareDueErasures } from "./prepare-erasure";

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
