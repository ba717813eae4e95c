import path from "node:path";
import { expect, test } from "vitest";
import { CanaryScanner, filesBelow } from "@/lib/testing/contracts/canaries";
import { asSuperuser } from "../support/admin";
import { people } from "../support/api";
import { dataDir, demo } from "../support/instance";
import { approve, canaries, fileRequest, newTransaction, orderFacts, text } from "../support/steps";

function scannerOf(values: readonly string[]): CanaryScanner {
  const scanner = new CanaryScanner();
  for (const [at, value] of values.entries()) scanner.add(`value ${at}`, value);
  return scanner;
}

test("no byte of a sealed value is in any table, WAL segment, file or log line", async () => {
  const who = people(demo());
  const secret = canaries();
  const amount = `${Math.floor(1e15 + Math.random() * 8e15)}`;
  const created = await who.client456.post("/confidential/transactions", {
    ...newTransaction(secret),
    amount,
  });
  expect(created.status, created.text).toBe(201);
  const id = text(created, "transaction_id");
  const opened = await who.miner789.post(`/confidential/transactions/${id}/access`, {
    purpose: "settlement",
  });
  expect(opened.text).toContain(secret.iban);
  const facts = orderFacts();
  await approve(who, await fileRequest(who.regulator, id, facts), facts);
  const audited = await who.regulator.post(`/confidential/transactions/${id}/audit`, { purpose: "audit" });
  expect(audited.text).toContain(secret.rate);
  // Bad input contains values too, and the refusal must not echo them.
  const refused = await who.client456.post("/confidential/transactions", {
    ...newTransaction(secret),
    amount: [amount],
  });
  expect(refused.status).toBe(422);
  expect(refused.text).not.toContain(amount);

  const values = [amount, ...Object.values(secret)];
  const folder = dataDir();
  const inTables = await asSuperuser(folder, async (client) => {
    await client.query("CHECKPOINT");
    const tables = await client.query<{ name: string }>(
      "SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')",
    );
    const hits: string[] = [];
    for (const { name } of tables.rows) {
      for (const value of values) {
        const forms = [value, Buffer.from(value).toString("hex")];
        const found = await client.query(
          `SELECT 1 FROM ${name} AS row WHERE strpos(row::text, $1) > 0 OR strpos(row::text, $2) > 0 LIMIT 1`,
          forms,
        );
        if (found.rowCount) hits.push(`${name}: ${value}`);
      }
    }
    expect(tables.rows.length).toBeGreaterThan(40);
    return hits;
  });
  expect(inTables).toEqual([]);

  const scanner = scannerOf(values);
  const scanned = [...filesBelow(folder)];
  expect(scanned.length).toBeGreaterThan(500);
  expect(scanned.filter((file) => scanner.findInFile(file).length > 0)).toEqual([]);
});

test("the scan itself finds values that are stored openly: a job id and a key's prefix", async () => {
  const who = people(demo());
  const mark = `job-${canaries().memo}`;
  const created = await who.client456.post("/confidential/transactions", {
    ...newTransaction(canaries()),
    job_id: mark,
  });
  expect(created.status, created.text).toBe(201);
  const folder = dataDir();
  await asSuperuser(folder, (client) => client.query("CHECKPOINT"));
  const scanner = scannerOf([mark]);
  expect([...filesBelow(folder)].some((file) => scanner.findInFile(file).length > 0)).toBe(true);
});

test("the secret of an API key is in demo.json only", () => {
  const scanner = scannerOf(demo().accounts.map((account) => account.api_key));
  const found = [...filesBelow(dataDir())].filter((file) => scanner.findInFile(file).length > 0);
  expect(found.map((file) => path.basename(file))).toEqual(["demo.json"]);
});
