import { policyToJson } from "@cedar-policy/cedar-wasm/nodejs";
import { describe, expect, test } from "vitest";
import { DEFAULT_POLICIES } from "@/lib/access/policy/default-policies";
import { type CedarJson, readForm } from "./read-form";
import { germanSentence } from "./sentence-de";
import { englishSentence } from "./sentence-en";

const formOf = (text: string) => {
  const answer = policyToJson(text);
  if (answer.type === "failure") throw new Error("text");
  const reading = readForm(answer.json as CedarJson);
  if (reading.kind === "locked") throw new Error(reading.construct);
  return reading.form;
};

test("x", () => {
  for (const [id, text] of Object.entries(DEFAULT_POLICIES)) {
    console.log(id, "\n ", englishSentence(formOf(text)), "\n ", germanSentence(formOf(text)));
  }
});
