import { readFileSync } from "node:fs";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import os from "node:os";
import path from "node:path";
import { TLSSocket } from "node:tls";
import { Client, escapeIdentifier } from "pg";
import { afterAll, beforeAll, describe, expect, inject, it, test } from "vitest";
import { type Clock, fixedClock, systemClock } from "@/lib/clock";
import { bootstrapRoles, urlFor } from "@/lib/db/bootstrap-roles";
import { holdsInstance, requireDatabase, requireLogin } from "@/lib/db/check-database";
import { openDatabase } from "@/lib/db/client";
import { createClient, createPool } from "@/lib/db/connection";
import { startEmbeddedDatabase } from "@/lib/db/embedded/embedded-database";
import { openListener } from "@/lib/db/listen";
import { migrate, OWNER_ROLE, openOwnerPool } from "@/lib/db/migrate";
import { openPool } from "@/lib/db/pool";
import { createLogger } from "@/lib/telemetry/logger";
import { queryAs } from "@/lib/testing/benches/query-as";
import { makeTempFolder } from "@/lib/testing/data-folder";
import { CA_EXTENSIONS } from "@/lib/testing/servers/certificate-authority";
import { createTestDatabase, type TestDatabase } from "@/lib/testing/servers/database";
import { type Issued, issue } from "@/lib/testing/servers/time-stamp-authority";

describe("a connection", () => {
  /** A schema that comes before PostgreSQL's own, for a client that connects to this database without our settings. */
  const EVIL = `
  CREATE SCHEMA evil;
  GRANT USAGE ON SCHEMA evil TO PUBLIC;
  CREATE FUNCTION evil.upper(text) RETURNS text LANGUAGE sql AS $$ SELECT 'shadowed' $$;
  CREATE FUNCTION evil.never(uuid, uuid) RETURNS boolean LANGUAGE sql AS $$ SELECT false $$;
  CREATE OPERATOR evil.= (LEFTARG = uuid, RIGHTARG = uuid, FUNCTION = evil.never);
  CREATE DOMAIN evil.int4 AS text;
  CREATE TABLE evil.tenant (id uuid);
  INSERT INTO evil.tenant VALUES (gen_random_uuid());
  GRANT SELECT ON evil.tenant TO PUBLIC`;

  const QUESTION = `SELECT upper('x') AS upper, u.id = u.id AS same, pg_typeof('1'::int4)::text AS type,
  'tenant'::regclass = 'public.tenant'::regclass AS ours, current_setting('timezone') AS zone
  FROM (SELECT gen_random_uuid() AS id) u`;
  const HONEST = { upper: "X", same: true, type: "integer", ours: true, zone: "UTC" };

  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
    await queryAs(database.adminUrl, EVIL);
    const name = escapeIdentifier(database.name);
    await queryAs(
      database.adminUrl,
      `ALTER DATABASE ${name} SET search_path = pg_temp, evil, pg_catalog, public;
     ALTER DATABASE ${name} SET timezone = 'Asia/Tokyo'`,
    );
  });
  afterAll(() => database.drop());

  /** The same login, asking for the schema in its URL. */
  function asking(url: string): string {
    const asked = new URL(url);
    asked.searchParams.set("options", "-c search_path=evil,pg_catalog,public -c statement_timeout=70000");
    return asked.href;
  }

  it("that the server ends while it is lent out fails its next statement, and not the process", async () => {
    const pool = createPool(database.appUrl);
    const client = await pool.connect();
    const [own] = (await client.query<{ pid: number }>("SELECT pg_backend_pid() AS pid")).rows;
    await queryAs(database.adminUrl, "SELECT pg_terminate_backend($1)", [own?.pid]);
    await expect
      .poll(() =>
        client.query("SELECT 1").then(
          () => "answers",
          () => "fails",
        ),
      )
      .toBe("fails");
    client.release(true);
    await pool.end();
  });

  describe("a name of PostgreSQL's own or of ours resolves to its own schema", () => {
    it("which a connection without our beginning would not, so that the answers below are of their cause", async () => {
      // The logins of the parts have the settings of their roles as well.
      const [answer] = await queryAs(database.adminUrl, QUESTION);
      expect(answer).toEqual({
        upper: "shadowed",
        same: false,
        type: "int4",
        ours: false,
        zone: "Asia/Tokyo",
      });
    });

    const urls = () => [
      ["the database's default", database.appUrl],
      ["its own URL", asking(database.appUrl)],
    ];

    it("in the pools of the processes, by Prisma and without, whatever database and URL say", async () => {
      for (const [what, url] of urls()) {
        const db = openDatabase({ url: String(url), maxConnections: 1 });
        try {
          expect([what, (await db.pool.query(QUESTION)).rows]).toEqual([what, [HONEST]]);
          expect([what, await db.prisma.$queryRawUnsafe(QUESTION)]).toEqual([what, [HONEST]]);
        } finally {
          await db.close();
        }
      }
    });

    it("in single connections, and in the owner's", async () => {
      for (const [what, url] of urls()) {
        const client = createClient(String(url));
        await client.connect();
        expect([what, (await client.query(QUESTION)).rows]).toEqual([what, [HONEST]]);
        await client.end();
      }
      const owner = openOwnerPool(database.adminUrl);
      const { rows } = await owner.query("SELECT current_user::text AS role, upper('x') AS upper");
      await owner.end();
      expect(rows).toEqual([{ role: "sealport_owner", upper: "X" }]);
    });

    it("are found in our schemas also when a login has changed the default of its own sessions", async () => {
      await queryAs(
        database.signerUrl,
        `ALTER ROLE CURRENT_USER IN DATABASE ${escapeIdentifier(database.name)} SET search_path = evil, pg_catalog, public`,
      );
      const pool = openPool({ url: database.signerUrl, maxConnections: 1 });
      const { rows } = await pool.query(QUESTION);
      await pool.end();
      expect(rows).toEqual([HONEST]);
    });

    it("and what else a URL asks for stays", async () => {
      const client = createClient(`${asking(database.appUrl)}&application_name=asked`);
      await client.connect();
      const { rows } = await client.query(
        "SELECT current_setting('statement_timeout') AS timeout, current_setting('application_name') AS name",
      );
      await client.end();
      expect(rows).toEqual([{ timeout: "70s", name: "asked" }]);
    });

    it("so that another schema's table makes no instance", async () => {
      expect(await holdsInstance("DATABASE_URL", database.appUrl)).toBe(false);
    });

    it("and a migration makes its objects among ours", async () => {
      const folder = await mkdtemp(path.join(os.tmpdir(), "sealport-migrations-"));
      try {
        await cp("prisma/migrations/migration_lock.toml", path.join(folder, "migration_lock.toml"));
        await mkdir(path.join(folder, "1_made"));
        await writeFile(path.join(folder, "1_made", "migration.sql"), "CREATE TABLE made (id uuid);");
        const { adminUrl, passwords } = inject("testServer");
        await bootstrapRoles({ adminUrl, database: "migrate_other", passwords });
        const url = urlFor(adminUrl, undefined, "migrate_other");
        await queryAs(
          url,
          `CREATE SCHEMA other_schema AUTHORIZATION ${OWNER_ROLE};
           ALTER DATABASE migrate_other SET search_path = other_schema, public`,
        );
        expect(await migrate(url, folder)).toEqual(["1_made"]);
        const made = "SELECT schemaname::text AS schema FROM pg_tables WHERE tablename = 'made'";
        expect(await queryAs(url, made)).toEqual([{ schema: "public" }]);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    });
  });

  describe("what the portal's login makes for itself comes last in the search path", () => {
    it("a temporary table or type hides no other, where a database lets all logins make them", async () => {
      await queryAs(
        database.adminUrl,
        `GRANT TEMPORARY ON DATABASE ${escapeIdentifier(database.name)} TO PUBLIC`,
      );
      const pool = openPool({ url: database.appUrl, maxConnections: 1 });
      try {
        await pool.query("CREATE TEMP TABLE tenant (id uuid)");
        await pool.query("CREATE DOMAIN pg_temp.int4 AS text");
        await pool.query(
          "CREATE FUNCTION pg_temp.upper(text) RETURNS text LANGUAGE sql AS $$ SELECT 'shadowed' $$",
        );
        expect((await pool.query(QUESTION)).rows).toEqual([HONEST]);
      } finally {
        await pool.end();
      }
    });

    it("the portal's login makes no schema, and no object in ours", async () => {
      const pool = openPool({ url: database.appUrl, maxConnections: 1 });
      try {
        for (const statement of [
          "CREATE SCHEMA mine",
          "CREATE TABLE public.mine ()",
          "CREATE FUNCTION public.upper(text) RETURNS text LANGUAGE sql AS $$ SELECT 'mine' $$",
          "CREATE OPERATOR public.= (LEFTARG = uuid, RIGHTARG = uuid, FUNCTION = uuid_ne)",
          "CREATE TABLE evil.mine ()",
        ])
          await expect(pool.query(statement), statement).rejects.toMatchObject({ code: "42501" });
      } finally {
        await pool.end();
      }
    });
  });
});

describe("the check of the database", () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(async () => {
    await database.drop();
  });

  /** The URL with one part replaced. */
  function changed(url: string, change: (parsed: URL) => void): string {
    const parsed = new URL(url);
    change(parsed);
    return parsed.toString();
  }

  test("a database that accepts our login is usable, and one that is only migrated has no instance", async () => {
    await requireDatabase("DATABASE_URL", database.appUrl);
    expect(await holdsInstance("DATABASE_URL", database.appUrl)).toBe(false);
  });

  test.each([
    ["refuses this user or password", (url: URL) => (url.password = "wrong-password")],
    ["refuses this user or password", (url: URL) => (url.username = "nobody_known")],
    ["has no database of this name", (url: URL) => (url.pathname = "/no_such_database")],
  ])("one that does not is named by its variable: %s", async (reason, change) => {
    const url = changed(database.adminUrl, change);
    const failed: unknown = await requireDatabase("SIGNER_DATABASE_URL", url).catch(
      (error: unknown) => error,
    );
    expect(String(failed)).toContain(`The database ${reason}. Check SIGNER_DATABASE_URL `);
    expect(String(failed)).not.toContain("wrong-password");
  });

  describe("over TLS", () => {
    const SERVER = "basicConstraints=CA:FALSE\nsubjectAltName=IP:127.0.0.1\n";
    let folder: string;
    let authority: string;
    /** Certificates that a server may show, by what is wrong with them. */
    let shown: Record<"self-signed" | "of another authority" | "of another name" | "expired", Issued>;

    beforeAll(async () => {
      folder = await makeTempFolder("sealport-database-tls-");
      const ca = await issue(folder, "ca", { extensions: CA_EXTENSIONS });
      const other = await issue(folder, "other-ca", { extensions: CA_EXTENSIONS });
      authority = ca.certificate;
      const past = ["-not_before", "20250101000000Z", "-not_after", "20250102000000Z"];
      shown = {
        "self-signed": await issue(folder, "self", { extensions: SERVER }),
        "of another authority": await issue(folder, "foreign", { issuer: other, extensions: SERVER }),
        "of another name": await issue(folder, "elsewhere", {
          ...{ issuer: ca, extensions: SERVER.replace("IP:127.0.0.1", "DNS:db.example.org") },
        }),
        expired: await issue(folder, "expired", { issuer: ca, extensions: SERVER, validity: past }),
      };
    });
    afterAll(() => rm(folder, { recursive: true, force: true }));

    /** Runs `use` with the port of a server that accepts PostgreSQL's request for TLS and shows this certificate. */
    async function withServer<T>(issued: Issued, use: (port: number) => Promise<T>): Promise<T> {
      const [cert, key] = [readFileSync(issued.certificate), readFileSync(issued.key)];
      const server = createServer((socket) => {
        socket.on("error", () => undefined);
        socket.once("data", () => {
          socket.write("S");
          new TLSSocket(socket, { isServer: true, cert, key }).on("error", () => undefined);
        });
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      try {
        return await use((server.address() as AddressInfo).port);
      } finally {
        server.close();
      }
    }

    const url = (port: number, ca: string) =>
      `postgresql://u:hunter2@127.0.0.1:${port}/x?sslmode=verify-full&sslrootcert=${ca}`;
    const failureOf = async (address: string) =>
      String(
        await requireLogin("DATABASE_URL", address, { clock: systemClock }).catch((error: unknown) => error),
      );

    test.each(["self-signed", "of another authority", "of another name", "expired"] as const)(
      "a database whose certificate is %s ends the part with one line that names its variable",
      async (wrong) => {
        const line = await withServer(shown[wrong], (port) => failureOf(url(port, authority)));
        expect(line).toMatch(
          /^StartError: The database shows a certificate that is refused \([A-Z_]+\)\. Check DATABASE_URL [^\n]+$/,
        );
        expect(line).not.toContain("hunter2");
      },
    );

    test("a file of authorities that cannot be read, or has none, ends the part in the same way", async () => {
      const wrong = path.join(folder, "wrong.pem");
      await writeFile(wrong, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
      for (const file of [path.join(folder, "missing.pem"), folder, wrong]) {
        const line = await withServer(shown["self-signed"], (port) => failureOf(url(port, file)));
        expect(line).toMatch(/^StartError: The database [^\n]+ Check DATABASE_URL [^\n]+$/);
        expect(line).not.toContain("hunter2");
      }
    });
  });

  test("a part that starts is refused by a wrong login or another clock, and waits for a server that is away", async () => {
    const login = (url: string, clock: Clock = systemClock) => requireLogin("DATABASE_URL", url, { clock });
    expect(await login(database.appUrl)).toBe(true);
    expect(await login("postgresql://a:b@127.0.0.1:1/x")).toBe(false);
    const wrong = changed(database.appUrl, (url) => {
      url.password = "wrong-password";
    });
    await expect(login(wrong)).rejects.toThrow(/refuses this user or password. Check DATABASE_URL/);
    const near = fixedClock(new Date(Date.now() + 50_000));
    expect(await login(database.appUrl, near)).toBe(true);
    const far = fixedClock(new Date(Date.now() - 3_600_000));
    await expect(login(database.appUrl, far)).rejects.toThrow(
      /database of DATABASE_URL differ by 3\d+ seconds/,
    );
  });

  test("a database without our tables is not taken for a used one", async () => {
    const bare = changed(database.adminUrl, (url) => {
      url.pathname = "/postgres";
    });
    await expect(holdsInstance("DATABASE_URL", bare)).rejects.toThrow(/DATABASE_URL has no tables yet/);
  });
});

describe("listening", () => {
  async function say(url: string, text: string): Promise<void> {
    const client = new Client({ connectionString: url });
    await client.connect();
    await client.query("SELECT pg_notify('a_channel', $1)", [text]);
    await client.end();
  }

  it("a listener hears again after the server was stopped and started", async () => {
    const dataDir = await makeTempFolder("sealport-listen-");
    await mkdir(path.join(dataDir, "keys"), { mode: 0o700 });
    const start = () =>
      startEmbeddedDatabase({
        dataDir,
        passwordFile: path.join(dataDir, "keys", "superuser"),
        isDurable: false,
      });
    let server = await start();
    const sending = openPool({ url: server.adminUrl });
    const heard: string[] = [];
    let wake: () => void = () => undefined;
    const note = (text: string): void => {
      heard.push(text);
      wake();
    };
    const until = async (text: string): Promise<void> => {
      while (!heard.includes(text))
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    };
    const listener = openListener({
      source: { url: server.adminUrl, pool: sending, logger: createLogger("test", "silent") },
      applicationName: "test",
      channel: "a_channel",
      onMessage: note,
      onListening: () => note(heard.includes("lost") ? "back" : "listening"),
      onLost: () => note("lost"),
    });
    try {
      await until("listening");
      await say(server.adminUrl, "first");
      await until("first");
      await server.stop();
      await until("lost");
      server = await start();
      await until("back");
      await say(server.adminUrl, "second");
      await until("second");
    } finally {
      listener.close();
      await sending.end();
      await server.stop();
      await rm(dataDir, { recursive: true, force: true });
    }
  });
});
