import { describe, expect, it } from "vitest";
import { knownBrowser, rememberBrowser } from "@/lib/identity/sign-in/known-browser";
import { siteOf } from "@/lib/identity/sign-in/site";

const at = (origin: string) => ({
  sessionSecret: new Uint8Array(32).fill(1),
  site: siteOf({ PORTAL_ORIGIN: origin, HOST: "127.0.0.1", PORT: 3000 }),
});
const cx = at("https://portal.example.org");
const EMAIL = "ada@example.org";
const pairOf = (setCookie: string): string => setCookie.split(";", 1)[0] ?? "";
const sent = (cookie: string) => new Headers({ cookie });

describe("a known browser", () => {
  it("is known to the person who signed in there, in whatever case the address is typed, and each has its own id", () => {
    const [first, second] = [rememberBrowser(cx, EMAIL), rememberBrowser(cx, " Ada@Example.org")];
    const [one, two] = [first, second].map((line) => knownBrowser(cx, EMAIL, sent(pairOf(line))));
    expect(one).toMatch(/^[\w-]{24}$/);
    expect(two).toMatch(/^[\w-]{24}$/);
    expect(one).not.toBe(two);
  });

  it("has a cookie that pages cannot read, and that only this portal gets", () => {
    expect(rememberBrowser(cx, EMAIL)).toMatch(
      /^__Host-sealport-known-browser=[^;]+; Path=\/; Max-Age=15552000; HttpOnly; SameSite=Strict; Secure$/,
    );
    expect(rememberBrowser(at("http://localhost:3000"), EMAIL)).not.toContain("Secure");
  });

  it("is unknown to others, without a cookie, with two, with a changed one and with one of another instance", () => {
    const pair = pairOf(rememberBrowser(cx, EMAIL));
    const other = { ...cx, sessionSecret: new Uint8Array(32).fill(2) };
    expect(knownBrowser(cx, "ben@example.org", sent(pair))).toBeUndefined();
    expect(knownBrowser(other, EMAIL, sent(pair))).toBeUndefined();
    const changed = pair.replace(/=./, (text) => (text === "=A" ? "=B" : "=A"));
    for (const cookie of [
      "",
      `${pair}; ${pair}`,
      changed,
      `${pair}A`,
      pair.slice(0, -1),
      pair.replace(".", ""),
    ])
      expect(knownBrowser(cx, EMAIL, sent(cookie))).toBeUndefined();
  });
});
