import "server-only";

type Query = (text: string, values: readonly unknown[]) => Promise<unknown>;

/** A time that PostgreSQL stores and JavaScript cannot read, as an SQL literal. */
export const YEAR_10000 = "'10000-01-01T11:59:59Z'";

/** Runs a statement as the database's owner, past the triggers of one table that would refuse it. */
async function pastTriggers(query: Query, table: string, statement: string): Promise<void> {
  const restore = "format('ALTER TABLE %s ENABLE %s TRIGGER %I', t.tgrelid::regclass, a.words, t.tgname)";
  await query(
    `DO $do$ DECLARE again text[]; one text; BEGIN
       SELECT array_agg(${restore}) INTO again FROM pg_trigger t
         CROSS JOIN LATERAL (SELECT CASE t.tgenabled WHEN 'A' THEN 'ALWAYS' ELSE '' END AS words) a
         WHERE t.tgrelid = '${table}'::regclass AND NOT t.tgisinternal;
       ALTER TABLE ${table} DISABLE TRIGGER USER;
       ${statement};
       FOREACH one IN ARRAY coalesce(again, '{}') LOOP EXECUTE one; END LOOP;
     END $do$`,
    [],
  );
}

/** Changes one stored row so that it cannot be read. */
export function spoil(query: Query, table: string, change: string, id: string, key = "id"): Promise<void> {
  return pastTriggers(query, table, `UPDATE ${table} SET ${change} WHERE ${key} = '${id}'`);
}

/** Stores a row that cannot be read; its values are SQL literals. */
export function plant(query: Query, table: string, row: Readonly<Record<string, string>>): Promise<void> {
  const names = Object.keys(row).join(", ");
  return pastTriggers(
    query,
    table,
    `INSERT INTO ${table} (${names}) VALUES (${Object.values(row).join(", ")})`,
  );
}
