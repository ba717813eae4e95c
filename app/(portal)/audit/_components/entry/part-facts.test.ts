import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { NextIntlClientProvider } from "next-intl";
import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import { CATALOGUES } from "@/components/messages/catalogue";
import { ERROR_CODES, type ErrorCode, isRecordedCode } from "@/lib/error-codes";
import { PartFacts, shownMembers } from "./part-facts";
import { memberKey, tableKey } from "./part-value";
import { refusalKey } from "./refusal-name";

const TX = "01a00000-0000-7000-8000-000000000009";
const PERSON = "8fQZ1c0aXg2LrTtm";
const known = {
  people: { [PERSON]: { actor_name: "Jonas Reiter" } },
  records: new Map([[TX, "88-1402"]]),
};

function render(members: Readonly<Record<string, unknown>>, locale: "en" | "de" = "en"): string {
  const children = createElement(PartFacts, { members, known });
  const given = { locale, messages: CATALOGUES[locale], timeZone: "UTC", children };
  return renderToStaticMarkup(createElement(NextIntlClientProvider, given));
}
const textOf = (html: string) => html.replaceAll(/<[^>]*>/g, "|").replaceAll(/\|+/g, "|");

describe("the facts of a part", () => {
  it("name a process that acted, and a person by the code that the entry has", () => {
    expect(textOf(render({ actor: "system:portal" }, "de"))).toBe("|Wer|Portal|");
    expect(textOf(render({ actor: "QZ_YSoO4j1-zmdTT" }))).toBe("|Who|QZ_YSoO4j1-zmdTT|");
  });

  it("have labels, names of people and records, and words for closed values", () => {
    const html = render({ user: PERSON, transaction: TX, level: "masked", groups: ["amount", "parties"] });
    expect(textOf(html)).toBe(
      "|Person|Jonas Reiter| |8fQZ1c0aXg2LrTtm|Transaction|88-1402|Level|Masked|Fields|amount, parties|",
    );
    expect(html).toContain(`href="/transactions/${TX}"`);
    expect(textOf(render({ level: "masked", user: PERSON }, "de"))).toBe(
      "|Sichtbarkeit|Maskiert|Person|Jonas Reiter| |8fQZ1c0aXg2LrTtm|",
    );
  });

  it("have words for a switch and for why it has its value, and leave a typed reason as it is", () => {
    const change = { flag: "export.background", on: true, reason: "STATIC", organisation: "Pilot" };
    expect(textOf(render({ subjects: ["flag:export.background"], ...change }))).toBe(
      "|Concerns|Switch: Exports in the background|Switch|Exports in the background|On|yes|Reason|Set in the file|Organisation|Pilot|",
    );
    expect(textOf(render({ reason: "STATIC" }))).toBe("|Reason|STATIC|");
  });

  it("show an unknown member by the entry's own name, and every text as text", () => {
    expect(textOf(render({ later: "<b>1</b>", none: null }))).toBe("|later|&lt;b&gt;1&lt;/b&gt;|none|none|");
  });

  it("show members of members below their name, and say how many values were left out", () => {
    expect(textOf(render({ levels: { amount: "full" } }))).toBe("|Level of each field|amount|In full|");
    const transactions = Array.from({ length: 23 }, (_, at) => `T-${at}`);
    expect(textOf(render({ transactions }))).toContain("T-19| and 3 more");
  });

  it("fold away members with many members, and name a subject that has no page by its kind", () => {
    const facts = {
      at: "2026-11-25T11:00:00Z",
      format: 1,
      own: true,
      live: false,
      role: "auditor",
      c: "x",
      seq: 1,
    };
    expect(render({ facts })).toMatch(/<details><summary[^>]*>Facts that decided<\/summary>/);
    expect(render({ facts: { own: true } })).not.toContain("<details>");
    expect(textOf(render({ subjects: [`disclosure:${TX}`, `grant:${TX}`] }))).toMatch(
      /^\|Concerns\|Disclosure \|01a00000…0009\|88-1402\|$/,
    );
  });

  it("of the organisation leave out what the entry shows above, and say nothing twice", () => {
    const org = {
      ...{ action: "grant.create", actor: PERSON, purpose: "audit", subjects: [`grant:${TX}`], case: true },
      ...{ details: { grant: TX, action: "inner", code: "auth.role", reason: "auth.role" } },
      ...{ access: { error: "auth.role" }, index: { grant_id: TX, transaction_id: "t" } },
    };
    expect(Object.keys(shownMembers("org", org))).toEqual([
      "actor",
      "subjects",
      "grant",
      "code",
      "transaction_id",
    ]);
    expect(shownMembers("case", { purpose: "kept" })).toEqual({ purpose: "kept" });
  });
});

/** The code that writes entries. */
function sources(): string[] {
  const lib = path.join(import.meta.dirname, "../../../../../lib");
  return readdirSync(lib, { recursive: true, encoding: "utf8" })
    .filter((file) => /(?<!test)\.ts$/.test(file) && !/testing\/|generated\//.test(file))
    .map((file) => readFileSync(path.join(lib, file), "utf8"));
}

/** Members that code writes as literals of `details`, `caseDetails` or a suspicion. */
function writtenMembers(): Set<string> {
  const written = new Set<string>();
  for (const text of sources()) {
    for (const [, body = ""] of text.matchAll(/\b(?:caseDetails|details|suspicion): \{([^{}]*)\}/g))
      for (const [, name = ""] of body.matchAll(/(?:^|,)\s*([a-z][a-z_0-9]*)\s*(?=[:,]|$)/g))
        written.add(name);
  }
  return written;
}

const isCode = (code: string): code is ErrorCode => Object.hasOwn(ERROR_CODES, code);

describe("labels", () => {
  it("exist for every code of a refusal that the log keeps, and are shown with the code", () => {
    const isKept = (code: string) => isCode(code) && isRecordedCode(code);
    const recorded = Object.keys(ERROR_CODES).filter(isKept);
    const failed = ["custodian.unavailable", "envelope.open-failed", "envelope.replaced", "key.state"];
    const codes = [...recorded, ...failed, "service.audit-unavailable"];
    expect(codes.filter((code) => refusalKey(code) === undefined)).toEqual([]);
    expect(textOf(render({ code: "auth.role", reason: "As asked." }))).toBe(
      "|Code|The role or duties of the account do not allow this |auth.role|Reason|As asked.|",
    );
  });

  it("exist for every member that the code writes", () => {
    const written = [...writtenMembers()];
    expect(written.length).toBeGreaterThan(60);
    expect(written.filter((name) => memberKey(name) === undefined)).toEqual([]);
  });

  it("exist for every kind of subject that the code writes", () => {
    const written = new Set<string>();
    for (const text of sources())
      for (const [, body = ""] of text.matchAll(/\bsubjects: \[([^\]]*)\]/g))
        for (const [, table = ""] of body.matchAll(/`([a-z_]+):/g)) written.add(table);
    expect(written.size).toBeGreaterThan(40);
    expect([...written].filter((table) => tableKey(table) === undefined)).toEqual([]);
  });
});
