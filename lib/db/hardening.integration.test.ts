import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { uuidv7 } from "@/lib/crypto/uuid";
import { LOGIN_ROLE_NAMES, type LoginRole } from "@/lib/db/bootstrap-roles";
import { ALLOWED, CALLABLE, OWNERS_ONLY, UNWATCHED } from "@/lib/testing/contracts/database-grants";
import { createTestDatabase, type TestDatabase } from "@/lib/testing/servers/database";

let database: TestDatabase;
let admin: Client;
const logins = new Map<string, Client>();

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

async function connect(url: string): Promise<Client> {
  const client = new Client({ connectionString: url });
  client.on("error", () => undefined);
  await client.connect();
  return client;
}

beforeAll(async () => {
  database = await createTestDatabase();
  admin = await connect(database.adminUrl);
  for (const login of LOGIN_ROLE_NAMES) logins.set(login, await connect(String(database[URL_OF[login]])));
});
afterAll(async () => {
  await Promise.all([...logins.values()].map((client) => client.end()));
  await admin?.end();
  await database?.drop();
});

/** Tries statements in a transaction that is rolled back, up to its deferred triggers; gives the SQLSTATE, or "allowed". */
async function attempt(login: string, ...statements: readonly string[]): Promise<string> {
  const client = logins.get(login);
  if (client === undefined) throw new TypeError(`no login ${login}`);
  try {
    await client.query("BEGIN");
    for (const statement of statements) await client.query(statement);
    await client.query("SET CONSTRAINTS ALL IMMEDIATE");
    return "allowed";
  } catch (error) {
    return error instanceof Error ? String(Reflect.get(error, "code")) : "unknown";
  } finally {
    await client.query("ROLLBACK");
  }
}

async function texts(sql: string, values: unknown[] = []): Promise<string[]> {
  return (await admin.query<{ text: string }>(sql, values)).rows.map((row) => row.text);
}

const tables = () =>
  texts(
    "SELECT relname::text AS text FROM pg_class WHERE relkind IN ('r','p','m','f') AND relnamespace = 'public'::regnamespace",
  );

const REFUSED = /^(42501|SP001|SP002|SP004)$/;

describe("what each login may change is what the table lists, for every table of the database", () => {
  it("every table is listed, and only existing ones", async () => {
    const listed = [...new Set([...OWNERS_ONLY, ...Object.values(ALLOWED).flatMap(Object.keys)])].sort();
    expect((await tables()).sort()).toEqual(listed);
  });

  it.each([...LOGIN_ROLE_NAMES])("%s", async (login) => {
    const { rows } = await admin.query<{
      name: string;
      whole: string[] | null;
      inserts: string;
      updates: string;
    }>(
      `SELECT c.relname::text AS name,
         (SELECT array_agg(v) FROM unnest(ARRAY['DELETE','INSERT','MAINTAIN','REFERENCES','TRIGGER','TRUNCATE','UPDATE']) v
          WHERE has_table_privilege($1, c.oid, v)) AS whole,
         (SELECT string_agg(a.attname, ' ' ORDER BY a.attname) FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0
          AND NOT a.attisdropped AND has_column_privilege($1, c.oid, a.attnum, 'INSERT')) AS inserts,
         (SELECT string_agg(a.attname, ' ' ORDER BY a.attname) FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0
          AND NOT a.attisdropped AND has_column_privilege($1, c.oid, a.attnum, 'UPDATE')) AS updates
       FROM pg_class c WHERE relkind IN ('r','p','m','f') AND relnamespace = 'public'::regnamespace`,
      [login],
    );
    const may = rows.flatMap(({ name, whole, inserts, updates }) => {
      const verbs = [...(whole ?? [])];
      if (inserts && !verbs.includes("INSERT")) verbs.push(`INSERT(${inserts})`);
      if (updates && !verbs.includes("UPDATE")) verbs.push(`UPDATE(${updates})`);
      return verbs.length === 0 ? [] : [[name, verbs.sort().join(" ")]];
    });
    expect(Object.fromEntries(may)).toEqual(ALLOWED[login]);
  });

  it.each([...LOGIN_ROLE_NAMES])("%s calls only the functions that are listed", async (login) => {
    const callable = await texts(
      `SELECT proname::text AS text FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND has_function_privilege($1, oid, 'EXECUTE')`,
      [login],
    );
    expect(callable.sort()).toEqual([...(CALLABLE[login] ?? [])]);
  });
});

describe("no login can bypass its grants", () => {
  it.each([...LOGIN_ROLE_NAMES])(
    "%s: triggers, rules, roles, schemas, functions and replication stay out of reach",
    async (login) => {
      for (const table of await tables()) {
        for (const statement of [
          `TRUNCATE ${table} CASCADE`,
          `ALTER TABLE ${table} DISABLE TRIGGER ALL`,
          `ALTER TABLE ${table} ADD COLUMN mine text`,
          `ALTER TABLE ${table} OWNER TO ${login}`,
          `ALTER TABLE ${table} DISABLE ROW LEVEL SECURITY`,
          `CREATE RULE mine AS ON INSERT TO ${table} DO INSTEAD NOTHING`,
          `CREATE TRIGGER mine BEFORE INSERT ON ${table} FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()`,
          `DROP TABLE ${table} CASCADE`,
          `CREATE INDEX ON ${table} ((1))`,
          `LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`,
        ]) {
          const code = await attempt(login, statement);
          const isOwnLock =
            statement.startsWith("LOCK") && /DELETE|UPDATE(?!\()/.test(ALLOWED[login]?.[table] ?? "");
          if (!isOwnLock)
            expect([statement, code]).toEqual([statement, expect.stringMatching(/^(42501|42P07|42809)$/)]);
        }
      }
      const functions = await texts(
        "SELECT oid::regprocedure::text AS text FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
      );
      for (const name of functions) {
        expect([name, await attempt(login, `ALTER FUNCTION ${name} RESET ALL`)]).toEqual([name, "42501"]);
        expect([name, await attempt(login, `DROP FUNCTION ${name} CASCADE`)]).toEqual([name, "42501"]);
      }
      for (const statement of [
        "SET session_replication_role = replica",
        "SET ROLE sealport_owner",
        "SET SESSION AUTHORIZATION sealport_owner",
        "CREATE ROLE mine SUPERUSER",
        `GRANT sealport_owner TO ${login}`,
        "CREATE SCHEMA mine",
        "CREATE TABLE mine (a int)",
        "CREATE FUNCTION public.audit_require_entry() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
        "CREATE OR REPLACE FUNCTION audit_is_through(p_door text) RETURNS boolean LANGUAGE sql AS 'SELECT true'",
        "ALTER SCHEMA public OWNER TO current_user",
        "ALTER DATABASE template1 OWNER TO current_user",
        "COPY audit_leaf FROM PROGRAM 'true'",
        "COPY audit_entry TO '/tmp/mine'",
        "SELECT pg_terminate_backend(pg_postmaster_start_time() IS NULL::int) FROM pg_read_file('PG_VERSION')",
        "SELECT pg_read_file('PG_VERSION')",
        "CREATE EXTENSION dblink",
        "CREATE EVENT TRIGGER mine ON ddl_command_start EXECUTE FUNCTION pg_catalog.now()",
        "ALTER SYSTEM SET session_replication_role = replica",
      ]) {
        const code = await attempt(login, statement);
        expect([statement, code]).not.toEqual([statement, "allowed"]);
      }
    },
  );

  it("roles are members of their group only, and none may create, bypass or inherit more", async () => {
    const { rows } = await admin.query(
      `SELECT r.rolname::text AS name, r.rolsuper OR r.rolcreaterole OR r.rolcreatedb OR r.rolreplication OR r.rolbypassrls AS strong,
         ARRAY(SELECT g.rolname::text FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid WHERE m.member = r.oid) AS groups
       FROM pg_roles r WHERE r.rolname LIKE 'sealport%login'`,
    );
    expect(rows).toHaveLength(LOGIN_ROLE_NAMES.length);
    for (const row of rows) {
      expect(row.strong).toBe(false);
      expect(row.groups).toHaveLength(1);
      expect(row.groups[0]).not.toBe("sealport_owner");
    }
  });

  it("no cascade reaches the log or a watched table, and no rule rewrites a statement", async () => {
    expect(
      await texts(
        "SELECT conname::text AS text FROM pg_constraint WHERE contype = 'f' AND confdeltype IN ('c','n','d')",
      ),
    ).toEqual([]);
    expect(
      await texts(
        "SELECT rulename::text AS text FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class WHERE c.relnamespace = 'public'::regnamespace AND r.rulename <> '_RETURN'",
      ),
    ).toEqual([]);
  });

  it("a view reads with the rights of its reader, and no login may write through one", async () => {
    const VIEWS = "c.relkind = 'v' AND c.relnamespace = 'public'::regnamespace";
    expect(
      await texts(
        `SELECT relname::text AS text FROM pg_class c WHERE ${VIEWS} AND NOT coalesce(reloptions @> '{security_invoker=true}', false)`,
      ),
    ).toEqual([]);
    expect(
      await texts(
        `SELECT c.relname || ' ' || a.privilege_type AS text FROM pg_class c, aclexplode(c.relacl) a WHERE ${VIEWS} AND a.privilege_type <> 'SELECT' AND a.grantee <> c.relowner`,
      ),
    ).toEqual([]);
  });

  it("every function of ours names its schema search, and only five run with the owner's rights: erasing, pruning, the preview of a change of periods, and setting the periods of an activation and of a new tenant", async () => {
    expect(
      await texts(
        `SELECT proname::text AS text FROM pg_proc WHERE pronamespace = 'public'::regnamespace
         AND NOT coalesce(proconfig, '{}') @> ARRAY['search_path=public, pg_temp']`,
      ),
    ).toEqual([]);
    expect(
      (
        await texts(
          "SELECT proname::text AS text FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef",
        )
      ).sort(),
    ).toEqual([
      "audit_erase",
      "audit_prune",
      "audit_retention_effect",
      "policy_activation_retention",
      "tenant_retention",
    ]);
  });
});

describe("no act without its record, on every table", () => {
  it("every table has the completeness trigger on insert, update and delete, always on and deferred, except tables with a stated reason", async () => {
    const { rows } = await admin.query<{
      name: string;
      triggers: { always: boolean; deferred: boolean; type: number; made: string | null }[];
    }>(
      `SELECT c.relname::text AS name, coalesce(json_agg(json_build_object('always', t.tgenabled = 'A', 'deferred', t.tginitdeferred, 'type', t.tgtype,
           'made', t.tgnewtable)) FILTER (WHERE t.oid IS NOT NULL), '[]') AS triggers
       FROM pg_class c LEFT JOIN (pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid) ON t.tgrelid = c.oid
         AND p.proname IN ('audit_require_entry', c.relname || '_entered')
       WHERE c.relkind IN ('r','p') AND c.relnamespace = 'public'::regnamespace GROUP BY 1`,
    );
    const bare = rows.filter((row) => row.triggers.length === 0).map((row) => row.name);
    expect(bare.sort()).toEqual(Object.keys(UNWATCHED).sort());
    for (const { name, triggers } of rows.filter((row) => row.triggers.length > 0)) {
      expect([name, triggers.every((trigger) => trigger.always)]).toEqual([name, true]);
      // pg_trigger.tgtype: row 1, insert 4, delete 8, update 16. A trigger on inserted rows may run once a statement, at its end.
      const once = triggers.filter(({ deferred }) => !deferred);
      expect([name, once.every(({ type, made }) => type === 4 && made === "made")]).toEqual([name, true]);
      // A compartment is made by the entry that needs it.
      const wanted = name === "audit_compartment" ? 24 : 28;
      const events = triggers.reduce((all, trigger) => all | trigger.type, 0) & 28;
      expect([name, events]).toEqual([name, wanted]);
    }
  });

  it("every trigger except the announcements is always on, and no watched table can be truncated", async () => {
    expect(
      await texts(
        "SELECT tgname::text AS text FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'A' AND tgname NOT LIKE '%\\_announced'",
      ),
    ).toEqual([]);
    const kept = await texts(
      "SELECT tgrelid::regclass::text AS text FROM pg_trigger WHERE NOT tgisinternal AND (tgtype & 32) <> 0",
    );
    const watched = (await tables()).filter((name) => UNWATCHED[name] === undefined);
    expect(watched.filter((name) => !kept.includes(name))).toEqual([]);
  });

  it("a temporary table in front of the queue gives no proof", async () => {
    const id = uuidv7(Date.now());
    const app = String(
      await attempt(
        "sealport_app_login",
        "CREATE TEMP TABLE audit_queue (xid xid8, subject text, action text, entry_id uuid)",
        `INSERT INTO pg_temp.audit_queue VALUES (pg_current_xact_id(), 'participant:x', 'participant.create', '${id}')`,
        "SET search_path = pg_temp, public",
        `INSERT INTO public.participant (id, tenant_id, organisation_id, role) VALUES ('x', '${database.tenantId}', '${id}', 'client')`,
      ),
    );
    expect(app).toMatch(/^(SP001|42501)$/);
  });

  it("every check holds for all rows, and a compartment has a known kind and a key of a sealed key's length", async () => {
    expect(await texts("SELECT conname::text AS text FROM pg_constraint WHERE NOT convalidated")).toEqual([]);
    const compartment = (kind: string, key: string) =>
      attempt(
        "sealport_app_login",
        `INSERT INTO audit_compartment (id, tenant_id, kind, subject, sealed_key)
         VALUES (gen_random_uuid(), '${database.tenantId}', '${kind}', 'x', ${key})`,
      );
    expect(await compartment("subject", "decode(repeat('00', 61), 'hex')")).toBe("allowed");
    expect(await compartment("subject", "decode(repeat('00', 2000), 'hex')")).toBe("23514");
    expect(await compartment("y", "NULL")).toBe("23514");
  });

  it("a login cannot write columns that the database sets, or rows that only another login makes", async () => {
    const id = uuidv7(Date.now());
    for (const [login, statement] of [
      [
        "sealport_app_login",
        `INSERT INTO audit_queue (id, entry_id, tenant_id, subject, action) VALUES (1, '${id}', '${id}', 's', 'a')`,
      ],
      [
        "sealport_app_login",
        `INSERT INTO audit_queue (entry_id, tenant_id, subject, action, xid) VALUES ('${id}', '${id}', 's', 'a', '9')`,
      ],
      [
        "sealport_app_login",
        `INSERT INTO audit_queue (entry_id, tenant_id, subject, action) VALUES ('${id}', '${id}', 's', 'a')`,
      ],
      ["sealport_app_login", "COPY audit_entry (id, xid) FROM STDIN"],
      ["sealport_app_login", `INSERT INTO audit_leaf VALUES ('l', 0, '${id}', '${id}', '', '')`],
      ["sealport_app_login", "SELECT setval('audit_queue_id_seq', 1)"],
      ["sealport_app_login", `INSERT INTO audit_action_rule VALUES ('participant', 'INSERT', 'audit.read')`],
      ["sealport_app_login", "INSERT INTO request_transition VALUES ('draft', 'approved', 'mine')"],
      ["sealport_app_login", "UPDATE audit_retention SET days = 1"],
      ["sealport_app_login", "SELECT audit_write('done', 'log', 'log.recovery', NULL, NULL)"],
      ["sealport_retention_login", "SELECT audit_take_retention('{}')"],
      ["sealport_app_login", "SELECT audit_take_retention('{}')"],
      ["sealport_retention_login", "DELETE FROM audit_entry"],
      [
        "sealport_sequencer_login",
        "INSERT INTO audit_head VALUES ('other', gen_random_uuid(), 0, '', '', '{}'), ('more', gen_random_uuid(), 0, '', '', '{}')",
      ],
      [
        "sealport_sequencer_login",
        `INSERT INTO audit_entry (id, log, tenant_id, at, class, outcome, bytes) VALUES ('${id}', 'l', '${id}', 'a', 'c', 'o', '')`,
      ],
      ["sealport_auditor_login", "SELECT * FROM credential"],
      ["sealport_signer_login", "SELECT * FROM audit_part"],
      ["sealport_custodian_login", "SELECT * FROM audit_compartment"],
    ] as const) {
      expect([statement, await attempt(login, statement)]).toEqual([
        statement,
        expect.stringMatching(REFUSED),
      ]);
    }
  });
});
