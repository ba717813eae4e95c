import { describe, expect, it } from "vitest";
import { addressOf, queryOf, readAddress } from "@/app/(portal)/transactions/_components/list-query";

describe("the list's address", () => {
  it("gives the API's query, with the last day included", () => {
    const address = readAddress({
      job_id: "job-1001",
      status: "settled",
      from: "2026-11-01",
      to: "2026-11-24",
    });
    expect(queryOf(address)).toEqual({
      limit: 50,
      job_id: "job-1001",
      status: "settled",
      from: "2026-11-01T00:00:00Z",
      to: "2026-11-25T00:00:00.000Z",
    });
  });
  it("asks for the instants that a reader's days mean in their own zone", () => {
    const bounds = { from: "2026-10-31T23:00:00.000Z", to: "2026-11-24T23:00:00.000Z" };
    expect(queryOf(readAddress(bounds))).toEqual({ limit: 50, ...bounds });
  });
  it("leaves out an invalid state or day, and marks an invalid participant", () => {
    const address = readAddress({
      status: "lost",
      from: "2026-13-45",
      participant: "no such*",
      to: ["a", "b"],
    });
    expect([address.status, address.from, address.to]).toEqual(["", "", ""]);
    expect(queryOf(address)).toBeUndefined();
  });
  it("is written with what is set only, and read back the same", () => {
    const address = readAddress({ participant: "miner-789", view: "mine" });
    expect(addressOf(address)).toBe("/transactions?participant=miner-789&view=mine");
    expect(addressOf(address, { participant: "", isMine: false })).toBe("/transactions");
  });
});
