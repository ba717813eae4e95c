import { describe, expect, it } from "vitest";
import { CallRefused, NetworkLost } from "@/components/client/api";
import type { RequestView } from "@/lib/access/requests/answer-schema";
import { type Answers, blankAnswers } from "../answers/answers";
import type { ChangeBody, CreateBody } from "../answers/bodies";
import { options } from "../answers/options-fixture";
import { CallQueue, type DraftCalls } from "./draft-calls";
import { DraftStore } from "./draft-store";
import { type RecordStorage, readRecord, recordKey } from "./kept-answers";

const NOW = Date.parse("2026-11-24T12:00:00Z");
const ID = "0198c0de-0000-7000-8000-00000000000a";
const TX = "0198c0de-0000-7000-8000-000000000001";

const filled: Partial<Answers> = {
  purpose: "compliance",
  justification: "Compare two jobs",
  ids: [TX],
  fields: ["amount"],
};

function memory(): RecordStorage & { readonly kept: Map<string, string> } {
  const kept = new Map<string, string>();
  return {
    kept,
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
  };
}

function refusal(status: number, code: string): CallRefused {
  return new CallRefused({ status, code, title: "", detail: "", requestId: "", errors: [], members: {} });
}

type Body = CreateBody | ChangeBody;

/** A server with one draft: versions, keys and their bodies as the API keeps them. */
class Server {
  version = 0;
  body: Body = {};
  readonly keys = new Map<string, string>();
  readonly calls: string[] = [];
  /** How the next calls end: the work may be done and its answer lost on the way back. */
  readonly faults: ("lostBefore" | "lostAfter" | CallRefused)[] = [];

  get asCalls(): DraftCalls {
    return {
      create: async (body, key) => this.#answer("create", () => this.#create(body, key)),
      change: async (_, body, version) => this.#answer("change", () => this.#change(body, version)),
      read: async () => this.#answer("read", () => this.view()),
    };
  }

  /** What another window did. */
  write(body: Body): void {
    this.body = { ...this.body, ...body };
    this.version += 1;
  }

  view(): RequestView {
    const { body, version } = this;
    return {
      id: ID,
      reference: "AR-2026-000007",
      state: "draft",
      purpose: body.purpose ?? "audit",
      fields: body.fields ?? [],
      level: "full",
      transactions_count: 0,
      requester: { handle: "regulator-001", name: "R", organisation: "S" },
      is_waiting_for_me: true,
      created_at: "2026-11-24T11:00:00Z",
      updated_at: "2026-11-24T11:59:00Z",
      version,
      justification: body.justification ?? "",
      ...(typeof body.legal_basis === "string" ? { legal_basis: body.legal_basis } : {}),
      transactions: body.transactions ?? [],
      ...(typeof body.until === "string" ? { until: body.until } : {}),
      max_views: body.max_views ?? 20,
      max_exports: 5,
      first_request: true,
      identity_check: true,
      decisions: [],
      acts: [],
      approvals: [],
      timeline: [],
      jobs: [],
    };
  }

  #answer<T>(name: string, run: () => T): T {
    this.calls.push(name);
    const fault = this.faults.shift();
    if (fault === "lostBefore") throw new NetworkLost("no answer");
    if (fault instanceof CallRefused) throw fault;
    const result = run();
    if (fault === "lostAfter") throw new NetworkLost("no answer");
    return result;
  }

  #create(body: CreateBody, key: string): RequestView {
    const text = JSON.stringify(body);
    const first = this.keys.get(key);
    if (first !== undefined && first !== text) throw refusal(422, "idempotency.mismatch");
    if (first === undefined) this.write(body);
    this.keys.set(key, text);
    return this.view();
  }

  #change(body: ChangeBody, version: number): RequestView {
    if (version !== this.version) throw refusal(412, "request.outdated");
    this.write(body);
    return this.view();
  }
}

function setUp(answers: Partial<Answers> = {}) {
  const server = new Server();
  const storage = memory();
  let keys = 0;
  const newKey = () => `key-${++keys}`;
  const queue = new CallQueue();
  const parts = {
    options,
    calls: server.asCalls,
    queue,
    storage,
    nowMs: () => NOW,
    newKey,
    isUnknown: () => false,
  };
  const start = { answers: { ...blankAnswers(options), ...answers }, keptAt: "" };
  return { server, storage, parts, store: new DraftStore(parts, start) };
}

describe("the draft of a request", () => {
  it("is kept in the window until it is valid enough, then filed once and changed by version", async () => {
    const { server, storage, store } = setUp();
    store.change({ justification: "Compare" });
    expect(store.get().status.kind).toBe("kept");
    await store.save();
    expect(server.calls).toEqual([]);
    expect(readRecord(storage, recordKey("regulator-001", undefined), options)?.answers.justification).toBe(
      "Compare",
    );
    store.change(filled);
    await store.save();
    expect(store.get()).toMatchObject({ status: { kind: "saved" }, draft: { id: ID, version: 1 } });
    store.change({ justification: "Compare three jobs" });
    await store.save();
    expect(server.calls).toEqual(["create", "change"]);
    expect(server.body).toMatchObject({ justification: "Compare three jobs", legal_basis: null });
    expect([...storage.kept.keys()]).toEqual([recordKey("regulator-001", ID)]);
  });

  it("whose filing lost its answer is filed once: the same body goes again, what was typed since follows", async () => {
    const { server, store } = setUp(filled);
    server.faults.push("lostAfter");
    await store.save();
    expect(store.get().status.kind).toBe("lost");
    store.change({ legalBasis: "Section 6" });
    await store.save();
    expect(store.get().status.kind).toBe("saved");
    expect(server.keys.size).toBe(1);
    expect(server.calls).toEqual(["create", "create", "change"]);
    expect(server.body).toMatchObject({ legal_basis: "Section 6" });
  });

  it("survives a reload in the middle of a lost filing", async () => {
    const { server, storage, parts, store } = setUp(filled);
    server.faults.push("lostAfter");
    await store.save();
    const kept = readRecord(storage, recordKey("regulator-001", undefined), options);
    if (kept === undefined) throw new Error("nothing was kept");
    const again = new DraftStore(parts, kept);
    expect(again.get().status.kind).toBe("changed");
    await again.save();
    expect(server.keys.size).toBe(1);
    expect(again.get().draft?.id).toBe(ID);
  });

  it("recognises its own change whose answer was lost, also with its lists in another order", async () => {
    const { server, store } = setUp({ ...filled, fields: ["pricing", "amount"] });
    await store.save();
    store.change({ justification: "Another reason" });
    server.faults.push("lostAfter");
    await store.save();
    expect(store.get().status.kind).toBe("lost");
    server.body = { ...server.body, fields: ["amount", "pricing"] };
    await store.save();
    expect(store.get().status.kind).toBe("saved");
    expect(store.get().answers.justification).toBe("Another reason");
  });

  it("continues when another window has only attached an order, which changes the version alone", async () => {
    const { server, store } = setUp(filled);
    await store.save();
    server.write({});
    store.change({ justification: "Mine" });
    await store.save();
    expect(store.get()).toMatchObject({ status: { kind: "saved" }, draft: { version: 3 } });
    expect(server.body).toMatchObject({ justification: "Mine" });
  });

  it.each([
    ["mine", { justification: "Mine", legal_basis: null }],
    ["theirs", { justification: "Theirs", legal_basis: "Section 9" }],
  ] as const)(
    "stops when another window has saved something else, until the person keeps %s",
    async (which, kept) => {
      const { server, storage, store } = setUp({ ...filled, caseNumber: "18 O 1/26" });
      await store.save();
      server.write({ justification: "Theirs", legal_basis: "Section 9" });
      store.change({ justification: "Mine" });
      await store.save();
      expect(store.get().status).toMatchObject({ kind: "conflict", view: { justification: "Theirs" } });
      // What is typed meanwhile is kept in the window and not sent.
      store.change({ maxViews: "5" });
      await store.save();
      expect(server.body).toMatchObject({ justification: "Theirs" });
      expect(readRecord(storage, recordKey("regulator-001", ID), options)?.answers).toMatchObject({
        justification: "Mine",
        maxViews: "5",
      });
      await store.settle(which);
      expect(store.get().status.kind).toBe("saved");
      expect(server.body).toMatchObject(kept);
      // Facts that are not attached exist only here.
      expect(store.get().answers).toMatchObject({
        justification: kept.justification,
        caseNumber: "18 O 1/26",
      });
    },
  );

  it("shows the conflict again after a reload", async () => {
    const { server, storage, parts, store } = setUp(filled);
    await store.save();
    server.write({ justification: "Theirs" });
    store.change({ justification: "Mine" });
    await store.save();
    const kept = readRecord(storage, recordKey("regulator-001", ID), options);
    if (kept === undefined) throw new Error("nothing was kept");
    const again = new DraftStore(parts, kept);
    await again.save();
    expect(again.get()).toMatchObject({ status: { kind: "conflict" }, answers: { justification: "Mine" } });
  });

  it("saves the order's end, and does not take it for a change of another window", async () => {
    const { server, store } = setUp({ ...filled, validUntil: "2026-12-31" });
    await store.save();
    expect(server.body).toMatchObject({ until: "2027-01-01T00:00:00.000Z" });
    server.write({});
    store.change({ maxViews: "5" });
    await store.save();
    expect(store.get().status.kind).toBe("saved");
    expect(store.get().answers).toMatchObject({ end: "order", until: "" });
  });

  it("says so when it was refused, tries again only after a change, and stops when it is no longer a draft", async () => {
    const { server, store } = setUp(filled);
    server.faults.push(refusal(422, "request.invalid"));
    await store.save();
    expect(store.get().status.kind).toBe("refused");
    store.change({ justification: "Better" });
    expect(store.get().status.kind).toBe("changed");
    await store.save();
    expect(server.keys.size).toBe(1);
    server.faults.push(refusal(409, "request.illegal-transition"));
    store.change({ justification: "Too late" });
    await store.save();
    expect(store.get().status.kind).toBe("closed");
  });

  it("leaves transactions out that do not exist, and does not lose them from the form", async () => {
    const { server, parts } = setUp();
    const other = TX.replace(/1$/, "2");
    const start = { answers: { ...blankAnswers(options), ...filled, ids: [TX, other] }, keptAt: "" };
    const store = new DraftStore({ ...parts, isUnknown: (id) => id === other }, start);
    await store.save();
    expect(server.body.transactions).toEqual([TX]);
    expect(store.get().answers.ids).toEqual([TX, other]);
  });

  it("works without storage, and says that nothing is kept", async () => {
    const { parts } = setUp();
    const full = {
      ...memory(),
      setItem: () => {
        throw new DOMException("full", "QuotaExceededError");
      },
    };
    const store = new DraftStore({ ...parts, storage: full }, { answers: blankAnswers(options), keptAt: "" });
    store.change(filled);
    await store.save();
    expect(store.get()).toMatchObject({ isKept: false, status: { kind: "saved" } });
  });
});
