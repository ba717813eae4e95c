import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decideRequest } from "@/lib/access/decisions/decide-request";
import { revokeGrant } from "@/lib/access/grants/revoke-grant";
import { commentRequest } from "@/lib/access/requests/comment-request";
import { askDuties } from "@/lib/administration/people/ask-changes";
import { systemClock } from "@/lib/clock";
import { inSnapshot, inTransaction } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { recordEpoch } from "@/lib/escrow/client/epochs";
import { streamChanges } from "@/lib/http/public/stream-changes";
import { endSessionsIn } from "@/lib/identity/sessions/end-session";
import { destroyEpoch } from "@/lib/keys/escrow-epochs/destroy-epoch";
import { rotateEpoch } from "@/lib/keys/escrow-epochs/rotate-epoch";
import { rotateKey } from "@/lib/keys/rotation/rotate-key";
import { findRotation } from "@/lib/keys/rotation/store";
import { type LiveHub, STREAMS_PER_SESSION } from "@/lib/live/hub";
import { openLiveHub } from "@/lib/live/open-hub";
import type { LiveChange } from "@/lib/live/schema";
import { createLogger } from "@/lib/telemetry/logger";
import { type AccessBench, type BenchPerson, createAccessBench } from "@/lib/testing/benches/access-bench";
import { hold, made, type Person, post, submit } from "@/lib/testing/benches/client-held-bench";
import { outcomeOf } from "@/lib/testing/benches/refusal";
import { createUseCaseBench, type UseCaseBench } from "@/lib/testing/benches/use-case-bench";
import { writeAdministratorsRoster } from "@/lib/testing/custodian/administrators-roster";
import { signedIn } from "@/lib/testing/instance/signed-in";
import { rewrapBatch } from "@/lib/transactions/rewrap/rewrap-batch";
import { rewrapEscrow } from "@/lib/transactions/rewrap/rewrap-escrow";
import { runRotations } from "@/lib/transactions/rewrap/run-rotations";
import { setStatus } from "@/lib/transactions/status/set-status";
import type { Duty } from "@/lib/vocabulary";

describe("live", () => {
  let bench: AccessBench;
  let hub: LiveHub;

  /** A stream as a browser reads it: names and data, in order. */
  interface Heard {
    readonly events: readonly { readonly name: string; readonly data: unknown }[];
    readonly hasEnded: boolean;
    until(what: (heard: Heard) => boolean): Promise<void>;
    leave(): Promise<void>;
  }

  function newHub(heartbeatMs: number): LiveHub {
    const { db, instance } = bench.cx;
    const logger = createLogger("test", "silent");
    return openLiveHub(
      { url: bench.database.appUrl, pool: db.pool, logger },
      { db, instance, clock: systemClock, logger, heartbeatMs },
    );
  }

  beforeAll(async () => {
    bench = await createAccessBench();
    hub = newHub(500);
  });
  afterAll(async () => {
    hub?.close();
    await bench?.close();
  });

  async function query(text: string, values: readonly unknown[] = []) {
    const connection = new Client({ connectionString: bench.database.adminUrl });
    await connection.connect();
    try {
      return await connection.query(text, [...values]);
    } finally {
      await connection.end();
    }
  }

  /** Changes a row without the entry that the database requires, as an operator with its superuser could. */
  async function force(table: string, change: string, values: readonly unknown[]): Promise<void> {
    await query(`ALTER TABLE ${table} DISABLE TRIGGER ALL`);
    await query(`UPDATE ${table} SET ${change}`, values);
  }

  function sidOf(who: BenchPerson): string {
    return who.principal.proof.kind === "session" ? who.principal.proof.sessionId : "";
  }

  async function listen(who: BenchPerson, to: LiveHub = hub, age?: number): Promise<Heard> {
    const { response } = await streamChanges(who, { age }, to);
    expect(response.headers.get("content-type")).toBe("text/event-stream");
    const reader = response.body?.getReader();
    if (reader === undefined) throw new TypeError("no body");
    const events: { name: string; data: unknown }[] = [];
    let wake: () => void = () => undefined;
    const heard = {
      events,
      hasEnded: false,
      until: async (what: (heard: Heard) => boolean) => {
        while (!what(heard))
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
      },
      leave: () => reader.cancel(),
    };
    let text = "";
    const read = async (): Promise<void> => {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        text += new TextDecoder().decode(value);
        for (let at = text.indexOf("\n\n"); at >= 0; at = text.indexOf("\n\n")) {
          const match = /^event: (\w+)\ndata: (.*)$/.exec(text.slice(0, at));
          if (match?.[1] !== undefined) events.push({ name: match[1], data: JSON.parse(match[2] ?? "") });
          text = text.slice(at + 2);
        }
        wake();
      }
      heard.hasEnded = true;
      wake();
    };
    void read();
    await heard.until(({ events }) => events.some(({ name }) => name === "ready" || name === "resync"));
    return heard;
  }

  const tells = (kind: string, id: string, state?: string) => (heard: Heard) =>
    heard.events.some(
      ({ name, data }) =>
        name === "change" &&
        Reflect.get(Object(data), "kind") === kind &&
        Reflect.get(Object(data), "id") === id &&
        (state === undefined || Reflect.get(Object(data), "state") === state),
    );

  async function granted(): Promise<{ requestId: string; grantId: string }> {
    const requestId = await bench.file();
    await decideRequest(bench.legal, requestId, bench.approval("legal"));
    const { grant_id } = await decideRequest(bench.approver, requestId, bench.approval("coordinator"));
    if (grant_id === undefined) throw new TypeError("no grant");
    return { requestId, grantId: grant_id };
  }

  describe("live updates", () => {
    it("report a revocation to the holder and the reviewers, not to other agencies or to the parties", async () => {
      const { grantId, requestId } = await granted();
      const holder = await listen(await signedIn(bench.regulator));
      const reviewer = await listen(await signedIn(bench.approver));
      const others = [
        await listen(await signedIn(bench.auditor)),
        await listen(await signedIn(bench.client)),
        await listen(await signedIn(bench.support)),
      ];
      await revokeGrant(bench.approver, grantId, "The order was set aside.");
      for (const heard of [holder, reviewer]) {
        await heard.until(tells("grant", grantId, "revoked"));
        await heard.until(tells("request", requestId, "revoked"));
      }
      // A later change that all may know of. A listener that received it would also have received the revocation.
      await setStatus(bench.client, bench.transactions[0], { status: "processing" });
      for (const heard of others) {
        await heard.until(tells("transaction", bench.transactions[0], "processing"));
        expect(tells("grant", grantId)(heard) || tells("request", requestId)(heard)).toBe(false);
      }
      for (const heard of [holder, reviewer, ...others]) await heard.leave();
    });

    it("report the states of a rotation only to a participant's people and administrators", async () => {
      const { client, auditor, support } = bench;
      const admin = await bench.person({ role: "admin", duties: ["admin"] });
      const seen = [await listen(await signedIn(client)), await listen(await signedIn(admin))];
      const others = [await listen(await signedIn(auditor)), await listen(await signedIn(support))];
      const participantId = client.principal.participantId ?? "";
      const { rotation_id: id } = await rotateKey(client, { participantId }, "rewrap");
      for (const heard of seen) await heard.until(tells("rotation", id, "running"));
      const since = seen.map(({ events }) => events.length);
      await bench.integrate();
      const portal = { ...client, system: "portal" };
      const rotation = await inSnapshot(portal, (tx) => findRotation(tx, id));
      if (rotation === undefined) throw new TypeError("no rotation");
      const work = { rotation, escrow: await portal.escrow.epoch() };
      expect(await rewrapBatch(portal, work, undefined)).toMatchObject({ kind: "moved" });
      for (const [at, heard] of seen.entries())
        await heard.until(({ events }) =>
          tells("rotation", id)({ ...heard, events: events.slice(since[at]) }),
        );
      // A rotation waits while the log is behind, and the next step repeats one that failed.
      const isRunning = async () =>
        (await inSnapshot(portal, (tx) => findRotation(tx, id)))?.state === "running";
      while (await isRunning()) {
        await bench.integrate();
        await runRotations(portal);
      }
      for (const heard of seen) await heard.until(tells("rotation", id, "completed"));
      await setStatus(bench.client, bench.transactions[0], { status: "completed" });
      for (const heard of others) {
        await heard.until(tells("transaction", bench.transactions[0], "completed"));
        expect(tells("rotation", id)(heard)).toBe(false);
      }
      for (const heard of [...seen, ...others]) await heard.leave();
    });

    it("report an agreement to other administrators, and not to the person whom it concerns", async () => {
      const person = () => bench.person({ role: "admin", duties: ["admin"], organisation: "operator" });
      const [greta, nils, carl] = [await person(), await person(), await person()];
      const [second, concerned] = [await listen(await signedIn(nils)), await listen(await signedIn(carl))];
      const officer = await listen(await signedIn(bench.regulator));
      const ask = async (who: BenchPerson, duties: readonly Duty[]) =>
        askDuties(greta, who.principal.userId, {
          ...{ role: who.principal.role, duties: [...duties], reason: "helps out" },
        });
      const { id } = await ask(carl, ["admin", "compliance"]);
      await second.until(tells("agreement", id, "open"));
      // A later one that both may know of: a listener that heard it would have heard the first.
      const later = await ask(bench.legal, ["legal", "privacy"]);
      await concerned.until(tells("agreement", later.id, "open"));
      expect(tells("agreement", id)(concerned)).toBe(false);
      await setStatus(bench.client, bench.transactions[1], { status: "processing" });
      await officer.until(tells("transaction", bench.transactions[1], "processing"));
      expect(officer.events.some(({ data }) => Object(data).kind === "agreement")).toBe(false);
      for (const heard of [second, concerned, officer]) await heard.leave();
    });

    it("name the thing that changed and its state, without its content", async () => {
      const id = await bench.file();
      const heard = await listen(await signedIn(bench.legal));
      await commentRequest(bench.regulator, id, "CANARY in a comment");
      await heard.until(tells("request", id));
      for (const { data } of heard.events)
        expect(
          Object.keys(Object(data)).every((name) => ["kind", "id", "state", "version"].includes(name)),
        ).toBe(true);
      expect(JSON.stringify(heard.events)).not.toContain("CANARY");
      await heard.leave();
    });

    it("do not report a change that was rolled back", async () => {
      const heard = await listen(await signedIn(bench.regulator));
      const id = await bench.draft();
      await heard.until(tells("request", id));
      const since = heard.events.length;
      const undone = inTransaction(bench.cx, async (tx) => {
        await tx.$executeRaw`UPDATE access_request SET justification = 'other' WHERE id = ${id}::uuid`;
        throw new DomainError("request.conflict");
      });
      expect(await outcomeOf(undone)).toBe("request.conflict");
      const later = await bench.draft();
      await heard.until(tells("request", later));
      expect(tells("request", id)({ ...heard, events: heard.events.slice(since) })).toBe(false);
      await heard.leave();
    });

    it("report to a page what changed while it loaded, and that the page may be out of date if this is unknown", async () => {
      const own = newHub(60_000);
      const who = await signedIn(bench.regulator);
      const first = await listen(who, own, 1_000);
      expect(first.events[0]?.name).toBe("resync");
      const beforeAny = Date.now();
      const id = await bench.draft();
      await first.until(tells("request", id));
      const later = await listen(who, own, Date.now() - beforeAny);
      await later.until(tells("request", id, "draft"));
      expect(later.events[0]?.name).toBe("ready");
      const other = await listen(await signedIn(bench.auditor), own, Date.now() - beforeAny);
      expect(tells("request", id)(other)).toBe(false);
      const old = await listen(who, own, 3_600_000);
      expect(old.events[0]?.name).toBe("resync");
      own.close();
    });

    it("are not for API keys", async () => {
      expect(await outcomeOf(streamChanges(bench.regulator, {}, hub))).toBe("auth.session-only");
    });

    it("end with the sign-out itself, long before the next heartbeat", async () => {
      const patient = newHub(3_600_000);
      try {
        const who = await signedIn(bench.regulator);
        const [own, other] = [
          await listen(who, patient),
          await listen(await signedIn(bench.auditor), patient),
        ];
        const { userId } = who.principal;
        await inTransaction(who, (tx) =>
          endSessionsIn(tx, who, { userId, sid: sidOf(who), reason: "signed-out" }),
        );
        await own.until(({ hasEnded }) => hasEnded);
        expect(own.events.at(-1)?.name).toBe("ended");
        expect(other.hasEnded).toBe(false);
      } finally {
        patient.close();
      }
    });

    it("end when the session is revoked, has expired, or its person was deactivated or lost a duty", async () => {
      const reviewer = await bench.person({ role: "coordinator", duties: ["legal"], hasKey: false });
      const sessions = [
        await signedIn(bench.regulator),
        await signedIn(bench.auditor),
        await signedIn(bench.second),
        await signedIn(reviewer),
      ] as const;
      const heard = await Promise.all(sessions.map((who) => listen(who)));
      await force("auth_session", "revoked_at = now() WHERE sid = $1", [sidOf(sessions[0])]);
      await force("auth_session", "expires_at = now() WHERE sid = $1", [sidOf(sessions[1])]);
      await force("app_user", "state = 'left' WHERE id = $1", [sessions[2].principal.userId]);
      await query("ALTER TABLE duty DISABLE TRIGGER ALL");
      await query("DELETE FROM duty WHERE user_id = $1", [sessions[3].principal.userId]);
      for (const one of heard) {
        await one.until(({ hasEnded }) => hasEnded);
        expect(one.events.at(-1)?.name).toBe("ended");
      }
    });

    it("are limited in number for each session, and a closed stream makes room for another", async () => {
      const who = await signedIn(bench.regulator);
      const before = hub.size;
      const streams = [];
      for (let n = 0; n < STREAMS_PER_SESSION; n++) streams.push(await listen(who));
      expect(await outcomeOf(streamChanges(who, {}, hub))).toBe("rate.exceeded");
      const other = await listen(await signedIn(bench.regulator));
      await streams[0]?.leave();
      const again = await listen(who);
      for (const heard of [...streams.slice(1), other, again]) await heard.leave();
      expect(hub.size).toBe(before);
    });

    it("come back after the database was down, and ask all listeners to read again", async () => {
      const heard = await listen(await signedIn(bench.regulator));
      await query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
      );
      await heard.until(({ events }) => events.some(({ name }) => name === "resync"));
      const said = heard.events.map(({ name }) => name).filter((name) => name !== "beat");
      expect(said).toEqual(["ready", "down", "resync"]);
      const id = await bench.draft();
      await heard.until(tells("request", id, "draft"));
      await heard.leave();
    });

    it("end at once when the process is asked to end, and take no new stream", async () => {
      const ending = newHub(60_000);
      const who = await signedIn(bench.regulator);
      const heard = await listen(who, ending);
      ending.close();
      await heard.until(({ hasEnded }) => hasEnded);
      expect(await outcomeOf(streamChanges(who, {}, ending))).toBe("service.unavailable");
    });
  });
});

describe("live changes of keys", () => {
  let bench: UseCaseBench;
  let hub: LiveHub;
  beforeAll(async () => {
    bench = await createUseCaseBench();
    const { db, instance } = bench.cx;
    const logger = createLogger("test", "silent");
    const source = { url: bench.database.appUrl, pool: db.pool, logger };
    hub = openLiveHub(source, { db, instance, clock: systemClock, logger });
  });
  afterAll(async () => {
    hub?.close();
    await bench?.close();
  });

  /** Opens one person's stream and returns its changes, in order. */
  async function listen(person: Person): Promise<LiveChange[]> {
    const { principal } = await signedIn(person);
    if (principal.proof.kind !== "session") throw new TypeError("no one is signed in");
    const heard: LiveChange[] = [];
    let isReady = false;
    hub.join({
      principal,
      sessionId: principal.proof.sessionId,
      change: (change) => heard.push(change),
      signal: (signal) => {
        isReady = isReady || signal === "ready";
      },
      beat: () => undefined,
      end: () => undefined,
    });
    await expect.poll(() => isReady, { timeout: 150_000 }).toBe(true);
    return heard;
  }

  const until = (heard: readonly LiveChange[], kind: string, id: string, state: string) =>
    expect
      .poll(() => heard, { timeout: 150_000 })
      .toContainEqual(expect.objectContaining({ kind, id, state }));

  it("only administrators and coordinators receive the states of an escrow epoch", async () => {
    const owner = await bench.person({ role: "client" });
    const other = await bench.person({ role: "miner" });
    const admin = await bench.person({ role: "admin", duties: ["admin"] });
    await writeAdministratorsRoster(bench, [admin]);
    await recordEpoch(owner);
    const seen = [await listen(admin), await listen(await bench.person({ role: "coordinator" }))];
    const others = [await listen(owner), await listen(other)];
    const id = await submit(owner, other);
    await rotateEpoch(admin);
    for (const heard of seen) {
      await until(heard, "epoch", "1", "deactivated");
      await until(heard, "epoch", "2", "active");
    }
    const since = seen.map((heard) => heard.length);
    await bench.integrate();
    expect(await rewrapEscrow({ ...owner, system: "portal" })).toBe(2);
    for (const [at, heard] of seen.entries())
      await expect
        .poll(() => heard.slice(since[at]), { timeout: 150_000 })
        .toContainEqual({ kind: "epoch", id: "2", state: "active" });
    await destroyEpoch(admin, 1);
    for (const heard of seen) await until(heard, "epoch", "1", "destroyed");
    // A later change that parties may know of: a listener that heard it would have heard the others.
    await setStatus(owner, id, { status: "processing" });
    for (const heard of others) {
      await until(heard, "transaction", id, "processing");
      expect(heard.filter(({ kind }) => kind === "epoch")).toEqual([]);
    }
  });

  it("only a participant's people and the operators hear that data of its client-held key were re-wrapped", async () => {
    const owner = await bench.person({ role: "client", hasKey: false });
    const other = await bench.person({ role: "miner" });
    const admin = await bench.person({ role: "admin", duties: ["admin"] });
    const old = await hold(owner);
    const id = await submit(owner, other);
    const next = await hold(owner, old.holder);
    const operator = await bench.person({ role: "coordinator", duties: ["legal"], hasKey: false });
    const seen = [await listen(owner), await listen(admin), await listen(operator)];
    const stranger = await listen(other);
    expect((await post(bench, owner, old, await made(owner, old, next))).rewrapped).toBe(2);
    for (const heard of seen) await until(heard, "key", old.keyId, "deactivated");
    await setStatus(owner, id, { status: "processing" });
    await until(stranger, "transaction", id, "processing");
    expect(stranger.filter(({ kind }) => kind === "key")).toEqual([]);
  });
});
