"use client";

import { useTranslations } from "next-intl";
import { useRef, useState } from "react";
import { useKeys, useKeysSwitch } from "@/components/client/use-keys";
import { Choice, Select, TextArea } from "@/components/form/controls";
import { Field } from "@/components/form/field";
import { EndTime } from "@/components/ui/begin-and-end";
import { Icon } from "@/components/ui/icon";
import { Notice } from "@/components/ui/states";
import { canSign, DecisionButtons } from "./decision-buttons";
import { GrantedSection } from "./narrowing/granted-section";
import { ReadingFields } from "./retyped-facts/reading-fields";
import { type ReviewState, useReview } from "./review-state";
import { type Act, recordsRecognition } from "./verdict";

const DAY_MS = 86_400_000;

/** What the order's own end changes, in one sentence. */
function EndNotice({ state }: { state: ReviewState }) {
  const t = useTranslations("review");
  const { granted } = state.judged;
  const { not_after: end } = state.review.remaining;
  if (!granted.isEndFromOrder || end === undefined) return null;
  const days = Math.ceil((Date.parse(end) - Date.parse(granted.notAfter)) / DAY_MS);
  return (
    <Notice tone="amber">
      {t.rich("panel.outlives", { days, day: () => <EndTime instant={granted.notAfter} look="bare" /> })}
    </Notice>
  );
}

function KeysChoice() {
  const t = useTranslations("review");
  const [isOn, turn] = useKeysSwitch();
  return (
    <div className="pb-4">
      <Choice
        checked={isOn}
        onChange={(event) => turn(event.target.checked)}
        label={t("panel.keys")}
        help={t("panel.keysHelp")}
      />
    </div>
  );
}

function leadOf({ order, request, review }: ReviewState) {
  if (review.reads_blind) return "panel.readFirst";
  if (order !== undefined) return "panel.typeOrder";
  return request.authorization === undefined ? "panel.noOrder" : "panel.signedOrder";
}

/** If the order is foreign and states no recognition basis, the legal reviewer records one. */
function RecognitionField({ state }: { state: ReviewState }) {
  const t = useTranslations("review.recognition");
  const { review, draft } = state;
  if (!recordsRecognition(review)) return null;
  return (
    <Field
      id="decision-recognition"
      label={t("record")}
      help={t(review.recognition?.article_48 === true ? "recordThird" : "recordHelp")}
    >
      {(control) => (
        <TextArea
          {...control}
          rows={2}
          maxLength={1000}
          value={draft.recognition}
          onChange={(event) => state.change({ recognition: event.target.value })}
        />
      )}
    </Field>
  );
}

/** No reason yet, or one with a blank of its template. */
const isUnfinished = (reason: string): boolean => reason.trim() === "" || /\{[\p{L} ]{1,40}\}/u.test(reason);

/** Puts a template into the reason, which stays editable. Its blanks are in braces. */
function ReasonTemplates({ state }: { state: ReviewState }) {
  const t = useTranslations("review");
  const { reasons } = state.review;
  if (reasons.length === 0) return null;
  const insert = (text: string) => {
    const { reason } = state.draft;
    state.change({ reason: reason.trim() === "" ? text : `${reason.trimEnd()} ${text}` });
  };
  return (
    <Field id="decision-template" label={t("panel.template")}>
      {(control) => (
        <Select {...control} value="" onChange={(event) => insert(event.target.value)}>
          <option value="">{t("panel.templateNone")}</option>
          {reasons.map(({ decision, text }) => (
            <option key={`${decision} ${text}`} value={text}>
              {t(`acts.${decision}`)}: {text}
            </option>
          ))}
        </Select>
      )}
    </Field>
  );
}

/** Retype, see what would be granted, give a reason, act. The panel shows it, on narrow screens a dialog. */
export function DecisionForm() {
  const t = useTranslations("review");
  const state = useReview();
  const reason = useRef<HTMLTextAreaElement>(null);
  const [isReasonMissing, setReasonMissing] = useState(false);
  const act = (wanted: Act) => {
    if (state === undefined || !state.review.may_decide) return;
    const { obstacles } = state.judged;
    if ((wanted === "approve" || wanted === "narrow") && obstacles[wanted].length > 0) return;
    if (wanted !== "ask" && !canSign(state)) return;
    setReasonMissing(isUnfinished(state.draft.reason));
    if (isUnfinished(state.draft.reason)) reason.current?.focus();
    else {
      // Begun by its key too: the dialog gives the focus back to where it was.
      document.getElementById(`act-${wanted}`)?.focus();
      state.begin(wanted);
    }
  };
  useKeys({ a: () => act("approve"), n: () => act("narrow"), "?": () => act("ask"), d: () => act("deny") });
  if (state === undefined) return null;
  return (
    <div className="grid gap-5">
      <p className="text-control text-ink-2">{t(leadOf(state))}</p>
      <ReadingFields />
      <RecognitionField state={state} />
      <GrantedSection />
      <EndNotice state={state} />
      <ReasonTemplates state={state} />
      <Field
        id="decision-reason"
        label={t("panel.reason")}
        error={
          isReasonMissing && isUnfinished(state.draft.reason)
            ? t(state.draft.reason.trim() === "" ? "panel.reasonMissing" : "panel.reasonBlank")
            : undefined
        }
      >
        {(control) => (
          <TextArea
            {...control}
            ref={reason}
            rows={3}
            maxLength={4000}
            value={state.draft.reason}
            onChange={(event) => state.change({ reason: event.target.value })}
          />
        )}
      </Field>
      <div>
        <DecisionButtons state={state} onAct={act} />
        <p className="mt-3 flex gap-2 text-control text-ink-2">
          <Icon name="key" className="mt-[2px]" />
          {t(`signing.${state.review.signing.by}`)}
        </p>
      </div>
      <div className="hidden tablet:block">
        <KeysChoice />
      </div>
    </div>
  );
}
