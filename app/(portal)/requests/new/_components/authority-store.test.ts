import { describe, expect, it } from "vitest";
import type { AuthorizationView } from "@/lib/access/answer-schema";
import { type AttachCall, AuthorityStore } from "./authority-store";
import type { FactsBody } from "./bodies";

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

/** A store whose server takes everything, and the calls that reached it. */
function openStore() {
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
    document: { sha256: "s", bytes: 4, media_type: "application/pdf", scan: "not scanned" },
  };
  const store = new AuthorityStore(
    {
      attach: async (call) => {
        calls.push(call);
        return view;
      },
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
    undefined,
  );
  const sent = () => calls.map(({ document, signature }) => [document?.name, signature?.name]);
  return { store, calls, sent };
}

describe("an authority's signature beside its document", () => {
  it("goes with the document, and once", async () => {
    const { store, sent } = openStore();
    await store.choose(pdf);
    store.sign(jws);
    await store.attach("draft", FACTS);
    await store.attach("draft", FACTS);
    expect(sent()).toEqual([["order.pdf", "order.jws"]]);
    expect(store.isDirty(FACTS)).toBe(false);
  });

  it("goes alone when the document is with the server, under a key of its own", async () => {
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

  it("that is left out again goes by sending the document anew, which makes the order paper", async () => {
    const { store, sent } = openStore();
    await store.choose(pdf);
    store.sign(jws);
    await store.attach("draft", FACTS);
    store.sign(undefined);
    await store.attach("draft", FACTS);
    expect(sent()[1]).toEqual(["order.pdf", undefined]);
    expect(store.isDirty(FACTS)).toBe(false);
  });

  it("stays with a document that takes another's place, and when facts are corrected", async () => {
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
