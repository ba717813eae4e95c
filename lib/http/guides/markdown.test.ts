import { NextIntlClientProvider } from "next-intl";
import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import { GuideBlocks } from "@/app/developers/_components/guide-blocks";
import { CATALOGUES } from "@/components/messages/catalogue";
import { blocksOf, slugOf } from "./markdown";
import { findGuide, guideNames, hrefOf } from "./read-guide";

/** The page's HTML of a guide with this text. */
function htmlOf(markdown: string): string {
  const guide = createElement(GuideBlocks, { blocks: blocksOf(markdown), title: "Guide", from: "import" });
  const words = { locale: "en" as const, messages: CATALOGUES.en, timeZone: "UTC" };
  // biome-ignore lint/correctness/noChildrenProp: the provider's type requires it among its properties
  return renderToStaticMarkup(createElement(NextIntlClientProvider, { ...words, children: guide }));
}

describe("a guide", () => {
  it("is read block by block", () => {
    const text =
      "# Keys & co\n\nOne **bold** line\nand `code`.\n\n- a\n  goes on\n- b\n\n1. x\n\n| h | i |\n| --- | --- |\n| `a\\|b` | |\n\n```sh\ncurl '# no heading'\n```\nEnd";
    const blocks = blocksOf(text);
    expect(blocks.map(({ type }) => type)).toEqual(
      "heading paragraph list list table code paragraph".split(" "),
    );
    expect(blocks[0]).toMatchObject({ depth: 1, text: "Keys & co" });
    expect(slugOf("Keys & co")).toBe("keys--co");
    expect(slugOf("The `call_counter` in /readyz")).toBe("the-call_counter-in-readyz");
    expect(blocks[5]).toMatchObject({ text: "curl '# no heading'" });
    expect(htmlOf(text)).toContain("a|b</code>");
    expect(htmlOf("- a\n  goes on\n- b")).toMatch(
      /<ul[^>]*><li[^>]*>a\s+goes on<\/li><li[^>]*>b<\/li><\/ul>/,
    );
  });

  it("shows HTML as text, alone, in a mark and in a link", () => {
    const html = htmlOf(
      "<img src=x onerror=alert(1)> **<b>** [<i>a</i>](https://example.org) `<u>`\n\n<script>\nalert(1)\n</script>",
    );
    expect(html).toContain("&lt;img src=x onerror=alert(1)&gt; ");
    expect(html).toMatch(/<strong[^>]*>&lt;b&gt;<\/strong>/);
    expect(html).toMatch(/<a href="https:\/\/example.org"[^>]*>&lt;i&gt;a&lt;\/i&gt;<\/a>/);
    expect(html).toMatch(/<code[^>]*>&lt;u&gt;<\/code>/);
    expect(html).toContain("&lt;script&gt;\nalert(1)\n&lt;/script&gt;");
  });

  it("keeps a command in the step that it belongs to", () => {
    const html = htmlOf("1. make it\n\n   ```sh\n   new\n   ```\n\n2. call\n3. end");
    expect(html).toMatch(
      /^<ol[^>]*><li[^>]*>make it<div.*>new<\/code>.*<\/li><li[^>]*>call<\/li><li[^>]*>end<\/li><\/ol>$/s,
    );
    expect(htmlOf("4. four\n5. five")).toMatch(/^<ol start="4"/);
  });

  it("emphasises the text between underscores, but not the underscores of a name", () => {
    expect(htmlOf("that _you_ may; _New secret_: signing_key_id __x _ y")).toContain(
      "that <em>you</em> may; <em>New secret</em>: signing_key_id __x _ y",
    );
  });

  it("shows a link that leads nowhere, and a picture, as no element", () => {
    const html = htmlOf(
      "[a **b**](javascript:alert(1)) [c](../threat-model.md) ![d](x.png) [`e`](import.md)",
    );
    expect(html).toMatch(/>a b c {2}<a href="\/developers\/guides\/import"[^>]*>e<\/a><\/p>$/);
  });

  it("links to pages, to guides that are shown, and nowhere else", () => {
    expect(hrefOf("https://example.org/")).toBe("https://example.org/");
    expect(hrefOf("import.md")).toBe("/developers/guides/import");
    expect(hrefOf("keys-by-curl.md#x")).toBe("/developers/guides/keys-by-curl#x");
    expect(hrefOf("#same-page")).toBe("#same-page");
    expect(hrefOf("../docs/guides/held-keys.md", "sdk")).toBe("/developers/guides/held-keys");
    expect(hrefOf("../../sdk/README.md", "ten-minutes")).toBe("/developers/guides/sdk");
    for (const outside of [
      "javascript:alert(1)",
      "../../interop/signed-call.mjs",
      "../threat-model.md",
      "data:text/html,x",
    ])
      expect(hrefOf(outside), outside).toBeUndefined();
  });

  it("is found by its name in a list, never as the file that the name points to", async () => {
    for (const name of ["../threat-model", "constructor", "__proto__", "README", ""])
      expect(await findGuide(name), name).toBeUndefined();
    expect(guideNames()).toEqual(
      ["ten-minutes", "migrating", "signed-calls", "keys-by-curl", "held-keys", "notifications"].concat([
        "import",
        "sdk",
        "access-rules",
        "policies",
        "cli",
        "agency",
        "backup",
        "administrator",
        "deploying",
        "custody",
        "root-key-backup",
        "witness",
      ]),
    );
    for (const name of guideNames()) {
      const guide = await findGuide(name);
      expect(guide?.title, name).toMatch(/\w/);
      expect(guide?.blocks.length, name).toBeGreaterThan(3);
    }
  });
});
