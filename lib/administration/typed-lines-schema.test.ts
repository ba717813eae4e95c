import { expect, it } from "vitest";
import { groupOfLine, lineOfGroup, linesOf } from "@/lib/administration/provisioning/group-line-schema";
import { MappedGroup } from "@/lib/administration/provisioning/schema";

it.each([
  ["Legal team; coordinator; legal, compliance", "Legal team", "coordinator", ["legal", "compliance"]],
  ["Auditors;auditor", "Auditors", "auditor", []],
  ["A; B; admin; admin", "A; B", "admin", ["admin"]],
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
