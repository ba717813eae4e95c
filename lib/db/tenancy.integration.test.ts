import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { uuidv7 } from "@/lib/crypto/uuid";
import { GROUP_ROLES, LOGIN_ROLE_NAMES, type LoginRole } from "@/lib/db/bootstrap-roles";
import { openDatabase } from "@/lib/db/client";
import { openOwnerPool } from "@/lib/db/migrate";
import { UNWALLED } from "@/lib/testing/contracts/database-grants";
import { createTestDatabase, type TestDatabase } from "@/lib/testing/servers/database";

// Every login on every table, before rows of two tenants. The rows are made by the columns' types, so the database has no
// checks, keys or triggers here: what is tried is the wall alone.

let database: TestDatabase;
let admin: Client;
let tables: readonly Table[];
const logins = new Map<LoginRole, Client>();
const OWN = uuidv7(Date.now());
const OTHERS = uuidv7(Date.now() + 1);
const NONES = uuidv7(Date.now() + 2);

interface Column {
  readonly name: string;
  readonly type: string;
  readonly isNeeded: boolean;
}

interface Table {
  readonly name: string;
  /** The column that names the tenant. */
  readonly key: string;
  readonly columns: readonly Column[];
}

const URL_OF: Readonly<Record<LoginRole, keyof TestDatabase>> = {
  sealport_app_login: "appUrl",
  sealport_worker_login: "workerUrl",
  sealport_sequencer_login: "sequencerUrl",
  sealport_retention_login: "retentionUrl",
  sealport_jobs_login: "jobsUrl",
  sealport_signer_login: "signerUrl",
  sealport_custodian_login: "custodianUrl",
  sealport_auditor_login: "auditorUrl",
};

/** Returns SQL for some value of a type. */
function someValue(type: string): string {
  if (type.endsWith("[]")) return "'{}'";
  if (/^(integer|bigint|smallint|numeric)/.test(type)) return "floor(random() * 1000000000)";
  if (/^(text|character)/.test(type)) return "md5(random()::text)";
  const known: Readonly<Record<string, string>> = {
    uuid: "gen_random_uuid()",
    boolean: "false",
    bytea: "decode(md5(random()::text), 'hex')",
    jsonb: "'{}'",
    date: "current_date",
    xid8: "pg_current_xact_id()",
  };
  return known[type] ?? "now()";
}

const quoted = (name: string) => `"${name}"`;

function insertInto({ name, key, columns }: Table, tenant: string, granted = columns): string {
  const given = columns.filter(
    (column) => column.name === key || (column.isNeeded && granted.includes(column)),
  );
  const values = given.map((column) => (column.name === key ? `'${tenant}'` : someValue(column.type)));
  return `INSERT INTO ${quoted(name)} (${given.map((column) => quoted(column.name)).join(", ")}) VALUES (${values.join(", ")})`;
}

async function readTables(): Promise<Table[]> {
  const { rows } = await admin.query<Table>(
    `SELECT c.relname::text AS name, CASE c.relname WHEN 'tenant' THEN 'id' ELSE 'tenant_id' END AS key,
       json_agg(json_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod),
         'isNeeded', a.attnotnull AND NOT a.atthasdef)) AS columns
     FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
     WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace AND c.relname <> ALL ($1)
     GROUP BY c.oid, c.relname ORDER BY 1`,
    [Object.keys(UNWALLED)],
  );
  return rows;
}

/** Takes away what would refuse a made-up row before the wall does. */
async function bare(): Promise<void> {
  await admin.query(`DO $$ DECLARE one record; BEGIN
    FOR one IN SELECT conrelid::regclass AS owner, conname FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace AND contype IN ('c', 'f') AND conparentid = 0 LOOP
      EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', one.owner, one.conname);
    END LOOP;
    FOR one IN SELECT tgrelid::regclass AS owner, tgname FROM pg_trigger WHERE NOT tgisinternal LOOP
      EXECUTE format('DROP TRIGGER %I ON %s', one.tgname, one.owner);
    END LOOP;
  END $$`);
}

beforeAll(async () => {
  database = await createTestDatabase();
  admin = new Client({ connectionString: database.adminUrl });
  await admin.connect();
  tables = await readTables();
  await bare();
  for (const table of tables)
    for (const tenant of [OWN, OTHERS]) await admin.query(insertInto(table, tenant));
  for (const login of LOGIN_ROLE_NAMES) {
    const client = new Client({ connectionString: String(database[URL_OF[login]]) });
    await client.connect();
    logins.set(login, client);
  }
});
afterAll(async () => {
  await Promise.all([...logins.values()].map((client) => client.end()));
  await admin?.end();
  await database?.drop();
});

/** Runs a statement for a tenant, or for none, in a transaction that is rolled back; gives its count of rows or its SQLSTATE. */
async function attempt(login: LoginRole, tenant: string, statement: string): Promise<number | string> {
  const client = logins.get(login);
  if (client === undefined) throw new TypeError(`no login ${login}`);
  try {
    await client.query("BEGIN");
    await client.query("SELECT set_config('sealport.tenant', $1, true)", [tenant]);
    return (await client.query(statement)).rowCount ?? 0;
  } catch (error) {
    return error instanceof Error ? String(Reflect.get(error, "code")) : "unknown";
  } finally {
    await client.query("ROLLBACK");
  }
}

interface Rights {
  readonly select: readonly string[];
  readonly insert: readonly string[];
  readonly update: readonly string[];
  readonly delete: boolean;
}

async function rightsOf(login: LoginRole): Promise<ReadonlyMap<string, Rights>> {
  const columns = (right: string) =>
    `(SELECT coalesce(array_agg(a.attname::text), '{}') FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0
       AND NOT a.attisdropped AND a.attgenerated = '' AND has_column_privilege($1, c.oid, a.attnum, '${right}')) AS ${right}`;
  const { rows } = await admin.query<Rights & { readonly name: string }>(
    `SELECT c.relname::text AS name, ${columns("select")}, ${columns("insert")}, ${columns("update")},
       has_table_privilege($1, c.oid, 'DELETE') AS delete
     FROM pg_class c WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace`,
    [login],
  );
  return new Map(rows.map((row) => [row.name, row]));
}

const NONE: Rights = { select: [], insert: [], update: [], delete: false };

/** Each statement that a login may send about a table, with what it must give for its own tenant, for another and for none. */
function statementsOn(
  table: Table,
  rights: Rights,
): { readonly text: string; readonly counts: readonly unknown[] }[] {
  const name = quoted(table.name);
  const made = [];
  const [shown] = rights.select;
  // Which tenants there are is public.
  if (shown !== undefined)
    made.push({
      text: `SELECT ${quoted(shown)} FROM ${name}`,
      counts: table.name === "tenant" ? [2, 2, 2] : [1, 0, 0],
    });
  const changed = table.columns.find(
    (column) => rights.update.includes(column.name) && column.name !== table.key,
  );
  if (changed !== undefined)
    made.push({
      text: `UPDATE ${name} SET ${quoted(changed.name)} = ${someValue(changed.type)}`,
      counts: [1, 0, 0],
    });
  if (rights.update.includes(table.key))
    made.push({ text: `UPDATE ${name} SET ${quoted(table.key)} = '${OTHERS}'`, counts: ["42501", 0, 0] });
  if (rights.delete) made.push({ text: `DELETE FROM ${name}`, counts: [1, 0, 0] });
  if (rights.insert.includes(table.key)) {
    const granted = table.columns.filter((column) => rights.insert.includes(column.name));
    made.push({ text: insertInto(table, OWN, granted), counts: [expect.anything(), "42501", "42501"] });
  }
  return made;
}

describe("each login sees and changes its tenant's rows only, in every table", () => {
  it.each([...LOGIN_ROLE_NAMES])("%s", async (login) => {
    const rights = await rightsOf(login);
    for (const table of tables)
      for (const { text, counts } of statementsOn(table, rights.get(table.name) ?? NONE)) {
        const found = [];
        for (const tenant of [OWN, NONES, ""]) found.push(await attempt(login, tenant, text));
        expect([text, found]).toEqual([text, counts]);
      }
  });

  it("rows are there for both tenants, so that a count of one is the wall's work", async () => {
    for (const { name } of tables) {
      const { rows } = await admin.query(`SELECT count(*)::int AS n FROM ${quoted(name)}`);
      expect([name, rows[0]?.n]).toEqual([name, 2]);
    }
  });
});

describe("a connection", () => {
  it("of a pool names its tenant from its beginning, in statements that are prepared and in those that are not", async () => {
    const url = String(database.appUrl).replace(/.options=[^&]*/, "");
    for (const [tenantId, count] of [
      [OWN, 1],
      [NONES, 0],
      [undefined, 0],
    ] as const) {
      const db = openDatabase({ url, maxConnections: 1, tenantId });
      const text = "SELECT id FROM organisation";
      const statement = { name: "tenancy", text, values: () => [] };
      expect((await db.pool.query(text)).rowCount).toBe(count);
      expect(await db.run(statement, undefined)).toHaveLength(count);
      expect(await db.prisma.organisation.count()).toBe(count);
      await db.close();
    }
  });

  it("of the owner sees all rows when it names no tenant, for a migration, and else those of one", async () => {
    for (const [tenantId, count] of [
      [undefined, 2],
      [OTHERS, 1],
      [NONES, 0],
    ] as const) {
      const owner = openOwnerPool(database.adminUrl, tenantId);
      expect((await owner.query("SELECT id FROM organisation")).rowCount).toBe(count);
      await owner.end();
    }
  });

  it("that calls a function with the owner's rights finds nothing without a tenant", async () => {
    const text = 'SELECT * FROM audit_retention_effect(\'{"classes": {}, "roles": {}}\', 0)';
    await admin.query(
      "UPDATE audit_leaf SET log = (SELECT log FROM audit_head h WHERE h.tenant_id = audit_leaf.tenant_id)",
    );
    expect(await attempt("sealport_app_login", "", text)).toBe(0);
  });
});

/** Returns the tables whose wall is not as 9_tenancy makes it. */
async function breaches(): Promise<string[]> {
  const { rows } = await admin.query<{ name: string }>(
    `SELECT c.relname::text AS name FROM pg_class c
     WHERE c.relkind IN ('r', 'p', 'm', 'f') AND c.relnamespace = 'public'::regnamespace AND c.relname <> ALL ($1)
       AND (NOT c.relrowsecurity OR NOT c.relforcerowsecurity
         OR (SELECT array_agg(concat_ws(' ', p.polname, p.polcmd, p.polpermissive, p.polroles::regrole[],
               pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)) ORDER BY p.polname)
             FROM pg_policy p WHERE p.polrelid = c.oid) IS DISTINCT FROM
            (SELECT array_agg(concat_ws(' ', p.polname, p.polcmd, p.polpermissive, p.polroles::regrole[],
               pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)) ORDER BY p.polname)
             FROM pg_policy p WHERE p.polrelid = 'organisation'::regclass)) ORDER BY 1`,
    [[...Object.keys(UNWALLED), "tenant"]],
  );
  return rows.map((row) => row.name);
}

describe("the catalog", () => {
  it("has the same wall around every table, and a table without it is found", async () => {
    expect(await breaches()).toEqual([]);
    const { rows } = await admin.query(
      "SELECT polname::text AS name, polroles::regrole[]::text AS roles FROM pg_policy WHERE polrelid = 'organisation'::regclass ORDER BY 1",
    );
    expect(rows).toEqual([
      { name: "tenant_owner", roles: "{sealport_owner}" },
      { name: "tenant_wall", roles: "{-}" },
    ]);
    await admin.query("CREATE TABLE unwalled (tenant_id uuid)");
    expect(await breaches()).toEqual(["unwalled"]);
    await admin.query("SELECT tenant_wall('unwalled')");
    expect(await breaches()).toEqual([]);
    await admin.query("DROP TABLE unwalled");
  });

  it("has no role of ours that is exempt", async () => {
    const { rows } = await admin.query(
      "SELECT rolname::text AS name, rolbypassrls OR rolsuper AS exempt FROM pg_roles WHERE rolname = ANY ($1)",
      [[...GROUP_ROLES, ...LOGIN_ROLE_NAMES]],
    );
    expect(rows).toHaveLength(GROUP_ROLES.length + LOGIN_ROLE_NAMES.length);
    expect(rows.filter(({ exempt }) => exempt)).toEqual([]);
  });

  it("has no index that the wall keeps from being used: on an expression, or by an operator that may reveal what it compares", async () => {
    const { rows } = await admin.query(
      `SELECT i.indexrelid::regclass::text AS name FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
       WHERE c.relnamespace = 'public'::regnamespace AND c.relrowsecurity
         AND ((i.indexprs IS NOT NULL AND NOT i.indisunique)
           OR EXISTS (SELECT 1 FROM unnest(i.indclass) AS k(class) JOIN pg_opclass o ON o.oid = k.class
             JOIN pg_amop m ON m.amopfamily = o.opcfamily JOIN pg_operator p ON p.oid = m.amopopr JOIN pg_proc f ON f.oid = p.oprcode
             WHERE m.amoplefttype = o.opcintype AND m.amoprighttype = o.opcintype AND NOT f.proleakproof)) ORDER BY 1`,
    );
    expect(rows.map((row) => row.name)).toEqual([]);
  });
});
