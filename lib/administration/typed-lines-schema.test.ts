import { expect, it } from "vitest";
import { MappedGroup } from "@/lib/administration/provisioning/schema";
import { groupOfLine, lineOfGroup, linesOf, personOfLine } from "@/lib/administration/typed-lines-schema";

it.each([
  ["Legal team; coordinator; legal, compliance", "Legal team", "coordinator", ["legal", "compliance"]],
  ["Auditors;auditor", "Auditors", "auditor", []],
  ["A; B; admin; admin", "A; B", "admin", ["admin"]],
  ["Legal; Coordinator; legal, Approve, legal", "Legal", "coordinator", ["legal", "approve"]],
])("a line names a group, its role and its duties: %s", (line, name, role, duties) => {
  const group = groupOfLine(line);
  expect(group).toEqual({ name, role, duties });
  expect(groupOfLine(lineOfGroup(group))).toEqual(group);
});

it.each(["Legal team", "Legal team; boss", "Legal team; coordinator; lega", "coordinator"])(
  "a line without a role, or with an unknown word, has no name, which the schema refuses: %s",
  (line) => expect(MappedGroup.safeParse(groupOfLine(line)).success).toBe(false),
);

it("a text has each line once", () => {
  expect(linesOf(" a \n\nb\na ")).toEqual(["a", "b"]);
});

it.each([
  ["Ruth Adler; r.adler@authority.example", "r.adler@authority.example"],
  ["Ruth Adler, r.adler@authority.example", ""],
])("a contact is a name, a semicolon and an address: %s", (line, email) => {
  expect(personOfLine(line).email).toBe(email);
});
