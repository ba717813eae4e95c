import fc from "fast-check";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decideRequest } from "@/lib/access/decisions/decide-request";
import { sameText } from "@/lib/access/decisions/retyped-facts";
import { revokeGrant } from "@/lib/access/grants/revoke-grant";
import { attachAuthorization } from "@/lib/access/legal-authorities/attach-authorization";
import { AuthorizationFactsBody } from "@/lib/access/requests/authorization-schema";
import { changeDraft } from "@/lib/access/requests/change-draft";
import { getRequest } from "@/lib/access/requests/request-view";
import { NewDecision } from "@/lib/access/requests/schema";
import { submitRequest } from "@/lib/access/requests/submit-request";
import { checkIdentity } from "@/lib/access/review/identity-check";
import { utf8 } from "@/lib/crypto/bytes";
import { uuidv7 } from "@/lib/crypto/uuid";
import { type AccessBench, createAccessBench } from "@/lib/testing/benches/access-bench";
import { outcomeOf, refusalOf } from "@/lib/testing/benches/refusal";
import {
  approvalOf,
  createRequestBench,
  draftRequest,
  ensureChecked,
  FACTS,
  IDENTITY,
  ORDER_FILE,
  queryOwner,
  type RequestBench,
  type RequestPerson,
  submittedRequest,
} from "@/lib/testing/benches/request-bench";
import { createOrderSigner, type OrderSigner, registerSigner } from "@/lib/testing/devices/order-signer";
import { pastTriggers } from "@/lib/testing/log/past-triggers";
import { LOCK_WAITS } from "@/lib/testing/servers/database";

let bench: RequestBench;
beforeAll(async () => {
  bench = await createRequestBench();
});
afterAll(() => bench.close());

describe("attaching an order", () => {
  let bench: AccessBench;
  beforeAll(async () => {
    bench = await createAccessBench();
  });
  afterAll(async () => {
    await bench?.close();
  });

  const code = async (run: Promise<unknown>): Promise<string> => (await refusalOf(run)).code;

  const upload = () => ({ filename: "order.pdf", mediaType: "application/pdf", bytes: bench.document });

  async function untilWaiting(owner: Client, waiting: number, isOver: () => boolean): Promise<void> {
    for (;;) {
      const { rows } = await owner.query(`${LOCK_WAITS} AND waits.locktype <> 'advisory'`);
      if (isOver() || rows.length >= waiting) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Attaches until documents are to be written; then the request is submitted, and both continue. */
  async function attachWhileSubmitting(id: string) {
    const owner = new Client({ connectionString: bench.database.adminUrl });
    await owner.connect();
    try {
      await owner.query("BEGIN");
      await owner.query("LOCK TABLE document IN SHARE MODE");
      const other = { ...bench.order, case_number: "SWAPPED" };
      const attached = attachAuthorization(bench.regulator, id, other, upload());
      await untilWaiting(owner, 1, () => false);
      let isSubmitted = false;
      const submitted = submitRequest(bench.regulator, id).finally(() => {
        isSubmitted = true;
      });
      await untilWaiting(owner, 2, () => isSubmitted);
      await owner.query("COMMIT");
      return await Promise.allSettled([attached, submitted]);
    } finally {
      await owner.end();
    }
  }

  describe("a legal authority", () => {
    it("an authority that is attached during submission is the one that was checked, or is refused", async () => {
      const id = await bench.draft();
      await attachAuthorization(bench.regulator, id, bench.order, upload());
      const [attached, submitted] = await attachWhileSubmitting(id);
      expect(submitted.status).toBe("fulfilled");
      const view = await getRequest(bench.regulator, id);
      expect(view.authorization?.state).toBe("legal_review");
      expect(view.authorization?.case_number === "SWAPPED").toBe(attached.status === "fulfilled");
      const { rows } = await bench.query(
        "SELECT authorization_digest FROM access_request WHERE id = $1 AND state = 'stage_1'",
        [id],
      );
      expect(rows[0]).toEqual({ authorization_digest: view.authorization?.record_digest });
    });

    it("a fact that was only read from the file refuses the submission, until a person confirms or types it", async () => {
      const id = await bench.draft();
      const attach = (sources: AuthorizationFactsBody["sources"]) =>
        attachAuthorization(bench.regulator, id, { ...bench.order, sources }, upload());
      await attach({ issuer: "confirmed", case_number: "read", valid_until: "typed" });
      const refusal = await refusalOf(submitRequest(bench.regulator, id));
      expect([refusal.code, refusal.errors?.map(({ pointer }) => pointer)]).toEqual([
        "request.invalid",
        ["/case_number"],
      ]);
      const sources = { issuer: "confirmed", case_number: "confirmed", valid_until: "typed" } as const;
      const { receipt } = await attach(sources);
      await submitRequest(bench.regulator, id);
      expect((await getRequest(bench.regulator, id)).authorization?.sources).toEqual(sources);
      const { rows } = await bench.query(
        "SELECT sources FROM legal_authorization WHERE request_id = $1 ORDER BY id",
        [id],
      );
      expect(rows.at(-1)).toEqual({ sources });
      expect(receipt.entry_id).not.toBe("");
    });

    it("attaching changes the draft's version: a draft seen before it is not changed or submitted unseen", async () => {
      const id = await bench.draft();
      const before = (await getRequest(bench.regulator, id)).version;
      const answer = await attachAuthorization(bench.regulator, id, bench.order, upload());
      expect(answer.request_version).toBe(before + 1);
      const stale = changeDraft(bench.regulator, id, { fields: ["amount"] }, before);
      expect(await code(stale)).toBe("request.outdated");
    });

    it("the database refuses an authority, and its document, after submission", async () => {
      const id = await bench.file();
      const { id: authorization } = (await getRequest(bench.regulator, id)).authorization ?? {};
      const copy = (table: string, columns: string, where: string) =>
        bench.query(
          `INSERT INTO ${table} (id, ${columns}) SELECT $1, ${columns} FROM ${table} WHERE ${where} LIMIT 1`,
          [uuidv7(Date.now()), id],
        );
      const order =
        "tenant_id, request_id, kind, issuer, jurisdiction, case_number, valid_from, valid_until, state, document_id, record_digest, record";
      const document =
        "tenant_id, request_id, sha256, bytes, media_type, scan, dek_sealed, iv, ciphertext, tag, uploaded_by";
      const refused = { code: "SP002" };
      await expect(copy("legal_authorization", order, "request_id = $2")).rejects.toMatchObject(refused);
      await expect(copy("document", document, "request_id = $2")).rejects.toMatchObject(refused);
      const change = bench.query("UPDATE legal_authorization SET record_digest = 'x' WHERE id = $1", [
        authorization,
      ]);
      await expect(change).rejects.toMatchObject(refused);
      const digest = bench.query("UPDATE access_request SET authorization_digest = 'x' WHERE id = $1", [id]);
      await expect(digest).rejects.toMatchObject(refused);
    });

    it("an authority other than the submitted one cannot be decided on", async () => {
      const id = await bench.file();
      await bench.query("ALTER TABLE legal_authorization DISABLE TRIGGER USER", []);
      await bench.query("UPDATE legal_authorization SET record_digest = 'another' WHERE request_id = $1", [
        id,
      ]);
      await bench.query("ALTER TABLE legal_authorization ENABLE TRIGGER USER", []);
      const decision = decideRequest(bench.legal, id, bench.approval("legal"));
      expect(await code(decision)).toBe("authorization.invalid");
    });
  });
});

describe("many orders", () => {
  /** How many texts one query may compare in a tenant with filings of many other orders. */

  const OTHERS = 300;
  let bench: AccessBench;
  let owner: Client;
  beforeAll(async () => {
    bench = await createAccessBench();
    owner = new Client({ connectionString: bench.database.adminUrl });
    await owner.connect();
  });
  afterAll(async () => {
    await owner?.end();
    await bench?.close();
  });

  const compared = async (): Promise<number> => {
    const { rows } = await owner.query<{ n: string }>(
      "SELECT pg_stat_get_xact_function_calls('order_text(text)'::regprocedure) AS n",
    );
    return Number(rows[0]?.n ?? 0);
  };

  async function comparedBy(text: string, value: string): Promise<number> {
    const before = await compared();
    await owner.query(text, [value]);
    return (await compared()) - before;
  }

  /** Columns that a statement may give a value. */
  async function columnsOf(table: string): Promise<string> {
    const { rows } = await owner.query<{ columns: string }>(
      `SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) AS columns FROM pg_attribute
       WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''`,
      [table],
    );
    return rows[0]?.columns ?? "";
  }

  /** Inserts rows in a transaction that is rolled back, without the triggers, which would refuse them. */
  async function otherFilings(id: string): Promise<void> {
    await owner.query("SET LOCAL session_replication_role = replica");
    for (const table of ["access_request", "legal_authorization"])
      await owner.query(`ALTER TABLE ${table} DISABLE TRIGGER ALL`);
    const [ofRequests, ofOrders] = [
      await columnsOf("access_request"),
      await columnsOf("legal_authorization"),
    ];
    await owner.query(
      `WITH others AS (SELECT gen_random_uuid() AS request, n FROM generate_series(1, ${OTHERS}) n),
      requests AS (INSERT INTO access_request (${ofRequests}) SELECT ${ofRequests} FROM (
        SELECT (jsonb_populate_record(r, jsonb_build_object('id', o.request, 'reference', 'R-other-' || o.n))).*
        FROM access_request r, others o WHERE r.id = $1) made)
     INSERT INTO legal_authorization (${ofOrders}) SELECT ${ofOrders} FROM (
       SELECT (jsonb_populate_record(a, jsonb_build_object('id', gen_random_uuid(),
       'request_id', o.request, 'document_id', NULL, 'case_number', '99 O ' || o.n || '/26',
       'sealed_until', now() + interval '9 days', 'sealed_basis', 'Section 101'))).*
     FROM legal_authorization a, others o WHERE a.request_id = $1) made`,
      [id],
    );
    await owner.query("ANALYZE legal_authorization");
  }

  it("the checks of an order's use and of a request's seal do not compare the filings of every other order", async () => {
    const id = await bench.file({ order: { case_number: "18 O 90/26" } });
    const { rows } = await owner.query("SELECT id FROM legal_authorization WHERE request_id = $1", [id]);
    await owner.query("BEGIN");
    try {
      await owner.query("SET LOCAL track_functions = 'all'");
      await owner.query("SET LOCAL enable_seqscan = off");
      await otherFilings(id);
      const asked: string = rows[0]?.id;
      expect({
        use: (await comparedBy("SELECT order_is_used($1)", asked)) < 20,
        seal: (await comparedBy("SELECT sealed_from($1, now())", id)) < 20,
        list:
          (await comparedBy(
            "SELECT cases_sealed_from(tenant_id, id, now()) FROM app_user WHERE id = $1",
            bench.legal.principal.userId,
          )) < 20,
      }).toEqual({ use: true, seal: true, list: true });
    } finally {
      await owner.query("ROLLBACK");
    }
  });
});

describe("the most records of an order", () => {
  let signer: OrderSigner;
  beforeAll(async () => {
    const keeper = () => bench.person({ role: "coordinator", duties: ["compliance"], hasKey: false });
    signer = await createOrderSigner("lg-most");
    await registerSigner(signer, FACTS, [await keeper(), await keeper()]);
    await ensureChecked(bench, await submittedRequest(bench));
  });

  const seconds = (text: string) => `${new Date(text).toISOString().slice(0, 19)}Z`;
  const approve = (stage: string) => NewDecision.parse({ stage, decision: "approve", comment: "As ordered" });
  let n = 0;

  /** A separate order for at most one record of two. */
  async function newOrder() {
    n += 1;
    const { issuer, jurisdiction, kind } = FACTS;
    const facts = {
      ...{ issuer, jurisdiction, kind, case_number: `18 O ${n}/26` },
      valid_from: seconds(FACTS.valid_from),
      valid_until: seconds(FACTS.valid_until),
    };
    const jws = await signer.sign({
      ...{ ...facts, v: 1, aud: bench.place.log, max_records: 1 },
      selector: { transactions: [bench.txId, bench.otherTxId] },
    });
    return { facts: AuthorizationFactsBody.parse(facts), jws: { bytes: utf8(jws) } };
  }
  type Order = Awaited<ReturnType<typeof newOrder>>;

  /** A request for one record on the order, decided by the first decider. */
  async function halfway({ facts, jws }: Order, transaction: string): Promise<string> {
    const id = await draftRequest(bench, { transactions: [transaction] });
    await attachAuthorization(bench.regulator, id, facts, undefined, jws);
    await submitRequest(bench.regulator, id);
    await decideRequest(bench.legal, id, approve("legal"));
    return id;
  }
  const finish = (id: string) => decideRequest(bench.approver, id, approve("coordinator"));

  /** docs/formats/orders.md: max_records is "how many records at most". */
  describe("an order for one record at most", () => {
    it("two requests one after the other cannot reach two records", async () => {
      const order = await newOrder();
      expect((await finish(await halfway(order, bench.txId))).state).toBe("active");
      expect(await outcomeOf(halfway(order, bench.otherTxId))).toBe("authorization.scope");
      // The same record again does not count as a second one.
      expect((await finish(await halfway(order, bench.txId))).state).toBe("active");
    });

    it("two requests decided at once cannot reach two records", async () => {
      for (let round = 0; round < 3; round += 1) {
        const order = await newOrder();
        const both = [await halfway(order, bench.txId), await halfway(order, bench.otherTxId)];
        const came = await Promise.all(both.map((id) => outcomeOf(finish(id))));
        expect(came.sort()).toEqual(["authorization.scope", "done"]);
      }
    });

    it("a grant that ended without an opening shows no opened record", async () => {
      const order = await newOrder();
      const { grant_id: grantId = "" } = await finish(await halfway(order, bench.txId));
      await revokeGrant(bench.legal, grantId, "The wrong record.");
      expect((await finish(await halfway(order, bench.otherTxId))).state).toBe("active");
    });
  });
});

describe("an order for one use", () => {
  /** ADR 0038: a single-use order serves one request, "whatever the blanks and marks between their letters". */

  const DAY_MS = 86_400_000;
  const day = (days: number): string => new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10);
  let signer: OrderSigner;
  let n = 0;

  beforeAll(async () => {
    const keeper = () => bench.person({ role: "coordinator", duties: ["compliance"], hasKey: false });
    signer = await createOrderSigner("lg-koeln-1");
    await registerSigner(signer, { ...FACTS, issuer: "Amtsgericht Köln" }, [await keeper(), await keeper()]);
    const admin = new Client({ connectionString: bench.database.adminUrl });
    await admin.connect();
    await pastTriggers(admin, ["agency"], () =>
      admin.query(
        "UPDATE agency SET email_domains = email_domains || '{aufsicht.example}' WHERE tenant_id = $1 AND organisation_id = $2",
        [bench.regulator.principal.tenantId, bench.regulator.principal.organisationId],
      ),
    );
    await admin.end();
    await ensureChecked(bench, await submittedRequest(bench));
  });

  const pdf = (mark: string) => ({
    ...ORDER_FILE,
    bytes: utf8(`%PDF-1.4\n% ${mark}\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\nstartxref\n9\n%%EOF\n`),
  });
  const facts = (more: object) =>
    AuthorizationFactsBody.parse({ ...FACTS, issuer: "Amtsgericht Köln", ...more });
  type Facts = ReturnType<typeof facts>;

  /** What two honest deciders read in the paper: always the same text. */
  type Paper = Pick<Facts, "issuer" | "case_number" | "valid_from" | "valid_until">;
  const paper = (): Paper => {
    n += 1;
    return {
      issuer: "Amtsgericht Köln".normalize("NFC"),
      case_number: `18 O ${n}/26`,
      valid_from: day(-1),
      valid_until: day(20),
    };
  };

  async function decide(id: string, confirms: Paper, more: object = {}): Promise<string> {
    await decideRequest(bench.legal, id, approvalOf("legal", { confirms, ...more }));
    return (await decideRequest(bench.approver, id, approvalOf("coordinator", { confirms, ...more }))).state;
  }

  async function file(given: Facts, mark: string): Promise<string> {
    const id = await draftRequest(bench);
    await attachAuthorization(bench.regulator, id, given, pdf(mark));
    await submitRequest(bench.regulator, id);
    return id;
  }

  /**
   * Makes one grant on the order, then files the same paper, scanned again and typed a little differently. Returns the
   * result.
   */
  async function second(typed: object, more: object = {}): Promise<string> {
    const read = paper();
    expect(await decide(await file(facts({ ...read, single_use: true }), `a${n}`), read)).toBe("active");
    const again = { ...read, ...typed };
    return outcomeOf(file(facts(again), `b${n}`).then((id) => decide(id, read, more)));
  }

  /** Makes one grant on the signed order, then files its print, which deciders read as printed. */
  async function signedThenPrinted(order: Paper, read: Paper): Promise<string> {
    const signed = {
      ...order,
      valid_until: /T/.test(order.valid_until) ? order.valid_until : `${order.valid_until}T00:00:00Z`,
    };
    const { jurisdiction, kind } = FACTS;
    const jws = await signer.sign({
      ...{ ...signed, v: 1, aud: bench.place.log, jurisdiction, kind },
      ...{ selector: { transactions: [bench.txId] }, single_use: true, agency: "aufsicht.example" },
    });
    const id = await draftRequest(bench);
    await attachAuthorization(bench.regulator, id, facts(signed), undefined, { bytes: utf8(jws) });
    await submitRequest(bench.regulator, id);
    const bare = { confirms: undefined };
    await decideRequest(bench.legal, id, approvalOf("legal", bare));
    expect((await decideRequest(bench.approver, id, approvalOf("coordinator", bare))).state).toBe("active");
    return outcomeOf(file(facts(read), `jws${n}`).then((other) => decide(other, read)));
  }

  /** How PostgreSQL compares texts that may be typed for one another. */
  async function textOf(texts: readonly string[]): Promise<string[]> {
    const { rows } = await queryOwner(
      bench,
      "SELECT order_text(one) AS text FROM unnest($1::text[]) WITH ORDINALITY AS t (one, n) ORDER BY n",
      [texts],
    );
    return rows.map(({ text }) => String(text));
  }

  describe("the text of an order", () => {
    /** Letters with marks, blanks of all kinds, invisible marks, and letters that look like others. */
    const NASTY = [
      ..."aàa\u0300oöo\u0308Öß\u212B\u00C5ﬁΩ\u2126К1/-. \u00A0\t\u2003\u3000\uFEFF\u1680\u2028\u2029\u202F\u205F\uAC00\u1100\u1161",
    ];
    const typed = fc.array(fc.constantFrom(...NASTY), { minLength: 1, maxLength: 12 });
    const otherwise = fc.constantFrom<(text: string) => string>(
      (text) => text.normalize("NFD"),
      (text) => text.normalize("NFC"),
      (text) => ` ${text}\u00A0`,
      (text) => text.replace(/\s/gu, "\u2003\uFEFF"),
    );

    it("all texts that deciders may type for one text are equal (sameText of retyped-facts.ts)", async () => {
      const pairs = fc
        .sample(fc.tuple(typed, fc.array(otherwise, { maxLength: 3 })), { numRuns: 5_000, seed: 16 })
        .map(([letters, ways]) => {
          const text = letters.join("");
          return [text, ways.reduce((so, way) => way(so), text)] as const;
        });
      const same = pairs.filter(([one, other]) => sameText(one, other));
      expect(same.length).toBeGreaterThan(2_000);
      const [ones, others] = [
        await textOf(same.map(([one]) => one)),
        await textOf(same.map(([, other]) => other)),
      ];
      expect(same.filter((_, i) => ones[i] !== others[i])).toEqual([]);
    });

    it("a text has no invisible mark, and one letter for letters that look alike", async () => {
      const marks = [
        "\u00AD",
        "\u034F",
        "\u061C",
        "\u115F",
        "\u1160",
        "\u17B4",
        "\u180B",
        "\u180E",
        "\u200B",
      ];
      marks.push("\u200E", "\u2060", "\u2064", "\u206A", "\u2800", "\u3164", "\uFE00", "\uFE0F", "\uFFA0");
      marks.push(
        "\u{E0001}",
        "\u{E007F}",
        "\u{E0100}",
        "\u{1D173}",
        "\u{1BCA0}",
        "\u2010",
        "\u2011",
        "\u2212",
      );
      const texts = marks.map((mark) => `Köl${mark}n 1${mark}8`);
      texts.push(
        "Ko\u034F\u0308ln 18",
        "\uFF2Böln \uFF11\uFF18",
        "\u041Aöln 18",
        "\u039Aöln 18",
        "\u212Aöln 18",
      );
      expect([...new Set(await textOf(texts))]).toEqual(["köln18"]);
      const [landgericht, amtsgericht] = await textOf(["Landgericht Köln 1/26", "Amtsgericht Köln 1/26"]);
      expect(landgericht).not.toBe(amtsgericht);
    });
  });

  describe("a single-use order gives no second grant", () => {
    it("a no-break space in its number, which deciders retype as a blank, makes no difference", async () => {
      expect(await second({ case_number: `18\u00A0O\u00A0${n + 1}/26` })).toBe("authorization.used");
    });

    it("a differently composed accent in its issuer makes no difference", async () => {
      expect(await second({ issuer: "Amtsgericht Köln".normalize("NFD") })).toBe("authorization.used");
    });

    it("a zero-width mark next to a blank makes no difference", async () => {
      expect(await second({ case_number: `18 \uFEFFO ${n + 1}/26` })).toBe("authorization.used");
    });

    it("a later end than the paper has, which deciders correct by narrowing, makes no difference", async () => {
      expect(await second({ valid_until: day(21) }, { until: `${day(21)}T00:00:00Z` })).toBe(
        "authorization.used",
      );
    });

    it("a beginning that its JWS gives as a time of the day before, in another zone, makes no difference", async () => {
      const other = paper();
      const begins = `${day(-2)}T23:00:00Z`;
      expect(await signedThenPrinted({ ...other, valid_from: begins }, other)).toBe("authorization.used");
    });

    it("its print is refused after its JWS was used: days on paper, times in the JWS", async () => {
      const read = paper();
      const order = { ...read, valid_from: `${day(-1)}T09:00:00Z`, valid_until: `${day(20)}T22:00:00Z` };
      expect(await signedThenPrinted(order, read)).toBe("authorization.used");
    });

    it("another order of the same case, which begins on another day, is a different order", async () => {
      expect(await second({ valid_from: day(-3) })).toBe("decision.facts-mismatch");
    });
  });
});

describe("an order of two offices", () => {
  let bench: RequestBench;
  let branch: RequestPerson;
  let stranger: RequestPerson;
  let signer: OrderSigner;
  beforeAll(async () => {
    bench = await createRequestBench([{ role: "regulator" }, { role: "regulator" }]);
    const [other, third] = bench.more;
    if (other === undefined || third === undefined) throw new Error("two more offices expected");
    [branch, stranger] = [other, third];
    const keeper = () => bench.person({ role: "coordinator", duties: ["compliance"], hasKey: false });
    signer = await createOrderSigner("lg-offices");
    await registerSigner(signer, FACTS, [await keeper(), await keeper()]);
    const admin = new Client({ connectionString: bench.database.adminUrl });
    await admin.connect();
    await pastTriggers(admin, ["agency"], () =>
      admin.query(
        "UPDATE agency SET email_domains = email_domains || '{aufsicht.example}' WHERE organisation_id = ANY ($1::uuid[])",
        [[bench.regulator.principal.organisationId, branch.principal.organisationId]],
      ),
    );
    await admin.end();
  });
  afterAll(() => bench?.close());

  const FORM = { issuer: FACTS.issuer, jurisdiction: FACTS.jurisdiction, kind: FACTS.kind };
  const seconds = (text: string) => `${new Date(text).toISOString().slice(0, 19)}Z`;
  let n = 0;
  /** A separate single-use order for the agency of both offices. */
  async function newOrder() {
    n += 1;
    const facts = {
      ...{ ...FORM, case_number: `18 O ${n}/26` },
      valid_from: seconds(FACTS.valid_from),
      valid_until: seconds(FACTS.valid_until),
    };
    const bytes = utf8(
      await signer.sign({
        ...{ ...facts, v: 1, aud: bench.place.log, single_use: true, agency: "aufsicht.example" },
        selector: { transactions: [bench.txId] },
      }),
    );
    return { facts: AuthorizationFactsBody.parse(facts), jws: { bytes } };
  }
  type Order = Awaited<ReturnType<typeof newOrder>>;

  async function attached(who: RequestPerson, { facts, jws }: Order): Promise<string> {
    const id = await draftRequest(bench, { who });
    await attachAuthorization(who, id, facts, undefined, jws);
    return id;
  }

  async function grantFor(who: RequestPerson, order: Order): Promise<string> {
    const id = await attached(who, order);
    await submitRequest(who, id);
    await checkIdentity(bench.legal, id, IDENTITY);
    const approve = (stage: string) =>
      NewDecision.parse({ stage, decision: "approve", comment: "As ordered" });
    await decideRequest(bench.legal, id, approve("legal"));
    return (await decideRequest(bench.approver, id, approve("coordinator"))).state;
  }

  /**
   * The order names its agency by a domain, so only that agency may know of its use (ADR 0038). Two offices here have the
   * domain.
   */
  describe("a single-use order for an agency with two offices", () => {
    it("the order serves one request in either office", async () => {
      const order = await newOrder();
      expect(await grantFor(bench.regulator, order)).toBe("active");
      expect(await outcomeOf(grantFor(branch, order))).toBe("authorization.used");
    });

    it("the order's print is refused in the other office too", async () => {
      const order = await newOrder();
      expect(await grantFor(bench.regulator, order)).toBe("active");
      const id = await draftRequest(bench, { who: branch });
      const printed = { ...order.facts, valid_from: order.facts.valid_from.slice(0, 10) };
      const print = attachAuthorization(branch, id, printed, ORDER_FILE);
      expect(await outcomeOf(print)).toBe("authorization.used");
    });

    it("two offices that submit at once get one request", async () => {
      for (let round = 0; round < 5; round += 1) {
        const order = await newOrder();
        const sends = [
          { who: bench.regulator, id: await attached(bench.regulator, order) },
          { who: branch, id: await attached(branch, order) },
        ].map(({ who, id }) => outcomeOf(submitRequest(who, id)));
        expect((await Promise.all(sends)).sort()).toEqual(["authorization.used", "done"]);
      }
    });

    it("an office of another agency learns nothing", async () => {
      const order = await newOrder();
      expect(await grantFor(bench.regulator, order)).toBe("active");
      const id = await draftRequest(bench, { who: stranger });
      await attachAuthorization(stranger, id, order.facts, ORDER_FILE);
      expect((await submitRequest(stranger, id)).state).toBe("stage_1");
    });
  });
});
