import { expect, it } from "vitest";
import { grantStateAt } from "@/lib/access/requests/view";

const NOW = new Date("2026-12-01T12:00:00Z");
const GRANT = {
  state: "active",
  ...{ viewsUsed: 0, maxViews: 3, log: "portal.test/log1" },
  ...{ notBefore: new Date("2026-11-01T00:00:00Z"), notAfter: new Date("2027-01-01T00:00:00Z") },
} as const;

it("a grant is in force only in the log for which the custodian accepted it", () => {
  expect(grantStateAt(GRANT, NOW, "portal.test/log1")).toBe("active");
  expect(grantStateAt(GRANT, NOW, "portal.test/log2")).toBe("former_log");
  expect(grantStateAt({ ...GRANT, log: undefined, state: "pending" }, NOW, "portal.test/log2")).toBe(
    "pending",
  );
});

it("a grant of a former log that ended or was revoked stays so", () => {
  const ended = { ...GRANT, notAfter: new Date("2026-11-30T00:00:00Z") };
  expect(grantStateAt(ended, NOW, "portal.test/log2")).toBe("expired");
  expect(grantStateAt({ ...GRANT, state: "revoked" }, NOW, "portal.test/log2")).toBe("revoked");
});
