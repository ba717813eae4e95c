import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { pathOf } from "@/lib/api-client/client/client";
import { getLogTile } from "@/lib/api-client/operations/log";
import { parseTileAddress, tileSegments, tileWidth } from "./tile-path";

describe("tile address", () => {
  it("reads the addresses of C2SP tlog-tiles, including the example in its text", () => {
    expect(tileSegments({ index: 1_234_067, width: 256 })).toEqual(["x001", "x234", "067"]);
    expect(parseTileAddress(["x001", "x234", "067.p", "8"])).toEqual({ index: 1_234_067, width: 8 });
    expect(parseTileAddress(["000"])).toEqual({ index: 0, width: 256 });
    expect(pathOf(getLogTile, { params: { level: "0", index: ["x001", "067.p", "8"] } })).toBe(
      "/confidential/audit/log/tile/0/x001/067.p/8",
    );
  });

  it("each tile has exactly one address", () => {
    const address = fc.record({
      index: fc.nat({ max: Number.MAX_SAFE_INTEGER }).filter((index) => index < 1e15),
      width: fc.integer({ min: 1, max: 256 }),
    });
    fc.assert(
      fc.property(address, (given) => {
        expect(parseTileAddress(tileSegments(given))).toEqual(given);
      }),
    );
  });

  it.each([
    [[]],
    [["0"]],
    [["0000"]],
    [["x000", "000"]],
    [["x001"]],
    [["001", "002"]],
    [["000.p", "0"]],
    [["000.p", "256"]],
    [["000.p", "01"]],
    [["000.p", "1", "1"]],
    [["000.p"]],
    [["-01"]],
    [["00a"]],
    [["x999", "x999", "x999", "x999", "x999", "999"]],
    [["..", "000"]],
  ])("%j is not a tile path", (segments) => {
    expect(parseTileAddress(segments)).toBeUndefined();
  });

  it("a tree of 70,000 leaves has the widths that the text names, and a tree of 256 has a partial tile above", () => {
    expect([tileWidth(70_000, 0, 272), tileWidth(70_000, 0, 273), tileWidth(70_000, 0, 274)]).toEqual([
      256, 112, 0,
    ]);
    expect([tileWidth(70_000, 1, 0), tileWidth(70_000, 1, 1), tileWidth(70_000, 2, 0)]).toEqual([256, 17, 1]);
    expect([tileWidth(256, 0, 0), tileWidth(256, 1, 0), tileWidth(256, 2, 0), tileWidth(0, 0, 0)]).toEqual([
      256, 1, 0, 0,
    ]);
    expect(tileWidth(Number.MAX_SAFE_INTEGER, 63, 0)).toBe(0);
  });
});
