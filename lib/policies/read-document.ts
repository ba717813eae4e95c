import "server-only";
import { cedar } from "@/lib/access/policy/cedar";
import type { PolicyDocument } from "@/lib/access/policy/policy-document";
import type { ReadDocument } from "@/lib/policies/authoring/document-diff";
import { type CedarJson, type FormReading, readForm } from "@/lib/policies/authoring/read-form";

function readingOf(text: string): FormReading {
  const answer = cedar.policyToJson(text);
  // A stored text can be read; one that is being written may not.
  if (answer.type === "failure") return { kind: "locked", construct: "text" };
  return readForm(answer.json as CedarJson);
}

/** Returns a policy set with what the form can say of each policy, for pages. */
export function readDocument({ policies, settings }: PolicyDocument): ReadDocument {
  return { policies: policies.map((policy) => ({ ...policy, reading: readingOf(policy.text) })), settings };
}
