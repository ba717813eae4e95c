"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import {
  blindVerdicts,
  confirmsOf,
  FACT_NAMES,
  type FactName,
  isWhole,
  type Verdict,
} from "@/app/(portal)/requests/[id]/_components/order/order-reading";
import { target } from "@/components/client/api";
import { CallFailure } from "@/components/client/call-failure";
import { useApi } from "@/components/client/use-api";
import { TextInput } from "@/components/form/controls";
import { Field } from "@/components/form/field";
import { Icon } from "@/components/ui/icon";
import type { readOrder } from "@/lib/api-client/operations/decisions";
import { type ReviewState, useReview } from "../review-state";

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

const READ = target<typeof readOrder>("POST", "/confidential/access/requests/{id}/readings");

/** Stores the reading once all four facts are typed. Then the server shows what it withheld. */
function useStoring(state: ReviewState | undefined) {
  const { call } = useApi();
  const router = useRouter();
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const store = async () => {
    if (state?.review.reads_blind !== true || isBusy || !isWhole(state.draft.reading)) return;
    setBusy(true);
    setError(undefined);
    try {
      await call(READ, { params: { id: state.request.id }, body: confirmsOf(state.draft.reading) });
      router.refresh();
    } catch (failure) {
      setError(failure);
    }
    setBusy(false);
  };
  return { store, isBusy, error };
}

/** The order's four facts, retyped from the document. What others typed of them is compared after the fourth. */
export function ReadingFields() {
  const t = useTranslations("review");
  const state = useReview();
  const { store, isBusy, error } = useStoring(state);
  const isBlind = state?.review.reads_blind === true;
  const verdicts = isBlind ? blindVerdicts(state.draft.reading) : state?.judged.verdicts;
  if (state === undefined || verdicts === undefined) return null;
  const field = (name: FactName) => (
    <ReadingField key={name} name={name} number={FACT_NAMES.indexOf(name) + 1} verdict={verdicts[name]} />
  );
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: leaving the last field and Enter both store the reading
    <div
      className="grid gap-3"
      onBlur={() => void store()}
      onKeyDown={(event) => {
        if (event.key === "Enter") void store();
      }}
    >
      {field("issuer")}
      {field("case_number")}
      <div className="grid grid-cols-2 gap-3">
        {field("valid_from")}
        {field("valid_until")}
      </div>
      {isBlind ? (
        <p role="status" className="text-control text-ink-2">
          {t(isBusy ? "blind.comparing" : "blind.covered")}
        </p>
      ) : null}
      <CallFailure error={error} />
    </div>
  );
}
