import { describe, expect, it } from "vitest";
import { blocksOf, inlineOf } from "./markdown";
import { findGuide, guideNames, hrefOf } from "./read-guide";

describe("a guide", () => {
  it("is read block by block", () => {
    const text =
      "# Keys & co\n\nOne **bold** line\nand `code`.\n\n- a\n  goes on\n- b\n\n1. x\n\n| h | i |\n| --- | --- |\n| `a\\|b` | |\n\n```sh\ncurl '# no heading'\n```\nEnd";
    expect(blocksOf(text).map(({ kind }) => kind)).toEqual(
      "heading paragraph list list table code paragraph".split(" "),
    );
    expect(blocksOf(text)[0]).toMatchObject({ level: 1, id: "keys--co" });
    expect(blocksOf(text)[2]).toMatchObject({
      isOrdered: false,
      items: [[{ text: "a goes on" }], [{ text: "b" }]],
    });
    expect(blocksOf(text)[4]).toMatchObject({ rows: [[[{ kind: "code", text: "a|b" }], []]] });
    expect(blocksOf(text)[5]).toEqual({ kind: "code", text: "curl '# no heading'" });
  });

  it("has no HTML: what looks like it is text", () => {
    expect(inlineOf("<img src=x onerror=alert(1)> **<b>**")).toEqual([
      { kind: "text", text: "<img src=x onerror=alert(1)> " },
      { kind: "strong", text: "<b>" },
    ]);
  });

  it("goes on counting behind a command between two steps", () => {
    const [first, , second] = blocksOf("1. make it\n\n   ```sh\n   new\n   ```\n\n2. call\n3. end");
    expect(first).toMatchObject({ kind: "list", isOrdered: true, start: 1 });
    expect(second).toMatchObject({
      kind: "list",
      isOrdered: true,
      start: 2,
      items: [[{ text: "call" }], {}],
    });
  });

  it("sets apart what stands between underscores, and leaves those of names", () => {
    expect(inlineOf("that _you_ may; _New secret_: signing_key_id __x _ y")).toEqual([
      { kind: "text", text: "that " },
      { kind: "emphasis", text: "you" },
      { kind: "text", text: " may; " },
      { kind: "emphasis", text: "New secret" },
      { kind: "text", text: ": signing_key_id __x _ y" },
    ]);
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

  it("is one of a list, never a file that a name leads to", async () => {
    for (const name of ["../threat-model", "constructor", "__proto__", "README", ""])
      expect(await findGuide(name), name).toBeUndefined();
    expect(guideNames()).toEqual(
      ["ten-minutes", "migrating", "signed-calls", "keys-by-curl", "held-keys", "notifications"].concat([
        "import",
        "sdk",
        "cli",
      ]),
    );
    for (const name of guideNames()) {
      const guide = await findGuide(name);
      expect(guide?.title, name).toMatch(/\w/);
      expect(guide?.blocks.length, name).toBeGreaterThan(3);
    }
  });
});
