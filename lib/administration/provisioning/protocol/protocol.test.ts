import { describe, expect, it } from "vitest";
import { parseFilter, parsePath } from "@/lib/administration/provisioning/protocol/filter";
import { applyPatch, type Members } from "@/lib/administration/provisioning/protocol/patch";
import {
  GROUP_SHAPE,
  requireSchemas,
  USER_SCHEMAS,
  USER_SHAPE,
  wantedUser,
} from "@/lib/administration/provisioning/protocol/resources";
import { ScimError } from "@/lib/administration/provisioning/protocol/scim-error";

function typeOf(run: () => unknown): string | undefined {
  try {
    run();
  } catch (error) {
    if (error instanceof ScimError) return error.scimType;
    throw error;
  }
  return "none";
}
const is = (attribute: string, operator: string, value: unknown) => ({
  kind: "is",
  attribute,
  operator,
  value,
});

describe("a filter", () => {
  it.each([
    ['userName eq "bjensen"', is("username", "eq", "bjensen")],
    ['USERNAME Eq "b\\"j"', is("username", "eq", 'b"j')],
    ["active eq true", is("active", "eq", true)],
    ["active eq False", is("active", "eq", false)],
    ['urn:ietf:params:scim:schemas:core:2.0:User:userName eq "b"', is("username", "eq", "b")],
    ['meta.lastModified gt "2026-01-01T00:00:00Z"', is("meta.lastmodified", "gt", "2026-01-01T00:00:00Z")],
  ])("reads %s", (text, filter) => expect(parseFilter(text)).toEqual(filter));

  it("binds and before or, and brackets before both", () => {
    const [a, b, c] = ["a", "b", "c"].map((name) => is(name, "eq", 1));
    expect(parseFilter("a eq 1 or b eq 1 and c eq 1")).toEqual({
      ...{ kind: "or", left: a },
      right: { kind: "and", left: b, right: c },
    });
    expect(parseFilter("(a eq 1 or b eq 1) and c eq 1")).toMatchObject({ kind: "and", right: c });
  });

  it("reads a condition of a list as Entra writes it", () => {
    expect(parseFilter('emails[type eq "work"].value eq "a@b.example"')).toEqual({
      kind: "and",
      left: is("emails.type", "eq", "work"),
      right: is("emails.value", "eq", "a@b.example"),
    });
  });

  it.each([
    ["", "an empty text"],
    ["userName", "an attribute alone"],
    ["userName pr", "an operator that is not supported"],
    ['not (userName eq "a")', "a negation"],
    ['(userName eq "a"', "an open bracket"],
    ['userName eq "a" userName', "more than a filter"],
    ["userName eq 'a'", "a text in other quotes"],
    ['userName eq "a', "a text without an end"],
    [`${"(".repeat(300)}a eq 1`, "too many brackets"],
    [`a eq "${"x".repeat(3000)}"`, "a long text"],
  ])("%s is refused: %s", (text) => expect(typeOf(() => parseFilter(text))).toBe("invalidFilter"));
});

describe("a path", () => {
  it("names an attribute, a part, or the values that meet a condition", () => {
    expect(parsePath("name.givenName")).toEqual({ attribute: "name", filter: undefined, sub: "givenname" });
    expect(parsePath('members[value eq "1"]')).toMatchObject({ attribute: "members", sub: undefined });
    expect(
      parsePath("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department"),
    ).toBeUndefined();
  });

  it.each(["emails[", "emails[type eq]", "a b", "members]", "name.given.name", 'a.b[c eq "d"]'])(
    "%s is refused",
    (text) => expect(typeOf(() => parsePath(text))).toBe("invalidPath"),
  );
});

const USER: Members = {
  userName: "ann@authority.example",
  name: { givenName: "Ann", familyName: "Bell" },
  emails: [{ value: "ann@authority.example", type: "work", primary: true }],
  active: true,
};
const patchUser = (...Operations: readonly unknown[]) => applyPatch(USER_SHAPE, USER, { Operations });

describe("a patch of a person", () => {
  it.each([
    ["RFC 7644", { op: "replace", path: "active", value: false }],
    ["Okta", { op: "replace", value: { active: false } }],
    ["Entra", { op: "Replace", path: "active", value: "False" }],
    ["another case", { OP: "REPLACE", Path: "Active", Value: "false" }],
    ["a whole name", { op: "add", path: "urn:ietf:params:scim:schemas:core:2.0:User:active", value: false }],
  ])("deactivates in the spelling of %s", (_who, operation) => {
    expect(wantedUser(patchUser(operation)).active).toBe(false);
  });

  it("takes an object of paths, and several operations in their order", () => {
    const patched = patchUser(
      { op: "Add", value: { "name.familyName": "Cole", externalId: "00u1" } },
      { op: "Replace", path: "displayName", value: "Ann Cole" },
      { op: "Replace", path: 'emails[type eq "work"].value', value: "Ann@authority.example" },
    );
    expect(wantedUser(patched)).toMatchObject({ familyName: "Cole", externalId: "00u1", name: "Ann Cole" });
  });

  it("makes a value that a condition names and none meets", () => {
    const patched = applyPatch(
      USER_SHAPE,
      { ...USER, emails: [] },
      { Operations: [{ op: "Add", path: 'emails[type eq "work"].value', value: "ann@authority.example" }] },
    );
    expect(patched.emails).toEqual([{ type: "work", value: "ann@authority.example" }]);
  });

  it("removes what has a value, and ignores what it does not know", () => {
    const patched = patchUser(
      { op: "remove", path: "name.familyName" },
      { op: "replace", path: "title", value: "Officer" },
      { op: "add", path: 'addresses[type eq "work"].locality', value: "Bonn" },
      {
        op: "add",
        path: "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department",
        value: "X",
      },
      { op: "replace", value: { __proto__: { active: false }, constructor: "x", id: "1" } },
    );
    expect(wantedUser(patched)).toMatchObject({ familyName: undefined, givenName: "Ann", active: true });
    expect(Object.keys(patched).sort()).toEqual(Object.keys(USER).sort());
  });

  it.each([
    ["a path of the server", { op: "replace", path: "id", value: "1" }, "mutability"],
    ["an unknown operation", { op: "move", path: "active", value: false }, "invalidSyntax"],
    ["a removal of all", { op: "remove" }, "noTarget"],
    ["a value without a path", { op: "add", value: "x" }, "invalidValue"],
    ["a part of a text", { op: "add", path: "userName.x", value: "x" }, "invalidPath"],
    ["a list without a condition", { op: "add", path: "emails.value", value: "x" }, "invalidPath"],
    ["a condition that is not eq", { op: "remove", path: 'emails[type ne "work"]' }, "invalidFilter"],
  ])("%s is refused", (_what, operation, type) => {
    expect(typeOf(() => patchUser(operation))).toBe(type);
  });

  it.each([
    ["no userName", { op: "remove", path: "userName" }],
    ["another alphabet", { op: "replace", path: "userName", value: "аnn@authority.example" }],
    [
      "another work address",
      { op: "replace", path: 'emails[type eq "work"].value', value: "b@authority.example" },
    ],
    ["neither true nor false", { op: "replace", path: "active", value: "yes" }],
    ["hidden letters", { op: "replace", path: "displayName", value: "Ann\u202eBell" }],
  ])("%s is an invalid value", (_what, operation) => {
    expect(typeOf(() => wantedUser(patchUser(operation)))).toBe("invalidValue");
  });
});

const [ONE, TWO] = ["018f0000-0000-7000-8000-000000000001", "018f0000-0000-7000-8000-000000000002"];
const members = (...Operations: readonly unknown[]) =>
  applyPatch(GROUP_SHAPE, { displayName: "Legal", members: [{ value: ONE }] }, { Operations }).members;

describe("a patch of a group", () => {
  it.each([
    [
      "adds a member once",
      { op: "Add", path: "members", value: [{ value: TWO }, { value: ONE }] },
      [ONE, TWO],
    ],
    ["adds one without a list", { op: "add", path: "members", value: { value: TWO } }, [ONE, TWO]],
    ["removes by a condition", { op: "remove", path: `members[value eq "${ONE}"]` }, []],
    ["removes by a value, as Entra does", { op: "Remove", path: "members", value: [{ value: ONE }] }, []],
    ["removes all", { op: "remove", path: "members" }, []],
    ["removes one who is not a member", { op: "remove", path: `members[value eq "${TWO}"]` }, [ONE]],
    ["replaces all", { op: "replace", path: "members", value: [{ value: TWO, display: "Bo" }] }, [TWO]],
    [
      "keeps members with Okta's object of id and name",
      { op: "replace", value: { id: "1", displayName: "L" } },
      [ONE],
    ],
  ])("%s", (_what, operation, left) => {
    const found: unknown = members(operation);
    expect(Array.isArray(found) ? found.map((one) => Object(one).value) : found).toEqual(left);
  });

  it("cannot replace a member that is not there", () => {
    expect(typeOf(() => members({ op: "replace", path: `members[value eq "${TWO}"]`, value: {} }))).toBe(
      "noTarget",
    );
  });
});

it("a body with a schema that the call does not know is refused, and one without schemas is taken", () => {
  const sent = (schemas: unknown) => () => requireSchemas({ schemas }, USER_SCHEMAS);
  expect(typeOf(sent(["urn:example:other"]))).toBe("invalidSchema");
  expect(typeOf(sent("urn"))).toBe("invalidSyntax");
  expect(typeOf(sent([...USER_SCHEMAS].map((one) => one.toUpperCase())))).toBe("none");
  expect(typeOf(sent(undefined))).toBe("none");
  expect(typeOf(() => requireSchemas([], USER_SCHEMAS))).toBe("invalidSyntax");
});
