// @vitest-environment happy-dom
import { screen } from "@testing-library/react";
import { expect, it } from "vitest";
import { show } from "@/lib/testing/components";
import { SelectChip, TextChip } from "./filter-chip";

const edge = (label: string): string => screen.getByLabelText(label).parentElement?.className ?? "";

it("a chip that asks for something has the accent's edge, and a wrong one its own", () => {
  show(
    <>
      <TextChip id="job" name="job_id" label="Job" defaultValue="" />
      <TextChip id="who" name="participant" label="Participant" defaultValue="a b" isWrong aria-invalid />
      <SelectChip id="state" name="status" label="State" value="done" any="Any">
        <option value="done">Done</option>
      </SelectChip>
      <SelectChip id="sort" name="sort" label="Sort by" value="newest">
        <option value="newest">Newest</option>
      </SelectChip>
    </>,
  );
  expect(edge("Job")).toContain("border-edge");
  expect(edge("Participant")).toContain("border-oxblood");
  expect(edge("State")).toContain("border-accent");
  // A choice that is always made narrows nothing.
  expect(edge("Sort by")).toContain("border-edge");
  expect(screen.getByLabelText("Participant").getAttribute("aria-invalid")).toBe("true");
});
