// @vitest-environment happy-dom
import { describe, expect, it } from "vitest";
import { Unbroken } from "@/components/ui/unbroken";
import { show } from "@/lib/testing/components";

function wholeIn(text: string): (string | null)[] {
  const { container } = show(<Unbroken>{text}</Unbroken>);
  expect(container.textContent).toBe(text);
  return [...container.querySelectorAll(".whitespace-nowrap")].map((part) => part.textContent);
}

describe("a text on one line", () => {
  it("keeps references and dates whole in both languages", () => {
    expect(wholeIn("AR-2026-00000001: opened by coordinator-001 on 24 Nov 2026, 14:31 CET")).toEqual([
      "AR-2026-00000001",
      "coordinator-001",
      "24 Nov 2026",
    ]);
    expect(wholeIn("Court order, 7 K 221/26, valid from 30 Nov 2026")).toEqual(["7 K 221/26", "30 Nov 2026"]);
    expect(wholeIn("GR-2026-00000001 gilt bis 3. März 2026")).toEqual(["GR-2026-00000001", "3. März 2026"]);
    expect(wholeIn("Gerichtsbeschluss, 7 K 221/26, Amtsgericht Mitte")).toEqual(["7 K 221/26"]);
    expect(wholeIn("Montag bis Freitag, 09:00–17:00")).toEqual(["09:00–17:00"]);
    expect(wholeIn("Der Baum folgt RFC 6962.")).toEqual(["RFC 6962"]);
  });

  it("keeps key ids, names of headers and short words with a hyphen whole", () => {
    expect(wholeIn("client-456#1 replaces client-456#12")).toEqual(["client-456#1", "client-456#12"]);
    expect(wholeIn("X-Api-Key or Idempotency-Key")).toEqual(["X-Api-Key", "Idempotency-Key"]);
    expect(wholeIn("Co-viewers, E-Mail")).toEqual(["Co-viewers", "E-Mail"]);
  });

  it("lets ids and long words break", () => {
    expect(wholeIn("01936f2a-7c1b-7def-8a10-3f2b4c5d6e7f")).toEqual([]);
    expect(wholeIn("Wiederherstellungs-Code")).toEqual([]);
    expect(wholeIn("Requests")).toEqual([]);
  });
});
