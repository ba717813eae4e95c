import { describe, expect, test } from "vitest";
import { ExampleFacts } from "@/lib/access/policy/policy-document";
import { exampleLine } from "./example-sentence";

const of = (facts: object) => {
  const example = ExampleFacts.parse({ role: "auditor", purpose: "audit", grant: "request", ...facts });
  return [exampleLine(example, "en"), exampleLine(example, "de")];
};

describe("line of an example", () => {
  test("leaves out what an ordinary case does not have", () => {
    expect(of({})).toEqual([
      "Auditor: amount in full for an audit, grant from a request, Wednesday 12:00",
      "Revision: Betrag vollständig für eine Revision, Freigabe aus einem Antrag, Mittwoch 12:00",
    ]);
  });

  test("names every unusual fact", () => {
    const facts = {
      role: "coordinator",
      is_support: true,
      level: "masked",
      grant: null,
      authority: "court_order",
      age_days: 2_000,
      is_kept: true,
      weekday: 7,
      minute: 61,
      is_holiday: true,
      sets_hours: true,
      has_override: true,
      factor_minutes: 20,
    };
    expect(of(facts)).toEqual([
      "Coordinator with the support duty: amount masked for an audit, no grant, court order, transaction 2,000 days old, legal hold, Sunday 01:01, public holiday, own hours closed, reason for outside hours, second factor 20 minutes ago",
      "Koordination mit der Aufgabe Support: Betrag maskiert für eine Revision, keine Freigabe, Gerichtsbeschluss, Transaktion 2.000 Tage alt, Löschsperre, Sonntag 01:01, Feiertag, eigene Zeiten geschlossen, Begründung außerhalb der Zeiten, zweiter Faktor vor 20 Minuten",
    ]);
  });

  test("of a request has no facts of a record, and quotes an unknown purpose", () => {
    expect(of({ action: "request", purpose: "curiosity" })).toEqual([
      "Auditor: request in full for “curiosity”",
      "Revision: Antrag, vollständig, für „curiosity“",
    ]);
  });
});
