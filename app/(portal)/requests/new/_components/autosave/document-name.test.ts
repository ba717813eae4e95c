import { expect, test } from "vitest";
import { forgetAllBut } from "@/components/client/kept-drafts";
import { documentName, keepDocumentName } from "./kept-answers";

function memory() {
  const items = new Map<string, string>();
  return {
    get length() {
      return items.size;
    },
    key: (index: number) => [...items.keys()][index] ?? null,
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, value),
    removeItem: (key: string) => void items.delete(key),
  };
}

test("a document's name is found by its digest, by the person who chose it, until they sign out", () => {
  const storage = memory();
  keepDocumentName(storage, "regulator-001", "digest", "demand.pdf");
  expect(documentName(storage, "regulator-001", "digest")).toBe("demand.pdf");
  expect(documentName(storage, "regulator-001", "other")).toBeUndefined();
  expect(documentName(storage, "regulator-002", "digest")).toBeUndefined();
  forgetAllBut(undefined, storage);
  expect(documentName(storage, "regulator-001", "digest")).toBeUndefined();
});

test("a browser that forbids storage breaks nothing", () => {
  const forbidden = () => {
    throw new Error("forbidden");
  };
  const storage = { getItem: forbidden, setItem: forbidden, removeItem: forbidden };
  keepDocumentName(storage, "regulator-001", "digest", "demand.pdf");
  expect(documentName(storage, "regulator-001", "digest")).toBeUndefined();
});
