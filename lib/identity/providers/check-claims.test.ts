import { describe, expect, it } from "vitest";
import {
  type Claims,
  domainOf,
  evidenceOf,
  isInDomains,
  isMapped,
  readClaims,
} from "@/lib/identity/providers/check-claims";

const NOW = new Date("2026-11-29T12:00:00Z");
const SECONDS = NOW.getTime() / 1000;
const PROVIDER = { amr: ["mfa", "otp"], acr: ["level-2"], maxAge: 3600 };
const GOOD: Claims = {
  subject: "a",
  issuedAt: SECONDS,
  authTime: SECONDS - 30,
  amr: ["pwd", "mfa"],
  acr: undefined,
  email: "a@agency.example",
  isEmailRefuted: false,
  groups: ["officers"],
};
const of = (change: Partial<Claims>, since?: Date) =>
  evidenceOf(PROVIDER, { ...GOOD, ...change }, { now: NOW, since });

describe("the evidence of a sign-in at a provider", () => {
  it("is as old as the sign-in there, and never from the future", () => {
    expect(of({})).toEqual({ provedAt: new Date(NOW.getTime() - 30_000) });
    expect(of({ authTime: SECONDS + 20 })).toEqual({ provedAt: NOW });
  });

  it("may be as old as was agreed and a minute more, and not a second more", () => {
    expect(of({ authTime: SECONDS - 3660 })).toHaveProperty("provedAt");
    expect(of({ authTime: SECONDS - 3661 })).toEqual({ fault: "too-old" });
  });

  it("must come after the moment that it is asked for at", () => {
    const since = new Date(NOW.getTime() - 10_000);
    expect(of({ authTime: SECONDS - 70 }, since)).toHaveProperty("provedAt");
    expect(of({ authTime: SECONDS - 71 }, since)).toEqual({ fault: "too-old" });
  });

  it("needs an agreed amr or acr, to the letter", () => {
    expect(of({ amr: [], acr: "level-2" })).toHaveProperty("provedAt");
    for (const change of [
      { amr: [] },
      { amr: ["MFA"] },
      { amr: ["pwd"], acr: "level-1" },
      { amr: [], acr: "" },
    ])
      expect(of(change)).toEqual({ fault: "second-factor" });
  });
});

describe("claims", () => {
  it("of another type count as absent", () => {
    const read = readClaims(
      { sub: "a", iat: 1, auth_time: "1", amr: "mfa", acr: ["level-2"], email: ["a@b.example"], groups: [1] },
      {},
      "groups",
    );
    expect(read).toMatchObject({
      authTime: undefined,
      amr: [],
      acr: undefined,
      email: undefined,
      groups: [],
    });
  });

  it.each([
    [undefined, undefined, false],
    [true, undefined, false],
    ["true", undefined, false],
    [false, undefined, true],
    ["false", undefined, true],
    [0, undefined, true],
    [undefined, "false", true],
    [true, false, true],
  ])("that say %s and %s of an address refute it: %s", (token, userinfo, isEmailRefuted) => {
    const said = (verified: unknown) => (verified === undefined ? {} : { email_verified: verified });
    const read = readClaims({ sub: "a", iat: 1, ...said(token) }, said(userinfo), "groups");
    expect(read.isEmailRefuted).toBe(isEmailRefuted);
  });

  it("of address and groups are read from userinfo where the ID token lacks them, the proof never", () => {
    const userinfo = { email: "a@b.example", groups: "officers", amr: ["mfa"], acr: "level-2", auth_time: 1 };
    expect(readClaims({ sub: "a", iat: 1 }, userinfo, "groups")).toMatchObject({
      ...{ email: "a@b.example", groups: ["officers"] },
      ...{ amr: [], acr: undefined, authTime: undefined },
    });
  });
});

describe("an address", () => {
  it("has a domain in small letters, and letters of other scripts are other letters", () => {
    expect(domainOf("A@B@Agency.Example.")).toBe("agency.example");
    const at = (email: string) => isInDomains({ domains: ["agency.example"] }, { ...GOOD, email });
    expect(at("A@AGENCY.EXAMPLE")).toBe(true);
    for (const email of [
      "a@agency.exаmple",
      "a@sub.agency.example",
      "a@agency.example.evil",
      "agency.example@x",
    ])
      expect(at(email)).toBe(false);
  });
});

describe("a mapping", () => {
  const mapping = [
    { value: "officers", role: "regulator" as const, duties: [] },
    { value: "legal", role: "coordinator" as const, duties: ["legal" as const] },
    { value: "approvers", role: "coordinator" as const, duties: ["approve" as const] },
  ];
  const keeps = (groups: string[], role: "regulator" | "coordinator", duties: ("legal" | "approve")[] = []) =>
    isMapped({ mapping }, { ...GOOD, groups }, { role, duties });

  it("lets a person keep what one or several groups give, and no more", () => {
    expect(keeps(["officers"], "regulator")).toBe(true);
    expect(keeps(["legal", "approvers"], "coordinator", ["legal", "approve"])).toBe(true);
    expect(keeps(["legal", "approvers"], "coordinator", ["legal"])).toBe(true);
    expect(keeps(["legal"], "coordinator", ["legal", "approve"])).toBe(false);
    expect(keeps(["officers", "approvers"], "coordinator", ["legal"])).toBe(false);
    expect(keeps([], "regulator")).toBe(false);
  });
});
