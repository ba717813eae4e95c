import { createTranslator } from "next-intl";
import { expect, test } from "vitest";
import { CATALOGUES } from "@/components/messages/catalogue";
import { languageOf } from "@/components/messages/language";
import { argumentsOf } from "@/lib/testing/contracts/message-arguments";

function flatten(value: unknown, path = ""): [string, string][] {
  if (typeof value === "string") return [[path, value]];
  if (typeof value !== "object" || value === null) throw new Error(`${path} is not a wording`);
  return Object.entries(value).flatMap(([key, inner]) => flatten(inner, `${path}.${key}`));
}

const english = new Map(flatten(CATALOGUES.en));
const german = new Map(flatten(CATALOGUES.de));

test("German and English have the same messages", () => {
  expect([...german.keys()].sort()).toEqual([...english.keys()].sort());
});

test("a message takes the same arguments in both languages", () => {
  const differing = [...english].filter(
    ([key, text]) => String(argumentsOf(text)) !== String(argumentsOf(german.get(key) ?? "")),
  );
  expect(differing.map(([key]) => key)).toEqual([]);
});

test.each([
  ["en", english],
  ["de", german],
] as const)("every message can be read, in %s", (locale, texts) => {
  const unreadable: string[] = [];
  for (const [key, text] of texts) {
    // A missing argument is not a fault of the message itself.
    const onError = ({ code }: { readonly code: string }) => {
      if (code === "INVALID_MESSAGE") unreadable.push(key);
    };
    createTranslator({ locale, messages: { text }, onError })("text");
  }
  expect(unreadable).toEqual([]);
});

test("no message is empty or makes a claim that no test shows", () => {
  const claims =
    /complian(t|ce-)|certified|zertifiziert|tamper-?proof|immutable|unveränderlich|HSM[- ]protected/i;
  const bad = [...english, ...german].filter(([, text]) => text.trim() === "" || claims.test(text));
  expect(bad).toEqual([]);
});

/** Words that were used before for a concept that now has one word (docs/guides/german.md). */
const SECOND_WORDS =
  /(?<!tlog-)Checkpoint|\bWorker|Regeldatei|Regelwerksdatei|Behördenschlüssel|Zustand(?!e)|Versprechen|Zeitstempeldienst|zurücknehmen|Prüfauftrag|[Mm]itsign|\bDigest|Rückfrage|angemeldete[rs]? (?:Feld|Wert)|Kontrollpunkt|unterzeichn|Rechtsraum|freiwillig|Authentikator|Authenticator-Programm|Kundendienst|\bZugangs?\b|Bemerkung|Richtlinie|Beamt|bewillig|zurückgenommen|Protokoll ausf|Schweigerecht|\bGewähr\b|Wurzelschlüssel|Auskunftsperson|Öffnungszeit|\bFirm(a|en)\b|Identitätsanbieter|Datens[aä]tz|\bGr[uü]nde?[ns]?\b|Rolle Prüfung|Aufsicht und Prüfung|Signierer|Kennwort|Journal|Aufbewahrungsanordnung|Vorrecht|Verwaltung|ausgeschieden|\bAbsicht\b|\bprobier|\berfasst|unbezeugt|Probe ab\b|heimisch|abdeck|\bdeckte|gute[nr]? Sicherung|Verbindung (?:ging )?verloren|unter (?:eine|diese|de)r Freigabe/i;

/** “Record” as a noun: the thing is a transaction or a log entry. The verb stays. */
const RECORD =
  /\b(?:a|an|the|this|these|which|own|no|one|of|all|any|each|every|more|without|on|its|their|your) records?\b|# records?\b|^records$|\brecord (?:number|is|was|has|of)\b/i;

test("one thing has one word, and access is revoked in both languages", () => {
  expect([...german].filter(([, text]) => SECOND_WORDS.test(text))).toEqual([]);
  expect([...english].filter(([, text]) => RECORD.test(text))).toEqual([]);
  expect([...english].filter(([, text]) => /tak(e|en|ing) (\w+ ){0,2}back/i.test(text))).toEqual([]);
});

test("German help of a reason calls it by its gender: die Begründung", () => {
  const helps = [...german].filter(([key]) => /(?:reason|hours|justification)Help$/i.test(key));
  expect(helps.length).toBeGreaterThan(10);
  expect(helps.filter(([, text]) => /\b(?:er|ihn|ihm)\b/i.test(text))).toEqual([]);
});

test("a case is what one order is about: policies are tried in a situation", () => {
  const ofPolicies = ([key]: readonly [string, string]) => key.startsWith(".policies.");
  expect([...english].filter(ofPolicies).filter(([, text]) => /\bcases?\b/i.test(text))).toEqual([]);
  expect([...german].filter(ofPolicies).filter(([, text]) => /\bF[aä]ll(e|en|s)?\b/.test(text))).toEqual([]);
});

/** What a form says of a field that has no usable answer. */
const FAULT = /(?:Missing|Needed|\.needed|\.missing|\.(?:missing|fault|faults|problems)\.\w+)$/;

test("a fault of a field says what to enter, always in the same words", () => {
  const faults = [...english].filter(([key]) => FAULT.test(key));
  expect(
    faults.filter(([, text]) => /^(Give|Write|Name|Type|State|Paste) |^Enter (a|your) reason/.test(text)),
  ).toEqual([]);
  const entered = faults.filter(([, text]) => /^(Enter|Choose) /.test(text)).map(([key]) => key);
  expect(entered.length).toBeGreaterThan(100);
  const isLong = (text: string) => /[.!?] /.test(text);
  const stopped = (texts: ReadonlyMap<string, string>) =>
    entered.filter((key) => !isLong(texts.get(key) ?? "") && texts.get(key)?.endsWith("."));
  expect([stopped(english), stopped(german)]).toEqual([[], []]);
  const asked = entered.filter((key) => english.get(key)?.startsWith("Enter "));
  expect(asked.filter((key) => !/^Geben Sie .*\bein\b/.test(german.get(key) ?? ""))).toEqual([]);
});

test.each([
  ["en", "9,999 of 10,000", "All 1,204 in the log", "1,204 not listed"],
  ["de", "9.999 von 10.000", "Alle 1.204 im Protokoll", "1.204 nicht aufgeführt"],
] as const)(
  "counts in sentences are written as the language does, in %s",
  (locale, views, accesses, more) => {
    const t = createTranslator({ locale, messages: CATALOGUES[locale] });
    expect(t("grants.table.of", { n: 9999, all: 10_000 })).toBe(views);
    expect(t("transactions.accesses.all", { count: 1204 })).toBe(accesses);
    expect(t("accessReview.decided", { decided: 9999, rows: 10_000 })).toBe(views);
    expect(t("review.orderScope.result.notListed", { count: 1204 })).toBe(more);
    expect(t("opening.usesText", { count: 1, left: 9999, all: 10_000 })).toContain(views);
  },
);

test.each([
  [undefined, "de-AT,de;q=0.9,en;q=0.5", "de"],
  [undefined, "fr, en;q=0.3, de;q=0.7", "de"],
  [undefined, "fr", "en"],
  [undefined, null, "en"],
  ["en", "de", "en"],
  ["xx", "de", "de"],
] as const)("cookie %s and Accept-Language %s give %s", (cookie, accepted, language) => {
  expect(languageOf(cookie, accepted)).toBe(language);
});
