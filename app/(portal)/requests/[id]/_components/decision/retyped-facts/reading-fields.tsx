"use client";

import { useTranslations } from "next-intl";
import {
  FACT_NAMES,
  type FactName,
  type Verdict,
} from "@/app/(portal)/requests/[id]/_components/order/order-reading";
import { TextInput } from "@/components/form/controls";
import { Field } from "@/components/form/field";
import { Icon } from "@/components/ui/icon";
import { useReview } from "../review-state";

const EDGES: Readonly<Record<Verdict, string>> = {
  empty: "",
  typing: "",
  unclear: "",
  match: "border-accent pr-8",
  differs: "border-amber pr-8",
  earlier: "border-amber pr-8",
};

/** The words for a retyped fact; absent while it is being typed. */
function useVerdictWords(verdict: Verdict): string {
  const t = useTranslations("review");
  if (verdict === "empty" || verdict === "typing") return "";
  return verdict === "unclear" ? t("reading.unclear") : t(`verdicts.${verdict}`);
}

function ReadingField({ name, number, verdict }: { name: FactName; number: number; verdict: Verdict }) {
  const t = useTranslations("review");
  const state = useReview();
  const words = useVerdictWords(verdict);
  if (state === undefined) return null;
  const { draft, change } = state;
  const id = `reading-${name}`;
  const hasMark = verdict === "match" || verdict === "differs" || verdict === "earlier";
  return (
    <Field
      id={id}
      label={`${number} ${t(`facts.${name}`)}`}
      help={name === "valid_from" || name === "valid_until" ? t("reading.dateHelp") : undefined}
    >
      {(control) => (
        <span className="relative block">
          <TextInput
            {...control}
            aria-describedby={`${control["aria-describedby"] ?? ""} ${id}-verdict`.trim()}
            value={draft.reading[name]}
            autoComplete="off"
            spellCheck={false}
            className={EDGES[verdict]}
            onChange={(event) => change({ reading: { ...draft.reading, [name]: event.target.value } })}
          />
          {hasMark ? (
            <Icon
              name={verdict === "match" ? "tick" : "warning"}
              className={`-translate-y-1/2 absolute top-1/2 right-3 ${verdict === "match" ? "text-accent" : "text-amber"}`}
            />
          ) : null}
          <span
            id={`${id}-verdict`}
            role="status"
            className={verdict === "unclear" ? "text-amber text-note" : "sr-only"}
          >
            {words}
          </span>
        </span>
      )}
    </Field>
  );
}

/** The order's four facts, retyped from the document. */
export function ReadingFields() {
  const state = useReview();
  const verdicts = state?.judged.verdicts;
  if (verdicts === undefined) return null;
  const field = (name: FactName) => (
    <ReadingField key={name} name={name} number={FACT_NAMES.indexOf(name) + 1} verdict={verdicts[name]} />
  );
  return (
    <div className="grid gap-3">
      {field("issuer")}
      {field("case_number")}
      <div className="grid grid-cols-2 gap-3">
        {field("valid_from")}
        {field("valid_until")}
      </div>
    </div>
  );
}
