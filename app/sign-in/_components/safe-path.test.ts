import { expect, it } from "vitest";
import { safePath } from "@/app/sign-in/_components/safe-path";

it.each([
  ["/requests?state=open&q=a%20b", "/requests?state=open&q=a%20b"],
  ["/日本", "/%E6%97%A5%E6%9C%AC"],
  ["/requests?q=é", "/requests?q=%C3%A9"],
  ["/\u202e", "/%E2%80%AE"],
  ["/\ud800", "/%EF%BF%BD"],
  ["/a/../grants", "/grants"],
])("%j leads to %s", (to, path) => {
  expect(safePath(to)).toBe(path);
  expect(() => new Headers({ location: safePath(to) })).not.toThrow();
});

it.each([
  undefined,
  ["/a", "/b"],
  "requests",
  "https://evil.example/",
  "//evil.example",
  "/\\evil.example",
  "/.//evil.example",
  "/a/..//evil.example",
  "/%2e//evil.example",
  "/a\tb",
  "/a\r\nset-cookie: x=1",
  "/sign-in",
  "/./sign-in?to=/sign-in",
])("%j leads home", (to) => {
  expect(safePath(to)).toBe("/");
});
