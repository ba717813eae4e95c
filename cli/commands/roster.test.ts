import { expect, it } from "vitest";
import { versionLines } from "./roster";

const of = (person: string, name: string) => ({ person, name });
const change = (person: string, name: string, act: "add" | "remove") => ({
  ...of(person, name),
  ...{ act, before: null, after: null },
});

it("a version that was asked for is readable lines: what it changes, who must sign and until when", () => {
  const lines = versionLines({
    ...{ id: "01936f2a-7c1b-7def-8a10-3f2b4c5d6e7f", person: "ada", name: "Ada", kind: "people", version: 3 },
    ...{ state: "pending", awaits_me: true, agreements: [], receipt: { entry_id: "e-1" } },
    ...{ created_at: "2026-11-29T09:00:00Z", expires_at: "2026-12-13T09:05:00Z" },
    people: [change("olga", "Olga Lind", "add"), change("tom", "Tom\u001b[2J Berg", "remove")],
    may_confirm: [of("ada", "Ada"), of("lena", "Lena")],
  });
  expect(lines).toEqual([
    "version    3",
    "added      Olga Lind (olga)",
    expect.stringMatching(/^removed {4}Tom.* Berg \(tom\)$/),
    "must sign  two of Ada (ada), Lena (lena)",
    "until      13 Dec 2026, 09:05 UTC",
    "entry      e-1",
  ]);
  expect(lines.join("")).not.toContain("\u001b");
});
