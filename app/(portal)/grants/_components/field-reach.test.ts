import { expect, test } from "vitest";
import { fieldReach } from "./grant-sections";

const grant = { fields: ["amount", "parties"], masked_fields: ["parties"] } as const;
const at = (state: "active" | "pending" | "revoked" | "expired" | "exhausted") => ({
  state,
  fields: [...grant.fields],
  masked_fields: [...grant.masked_fields],
});

test("a grant in force opens its fields, masks the masked ones, and reaches no other", () => {
  expect(fieldReach(at("active"), "amount")).toEqual({ state: "opened", words: "full" });
  expect(fieldReach(at("active"), "parties")).toEqual({ state: "masked", words: "masked" });
  expect(fieldReach(at("active"), "pricing")).toEqual({ state: "sealed", words: "others" });
});

test.each(["revoked", "expired", "exhausted"] as const)(
  "a grant that is %s shows nothing as open",
  (state) => {
    expect(fieldReach(at(state), "amount")).toEqual({ state: "sealed", words: "fullOver" });
    expect(fieldReach(at(state), "parties")).toEqual({ state: "sealed", words: "maskedOver" });
  },
);
