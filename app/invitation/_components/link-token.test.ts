import { expect, test } from "vitest";
import { tokenOf } from "@/app/invitation/_components/use-link-token";

const TOKEN = `01a00000-0000-7000-8000-000000000000.${"aB3_-".repeat(8)}abc`;

test("the token of a whole link is read", () => {
  expect(tokenOf(`#${TOKEN}`)).toBe(TOKEN);
});

test.each([
  ["nothing", ""],
  ["a place on the page", "#content"],
  ["a link that was cut", `#${TOKEN.slice(0, -1)}`],
  ["a link with more behind it", `#${TOKEN}.`],
  ["the token without its sign", TOKEN],
])("%s is not a token", (_what, hash) => {
  expect(tokenOf(hash)).toBeUndefined();
});
