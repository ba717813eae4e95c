import { describe, expect, it } from "vitest";
import {
  HIDDEN_MS,
  hasEnded,
  IDLE_MS,
  lasts,
  type Opened,
  reasonForAll,
  skewOf,
  UNSURE_MS,
} from "@/components/client/blank-rules";

const NOW = Date.parse("2026-11-24T14:00:00Z");
const calm = { nowMs: NOW, lastInputMs: NOW, hiddenSinceMs: undefined, sureAtMs: undefined };

function underGrant(until: string): Opened {
  const grant = { id: "g", reference: "GR-2026-0001", until };
  return { accessId: "a", transactionId: "t", values: {}, masked: [], openedAt: "", grant };
}

describe("opened values go blank", () => {
  it("at five minutes without input, not before", () => {
    expect(reasonForAll({ ...calm, lastInputMs: NOW - IDLE_MS + 1 })).toBeUndefined();
    expect(reasonForAll({ ...calm, lastInputMs: NOW - IDLE_MS })).toBe("idle");
  });
  it("when the page was out of sight for a minute, whatever else", () => {
    expect(reasonForAll({ ...calm, hiddenSinceMs: NOW - HIDDEN_MS + 1 })).toBeUndefined();
    expect(reasonForAll({ ...calm, hiddenSinceMs: NOW - HIDDEN_MS })).toBe("hidden");
  });
  it("when nothing has confirmed the access for ten seconds", () => {
    expect(reasonForAll({ ...calm, sureAtMs: NOW - UNSURE_MS + 1 })).toBeUndefined();
    expect(reasonForAll({ ...calm, sureAtMs: NOW - UNSURE_MS })).toBe("unsure");
  });
  it("at the grant's end, not a moment after it", () => {
    expect(hasEnded(underGrant("2026-11-24T14:00:01Z"), NOW)).toBe(false);
    expect(hasEnded(underGrant("2026-11-24T14:00:00Z"), NOW)).toBe(true);
  });
  it("in every state of the grant but active and used up", () => {
    expect(["active", "exhausted", "revoked", "expired", "pending"].filter(lasts)).toEqual([
      "active",
      "exhausted",
    ]);
  });
});

describe("the browser's clock", () => {
  it("is taken as right when it is less than a minute off, and corrected when it is more", () => {
    expect(skewOf(NOW, NOW + 59_000)).toBe(0);
    expect(skewOf(NOW, NOW + 3_600_000)).toBe(-3_600_000);
  });
});
