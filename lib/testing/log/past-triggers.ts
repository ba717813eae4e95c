import type { Client } from "pg";

/** Runs `act` with the tables' triggers off, and turns each on again as it was. */
export async function pastTriggers(
  admin: Client,
  tables: readonly string[],
  act: () => Promise<unknown>,
): Promise<void> {
  const { rows } = await admin.query(
    `SELECT format('ALTER TABLE %s ENABLE %s TRIGGER %I', tgrelid::regclass,
       CASE tgenabled WHEN 'A' THEN 'ALWAYS' ELSE '' END, tgname) AS restore
     FROM pg_trigger WHERE tgrelid = ANY ($1::regclass[]) AND NOT tgisinternal AND tgenabled <> 'D'`,
    [tables],
  );
  for (const table of tables) await admin.query(`ALTER TABLE ${table} DISABLE TRIGGER USER`);
  try {
    await act();
  } finally {
    for (const { restore } of rows) await admin.query(restore);
  }
}

/** Runs `act` without the check of an entry's form: what only the database owner can write. */
export async function withoutEntryForm<T>(admin: Pick<Client, "query">, act: () => Promise<T>): Promise<T> {
  await admin.query("ALTER TABLE audit_entry DISABLE TRIGGER audit_entry_says_so");
  try {
    return await act();
  } finally {
    await admin.query("ALTER TABLE audit_entry ENABLE ALWAYS TRIGGER audit_entry_says_so");
  }
}
