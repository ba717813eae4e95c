import { policyToJson } from "@cedar-policy/cedar-wasm/nodejs";
import { describe, expect, test } from "vitest";
import { DEFAULT_POLICIES } from "@/lib/access/policy/default-policies";
import type { PolicySettings } from "@/lib/access/policy/policy-document";
import { cedarOf } from "./cedar-text";
import { changedPolicies, changedSettings, type ReadPolicy } from "./document-diff";
import { EMPTY_FORM, type PolicyForm } from "./form";
import { type CedarJson, readForm } from "./read-form";
import { compareSentences, plainOf, segmentsOf } from "./segments";
import { kindOf, sentenceOf } from "./sentence";

function readPolicy(id: string, text: string): ReadPolicy {
  const answer = policyToJson(text);
  if (answer.type === "failure") throw new Error(answer.errors[0]?.message);
  return { id, text, examples: [], reading: readForm(answer.json as CedarJson) };
}

function formOf(id: string): PolicyForm {
  const { reading } = readPolicy(id, DEFAULT_POLICIES[id] ?? "");
  if (reading.kind === "locked") throw new Error(reading.construct);
  return reading.form;
}

const both = (form: PolicyForm) => [plainOf(sentenceOf(form, "en")), plainOf(sentenceOf(form, "de"))];

const SETTINGS: PolicySettings = {
  quorums: { legal: 1, coordinator: 1 },
  grants: { max_views: 20, max_exports: 1, max_days: 90 },
  review_days: 10,
  retention: { classes: { "*": 2_555 }, roles: { "*": 1_825 } },
};

describe("sentence of a rule", () => {
  test.each([
    [
      "client-own",
      "Clients may open their own transactions for settlement, a dispute or support. Those of them who have the support duty may do so for a dispute only.",
      "Kunden dürfen eigene Transaktionen für die Abwicklung, einen Streitfall oder Support öffnen. Wer von ihnen auch die Aufgabe Support hat, darf das nur für einen Streitfall.",
    ],
    [
      "support-dispute",
      "Support may see fields in masked form for a dispute under a grant.",
      "Der Support darf Felder für einen Streitfall maskiert sehen, wenn eine Freigabe das erlaubt.",
    ],
    [
      "regulator-grant",
      "Regulators without the support duty may open transactions for an audit or compliance under a grant from a request.",
      "Die Aufsicht darf Transaktionen für eine Revision oder Compliance öffnen, wenn eine Freigabe aus einem Antrag das erlaubt. Für Personen mit der Aufgabe Support gilt das nicht.",
    ],
    [
      "masked-by-instrument",
      "No one may open parties, narrative and external references in full under a subpoena, a statutory demand or an audit mandate.",
      "Niemand darf die Felder Parteien, Beschreibung und externe Kennungen vollständig öffnen, wenn eine Vorlageanordnung (Subpoena), ein gesetzliches Auskunftsverlangen oder ein Prüfungsauftrag die Rechtsgrundlage ist.",
    ],
    [
      "age-party",
      "Clients and providers may not open transactions older than 1 year (365 days). Exception: a legal hold keeps the transaction and the access is under a legal authority.",
      "Kunden und Anbieter dürfen Transaktionen, die älter als 1 Jahr (365 Tage) sind, nicht öffnen. Ausnahme: Für die Transaktion gilt eine Löschsperre, und der Zugriff beruht auf einer Rechtsgrundlage.",
    ],
    [
      "hours-auditor",
      "Auditors may not open transactions outside Monday to Friday, 09:00–17:00, or on public holidays. This applies only if their organisation has set no hours of its own. Exception: they give a reason and have a legal authority other than an audit mandate.",
      "Die Revision darf Transaktionen an Feiertagen oder außerhalb von Montag bis Freitag 09:00–17:00 nicht öffnen, wenn die eigene Organisation keine Zeiten festgelegt hat. Ausnahme: Die Öffnung außerhalb der Zeiten ist begründet und stützt sich auf eine Rechtsgrundlage, die kein Prüfungsauftrag ist.",
    ],
    [
      "request-support",
      "Support may request access to metadata or masked fields for a dispute.",
      "Der Support darf Zugriff auf Metadaten oder maskierte Felder für einen Streitfall beantragen.",
    ],
  ])("of the default policy %s is plain in both languages", (id, english, german) => {
    expect(both(formOf(id))).toEqual([english, german]);
  });

  test("names every limit of a permit", () => {
    const form: PolicyForm = {
      ...EMPTY_FORM,
      roles: ["regulator"],
      records: "granted",
      grantKind: "request",
      approvals: 2,
      groups: ["amount"],
      levels: ["full"],
      instruments: ["court_order"],
      hours: { weekdays: [1, 3], from: 540, to: 1020, exceptHolidays: true },
      factorMinutes: 15,
      ageDays: 365,
      fromDay: "2026-12-01",
      toDay: "2026-12-31",
    };
    expect(both(form)).toEqual([
      "Regulators may open amount of transactions at most 1 year (365 days) old in full under a grant from a request. Conditions: with at least 2 approvals; under a court order; on Monday and Wednesday, 09:00–17:00, not on public holidays; when their second factor was proved within the last 15 minutes; from 1 Dec 2026 through 31 Dec 2026.",
      "Die Aufsicht darf das Feld Betrag von Transaktionen, die höchstens 1 Jahr (365 Tage) alt sind, mit einer Freigabe aus einem Antrag vollständig öffnen. Bedingungen: mit mindestens 2 Zustimmungen; ab dem 1. Dez. 2026 bis zum 31. Dez. 2026; nur Montag und Mittwoch, 09:00–17:00, nicht an Feiertagen; ein Gerichtsbeschluss ist die Rechtsgrundlage; der zweite Faktor wurde vor höchstens 15 Minuten bestätigt.",
    ]);
  });

  test("of a prohibition with many limits is a list of conditions and exceptions", () => {
    const form: PolicyForm = {
      ...EMPTY_FORM,
      effect: "forbid",
      roles: ["auditor"],
      approvals: 2,
      instruments: ["subpoena"],
      purposes: ["audit"],
      office: "own",
      exceptEmergency: true,
    };
    expect(both(form)).toEqual([
      "Auditors may not open transactions. This applies only if all these conditions are met: with fewer than 2 approvals; under a subpoena; for an audit; outside their organisation’s own hours. Exception: it is emergency access.",
      "Die Revision darf Transaktionen nicht öffnen. Das gilt nur, wenn alle diese Bedingungen erfüllt sind: mit weniger als 2 Zustimmungen; für eine Revision; eine Vorlageanordnung (Subpoena) ist die Rechtsgrundlage; die eigene Organisation hat nach ihren eigenen Zeiten geschlossen. Ausnahme: Es ist ein Notzugriff.",
    ]);
  });

  test("of a rule for all people says who they are", () => {
    expect(both({ ...EMPTY_FORM, effect: "forbid", groups: ["narrative"] })).toEqual([
      "No one may open narrative.",
      "Niemand darf das Feld Beschreibung öffnen.",
    ]);
    const support: PolicyForm = { ...EMPTY_FORM, effect: "forbid", support: "yes", purposes: ["dispute"] };
    expect(both({ ...support, isOtherPurposes: true, exceptEmergency: true })).toEqual([
      "People with the support duty may not open transactions for purposes other than a dispute. Exception: it is emergency access.",
      "Personen mit der Aufgabe Support dürfen Transaktionen für andere Zwecke als einen Streitfall nicht öffnen. Ausnahme: Es ist ein Notzugriff.",
    ]);
  });

  test("its important words are marked", () => {
    expect(segmentsOf(sentenceOf(formOf("miner-own"), "en"))).toEqual([
      { text: "Providers", isStrong: true },
      { text: " without the support duty may open ", isStrong: false },
      { text: "their own transactions", isStrong: true },
      { text: " for ", isStrong: false },
      { text: "settlement", isStrong: true },
      { text: ".", isStrong: false },
    ]);
  });

  test("a rule allows, limits or forbids", () => {
    const kinds = ["miner-own", "hours-auditor", "masked-by-instrument", "age-party"].map((id) =>
      kindOf(formOf(id)),
    );
    expect(kinds).toEqual(["allows", "limits", "limits", "forbids"]);
  });
});

describe("difference of two sentences", () => {
  test("names the words that go and come", () => {
    const said = compareSentences(
      "**Auditors** may open amount **in full** for an audit.",
      "**Auditors** may see amount **masked** for an audit.",
    );
    expect(said.map(({ text, change }) => [text, change])).toEqual([
      ["Auditors", "same"],
      [" may", "same"],
      [" open", "removed"],
      [" see", "added"],
      [" amount ", "same"],
      ["in full", "removed"],
      ["masked", "added"],
      [" for an audit.", "same"],
    ]);
  });
});

describe("difference of two policy sets", () => {
  const text = (id: string) => DEFAULT_POLICIES[id] ?? "";
  const before = {
    policies: ["client-own", "miner-own", "age-party"].map((id) => readPolicy(id, text(id))),
    settings: SETTINGS,
  };

  test("has added, changed and removed rules, and no others", () => {
    const changed = readPolicy(
      "miner-own",
      cedarOf({ ...formOf("miner-own"), purposes: ["settlement", "dispute"] }),
    );
    const after = {
      policies: [
        readPolicy("client-own", text("client-own")),
        changed,
        readPolicy("emergency", text("emergency")),
      ],
      settings: SETTINGS,
    };
    const said = changedPolicies(before, after, "en");
    expect(said.map(({ id, change }) => [id, change])).toEqual([
      ["miner-own", "changed"],
      ["emergency", "added"],
      ["age-party", "removed"],
    ]);
    const words = said[0]?.segments.filter(({ change }) => change !== "same").map((one) => one.text.trim());
    expect(words).toEqual(["or a dispute"]);
  });

  test("shows the text of a rule that has no sentence", () => {
    const locked = readPolicy(
      "miner-own",
      `${text("miner-own").slice(0, -1)} unless { principal.isSupport };`,
    );
    const after = {
      ...before,
      policies: [...before.policies.filter(({ id }) => id !== "miner-own"), locked],
    };
    const [one, ...others] = changedPolicies(before, after, "en");
    expect(others).toEqual([]);
    expect(one).toMatchObject({ id: "miner-own", form: "text", isSameRule: false });
    expect(one?.segments.map((part) => part.text).join("")).toContain("unless");
  });

  test("has the settings that differ", () => {
    const after = { ...SETTINGS, grants: { ...SETTINGS.grants, max_views: 10 } };
    expect(changedSettings(SETTINGS, after)).toEqual([{ name: "grants.max_views", before: 20, after: 10 }]);
    expect(changedSettings(SETTINGS, SETTINGS)).toEqual([]);
  });
});
