import { describe, expect, it } from "vitest";
import type { AuthorizationView } from "@/lib/access/requests/answer-schema";
import type { FactsBody } from "../answers/bodies";
import { CallQueue } from "../autosave/draft-calls";
import type { AttachCall } from "../autosave/send-order";
import { type Attached, AuthorityStore, hasOrder } from "./authority-store";

const FACTS: FactsBody = {
  issuer: "Landgericht Berlin",
  jurisdiction: "DE",
  kind: "court_order",
  case_number: "18 O 1/26",
  valid_from: "2026-11-01",
  valid_until: "2026-12-20",
};
const pdf = new File(["%PDF"], "order.pdf", { type: "application/pdf" });
const jws = new File(["a.b.c"], "order.jws");

type View = AuthorizationView;
const PASSED: NonNullable<View["signature"]>[number] = {
  occasion: "attach",
  method: "jws",
  indication: "TOTAL-PASSED",
  detail: "signed by a registered key",
  judged_at: "2026-11-02T00:00:00Z",
};
const DOCUMENT: View["document"] = {
  sha256: "s",
  bytes: 4,
  media_type: "application/pdf",
  scan: "not scanned",
};

/** A store whose server accepts everything, and the calls that reached it. */
function openStore(attached?: Attached) {
  const calls: AttachCall[] = [];
  let keys = 0;
  const view: AuthorizationView = {
    id: "a",
    state: "draft",
    ...FACTS,
    valid_from: "2026-11-01T00:00:00Z",
    valid_until: "2026-12-21T00:00:00Z",
    record_digest: "d",
    verification: "not verified",
    assurance: "none",
  };
  const answerTo = ({ document, signature }: AttachCall): View => ({
    ...view,
    ...(document === undefined && attached?.document === undefined && signature !== undefined
      ? {}
      : { document: DOCUMENT }),
    ...(signature === undefined ? {} : { signature: [PASSED] }),
  });
  const store = new AuthorityStore(
    {
      attach: async (call) => {
        calls.push(call);
        return answerTo(call);
      },
      queue: new CallQueue(),
      read: async (file) => ({
        file,
        name: file.name,
        bytes: file.size,
        mediaType: file.type,
        sha256: undefined,
      }),
      newKey: () => {
        keys += 1;
        return `key-${keys}`;
      },
    },
    attached,
  );
  const sent = () => calls.map(({ document, signature }) => [document?.name, signature?.name]);
  return { store, calls, sent };
}

describe("an authority's signature of its document", () => {
  it("is sent with the document, once", async () => {
    const { store, sent } = openStore();
    await store.choose(pdf);
    store.sign(jws);
    await store.attach("draft", FACTS);
    await store.attach("draft", FACTS);
    expect(sent()).toEqual([["order.pdf", "order.jws"]]);
    expect(store.isDirty(FACTS)).toBe(false);
  });

  it("is sent alone, with its own key, when the server has the document", async () => {
    const { store, sent, calls } = openStore();
    await store.choose(pdf);
    await store.attach("draft", FACTS);
    store.sign(jws);
    expect(store.isDirty(FACTS)).toBe(true);
    await store.attach("draft", FACTS);
    expect(sent()).toEqual([
      ["order.pdf", undefined],
      [undefined, "order.jws"],
    ]);
    expect(calls[0]?.key).not.toBe(calls[1]?.key);
  });

  it("is removed by sending the document again without it", async () => {
    const { store, sent } = openStore();
    await store.choose(pdf);
    store.sign(jws);
    await store.attach("draft", FACTS);
    store.sign(undefined);
    await store.attach("draft", FACTS);
    expect(sent()[1]).toEqual(["order.pdf", undefined]);
    expect(store.isDirty(FACTS)).toBe(false);
  });

  it("stays when the document is replaced and when facts are corrected", async () => {
    const { store, sent } = openStore();
    await store.choose(pdf);
    store.sign(jws);
    await store.attach("draft", FACTS);
    await store.choose(new File(["%PDF2"], "second.pdf", { type: "application/pdf" }));
    await store.attach("draft", FACTS);
    await store.attach("draft", { ...FACTS, case_number: "18 O 2/26" });
    expect(sent().slice(1)).toEqual([
      ["second.pdf", "order.jws"],
      [undefined, undefined],
    ]);
  });
});

describe("an order that is a signature by itself", () => {
  it("is sent without a document, and an answer without one does not count as altered", async () => {
    const { store, sent } = openStore();
    expect(hasOrder(store.get())).toBe(false);
    store.sign(jws);
    expect(hasOrder(store.get())).toBe(true);
    await store.attach("draft", FACTS);
    expect(sent()).toEqual([[undefined, "order.jws"]]);
    expect(store.get()).toMatchObject({ status: { kind: "attached" }, attached: { isSigned: true } });
    expect(store.isDirty(FACTS)).toBe(false);
  });

  it("is recognised when it is dropped in place of a document", async () => {
    const { store, sent } = openStore();
    await store.choose(jws);
    await store.attach("draft", FACTS);
    expect(sent()).toEqual([[undefined, "order.jws"]]);
  });

  it("is missing again when it is removed, and no correction is sent", async () => {
    const { store, sent } = openStore();
    store.sign(jws);
    await store.attach("draft", FACTS);
    store.sign(undefined);
    expect([hasOrder(store.get()), store.isDirty(FACTS)]).toEqual([false, false]);
    await store.attach("draft", FACTS);
    expect(sent()).toHaveLength(1);
  });

  it("cannot be a signature of a missing document", async () => {
    const { store } = openStore();
    store.sign(new File(["x"], "order.p7s"));
    expect([hasOrder(store.get()), store.isDirty(FACTS)]).toEqual([false, false]);
  });

  it("is still there when the page is opened again, and its facts can be corrected", async () => {
    const held = { facts: JSON.stringify(FACTS), document: undefined, from: undefined, isSigned: true };
    const { store } = openStore(held);
    expect([hasOrder(store.get()), store.isDirty(FACTS)]).toEqual([true, false]);
    expect(store.isDirty({ ...FACTS, case_number: "18 O 2/26" })).toBe(true);
  });
});
