import { describe, expect, it } from "vitest";
import { utf8 } from "@/lib/crypto/bytes";
import { bodyHmac, judgeReplay, keptMembers, keptOf } from "@/lib/http/endpoint/idempotency";

const key = new Uint8Array(32).fill(7);
const hmac = bodyHmac(key, "create", "/x", utf8("{}"));
const kept = { operation: "create", bodyHmac: hmac, status: 201, ids: { id: "1" } };

function codeOf(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error instanceof Error && "code" in error ? error.code : error;
  }
  return undefined;
}

describe("idempotency", () => {
  it("keeps declared members only: no disclosed field, no secret", () => {
    const body = {
      id: "1",
      status: "created",
      amount: "1000",
      receipt: { id: "2" },
      results: [{ id: "3", data: "x" }],
    };
    expect(keptMembers(body, ["id", "status", "results.id"])).toEqual({
      id: "1",
      status: "created",
      results: [{ id: "3" }],
    });
    expect(keptMembers(body, ["receipt"])).toEqual({ receipt: {} });
  });

  it("keeps the receipt, and all members but those that are disclosed or secret", () => {
    const receipt = {
      log: "l",
      entry: "3",
      entry_id: "e",
      leaf_hash: "h",
      integrate_by: "t",
      signature: "s",
    };
    const body = { id: "1", label: null, list: [{ a: 1 }], secret: "x", receipt };
    expect(keptOf(body, { allBut: ["secret"] })).toEqual({ id: "1", label: null, list: [{ a: 1 }], receipt });
    expect(keptOf(body, { keep: ["id", "label"] })).toEqual({ id: "1", label: null, receipt });
    expect(keptOf(undefined, { allBut: [] })).toEqual({});
  });

  it("answers a replay with the first status and ids, marked as such", () => {
    const reply = judgeReplay(kept, "create", hmac);
    expect(reply.status).toBe(201);
    expect(reply.body).toEqual({ id: "1" });
    expect(reply.headers["idempotency-replayed"]).toBe("true");
  });

  it("refuses another body, another address and another operation", () => {
    for (const other of [
      bodyHmac(key, "create", "/x", utf8("{} ")),
      bodyHmac(key, "create", "/y", utf8("{}")),
    ]) {
      expect(codeOf(() => judgeReplay(kept, "create", other))).toBe("idempotency.mismatch");
    }
    expect(codeOf(() => judgeReplay(kept, "other", hmac))).toBe("idempotency.mismatch");
  });

  it("answers 409 while the first call runs or its outcome is unknown", () => {
    expect(codeOf(() => judgeReplay({ ...kept, status: undefined }, "create", hmac))).toBe(
      "idempotency.in-progress",
    );
    expect(codeOf(() => judgeReplay(undefined, "create", hmac))).toBe("idempotency.in-progress");
  });
});
