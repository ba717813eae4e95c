import { NextIntlClientProvider } from "next-intl";
import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import { GuideBlocks } from "@/app/developers/_components/guide-blocks";
import { MemberTable } from "@/app/developers/_components/member-tables";
import { OperationReference } from "@/app/developers/_components/operation-reference";
import { PartFrame } from "@/app/developers/_components/part-frame";
import { PartTable } from "@/app/developers/_components/part-table";
import { CATALOGUES, type Language } from "@/components/messages/catalogue";
import { operationsByTag, referenceOf } from "@/lib/api-client/openapi/reference";
import { TAGS } from "@/lib/api-client/openapi/tags";
import { OPERATIONS } from "@/lib/api-client/registry";
import { findGuide, guideNames } from "@/lib/http/guides/read-guide";

const ORIGIN = "https://portal.example";

/** The HTML of an element in a language; a word that is missing is an error. */
function htmlOf(locale: Language, element: React.ReactElement): string {
  const words = {
    locale,
    messages: CATALOGUES[locale],
    timeZone: "UTC",
    onError: (error: Error) => {
      throw error;
    },
  };
  // biome-ignore lint/correctness/noChildrenProp: its type wants them among the properties
  return renderToStaticMarkup(createElement(NextIntlClientProvider, { ...words, children: element }));
}

describe("the reference of a call", () => {
  const all = OPERATIONS.map(referenceOf);
  /** One of each part: the German frame is the same around all of them. */
  const some = TAGS.flatMap((tag) => all.find((reference) => reference.tag === tag) ?? []);

  it.each([
    ["en", all],
    ["de", some],
  ] as const)(
    "is written whole in %s, with no style of its own, and no more of a key than its name",
    (locale, references) => {
      for (const reference of references) {
        const { id, sessionOnly, scopes } = reference.operation;
        const html = htmlOf(locale, createElement(OperationReference, { reference, origin: ORIGIN }));
        expect(html, id).not.toMatch(/ style=|<script|undefined|\[object /);
        // A sample has marks where its lines may break.
        const text = html.replaceAll(/<[^>]*>/g, "");
        expect(text.includes("$KEY"), id).toBe(sessionOnly !== true && scopes !== "none");
        expect(text.includes(ORIGIN), id).toBe(sessionOnly !== true);
      }
    },
  );
});

describe("the contents of the reference", () => {
  const parts = operationsByTag();

  it("are every part with a page of its own", () => {
    const html = htmlOf("en", createElement(PartTable, { parts }));
    expect(parts.length).toBe(TAGS.length);
    const links = [...html.matchAll(/ href="\/developers\/([a-z]+)"/g)];
    expect(links.map(([, page]) => page)).toEqual(TAGS.map(({ slug }) => slug));
  });

  it.each(["en", "de"] as const)("unfold the part of the shown call to its calls, in %s", (locale) => {
    for (const { tag, operations } of parts) {
      const shown = { current: tag, operations, call: operations[0]?.id ?? "", children: null };
      const frame = createElement(PartFrame, shown);
      const html = htmlOf(locale, frame);
      const calls = [...html.matchAll(/href="\/developers\/[a-z]+\/(\w+)"/g)].map(([, id = ""]) => id);
      expect(new Set(calls)).toEqual(new Set(operations.map(({ id }) => id)));
      expect(html.split('aria-current="page"')).toHaveLength(3);
    }
  });
});

it("members of which nothing is said have no column for it, and no empty line where rows stack", () => {
  const rowOf = (description?: string) => ({
    name: "a",
    type: "string",
    isRequired: true,
    ...(description === undefined ? {} : { description }),
  });
  const said = (rows: ReturnType<typeof rowOf>[]) =>
    htmlOf("en", createElement(MemberTable, { caption: "c", rows }));
  expect(said([rowOf()])).not.toContain("Description");
  expect(said([rowOf("Words.")])).toContain("Description");
  const mixed = said([rowOf("Words."), { ...rowOf(), name: "b" }]);
  // The style sheet hides an empty cell where rows stack.
  expect(mixed).toContain('<td class="prose-cell"></td>');
  expect(mixed.split("Description").length, "once, in the head").toBe(2);
});

it("every guide is written as text, its links lead into the portal or to the open web", async () => {
  for (const name of guideNames()) {
    const guide = await findGuide(name);
    if (guide === undefined) throw new TypeError(name);
    const html = htmlOf(
      "en",
      createElement(GuideBlocks, { blocks: guide.blocks, from: name, title: guide.title }),
    );
    const links = [...html.matchAll(/href="([^"]*)"/g)].map(([, href = ""]) => href);
    expect(links.filter((href) => !/^(https:\/\/|\/|#)/.test(href))).toEqual([]);
    expect(html).not.toMatch(/<script|<img| style=|javascript:/);
    expect(html).toContain("<p");
  }
});
