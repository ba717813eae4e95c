import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { OPERATIONS } from "../registry";
import { typeOf } from "./describe-schema";
import { commandOf, operationsByTag, referenceOf } from "./reference";
import { TAGS, tagOf } from "./tags";

const ORIGIN = "http://localhost:3000";
const of = (id: string) => {
  const operation = OPERATIONS.find((one) => one.id === id);
  if (operation === undefined) throw new TypeError(id);
  return referenceOf(operation);
};
/** Returns the words that a POSIX shell makes of a command. */
function wordsOf(command: string): string[] {
  const script = `curl() { printf '%s\\0' "$@"; }; KEY=k; ${command}`;
  return execFileSync("/bin/sh", ["-c", script], { encoding: "utf8" }).split("\0").slice(0, -1);
}

describe("the reference", () => {
  it("has every operation once, in one part, and no part without one", () => {
    const all = operationsByTag();
    expect(all.map(({ tag }) => tag.slug)).toEqual(TAGS.map(({ slug }) => slug));
    const ids = all.flatMap(({ operations }) => operations.map(({ id }) => id));
    expect(ids.sort()).toEqual(OPERATIONS.map(({ id }) => id).sort());
    expect(tagOf({ id: "x", path: "/confidential/access" }).slug).toBe("openings");
    expect(tagOf({ id: "x", path: "/confidential/transactions/{id}/access" }).slug).toBe("openings");
    expect(() => tagOf({ id: "x", path: "/elsewhere" })).toThrow("lib/api-client/openapi/tags.ts");
  });

  it("finds by all words of path, name and summary", () => {
    const found = (words: string) =>
      operationsByTag(words).flatMap(({ operations }) => operations.map(({ id }) => id));
    expect(found("rotate participant")).toContain("rotateKeyAlias");
    expect(found("POST /confidential/keys/register")).toEqual(["registerKeyAlias"]);
    expect(found("CREATETRANSACTION batch")).toEqual(["createTransactionBatch"]);
    expect(found("nothing-such")).toEqual([]);
  });

  it("describes members, parameters and problems of a call from its declaration", () => {
    const create = of("createTransaction");
    expect(create.body.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["job_id", "participants", "external_references[].scheme"]),
    );
    expect(create.body.find(({ name }) => name === "job_id")).toMatchObject({ isRequired: true });
    expect(create.answer.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["transaction_id", "receipt"]),
    );
    expect(create.parameters).toContainEqual(
      expect.objectContaining({ name: "Idempotency-Key", place: "header" }),
    );
    const list = of("listTransactions");
    expect(list.answer.find(({ name }) => name === "next_cursor")?.type).toBe("string or null");
    expect(list.parameters.find(({ name }) => name === "limit")?.description).toContain("from 1 to 500");
    const codes = [...create.problems.ofCall, ...create.problems.ofPart].map(({ code }) => code);
    expect(codes).toEqual(
      expect.arrayContaining(["auth.scope", "participant.no-active-key", "transaction.exists"]),
    );
    expect(
      of("auditTransaction")
        .parameters.filter(({ isOld }) => isOld)
        .map(({ name }) => name)
        .sort(),
    ).toEqual(["authorization", "purpose"]);
    expect(of("listTransactions").answer.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["items", "items[].transaction_id", "next_cursor"]),
    );
  });

  it("gives a command for every call that a key can make, whose words a shell reads as they are", () => {
    for (const operation of OPERATIONS) {
      const command = commandOf(referenceOf(operation), ORIGIN);
      expect(command === undefined, operation.id).toBe(operation.sessionOnly === true);
      if (command === undefined) continue;
      const words = wordsOf(command);
      const address = new URL(words.at(-1) ?? "");
      expect(address.origin).toBe(ORIGIN);
      expect(address.pathname, operation.id).not.toMatch(/[{}]|%7B/);
      expect(words.includes("Authorization: Bearer k"), operation.id).toBe(operation.scopes !== "none");
      const body = words[words.indexOf("-d") + 1];
      if (words.includes("-d")) expect(operation.body?.safeParse(JSON.parse(body ?? "")).success).toBe(true);
    }
  });

  it("describes the values of a member in a few words", () => {
    expect(typeOf({ type: "string", format: "uuid" })).toBe("string (uuid)");
    expect(typeOf({ type: "string", minLength: 1, maxLength: 20 })).toBe("string (1 to 20 characters)");
    expect(typeOf({ type: "array", items: { enum: ["a", "b"] }, maxItems: 6 })).toBe(
      "list of a | b (at most 6 items)",
    );
    expect(typeOf({ anyOf: [{ type: "string" }, { type: "null" }] })).toBe("string or null");
    expect(typeOf({ type: "integer", minimum: 0, maximum: Number.MAX_SAFE_INTEGER })).toBe("integer");
    expect(typeOf({})).toBe("any JSON");
  });
});
