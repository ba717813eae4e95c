"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { CallRefused, NetworkLost, NotSigned } from "@/components/client/api";
import { TextInput } from "@/components/form/controls";
import { Field } from "@/components/form/field";
import { useProblemWords } from "@/components/messages/problem-words";
import { Button } from "@/components/ui/button";
import { Digest } from "@/components/ui/digest";
import { LocalTime } from "@/components/ui/local-time";
import { Notice } from "@/components/ui/states";

/** Refusals with words of their own for openings. All others use the general words of their code. */
const OWN_WORDS = {
  "access.no-grant": "noGrant",
  "access.views-exhausted": "noViews",
  "access.outside-hours": "hours",
  "access.outside-retention": "retention",
  "access.purpose": "purpose",
  "access.groups": "groups",
  "access.level": "level",
  "access.inactive": "inactive",
  "auth.step-up": "stepUp",
  "auth.session": "session",
  "auth.required": "session",
  "auth.role": "role",
  "statement.required": "statement",
  "statement.expired": "statementExpired",
  "statement.invalid": "statementInvalid",
  "custodian.refused": "custodianRefused",
  "custodian.unavailable": "custodianAway",
  "envelope.replaced": "replaced",
  "envelope.open-failed": "notOpened",
  "rate.exceeded": "rate",
  "service.audit-unavailable": "noLog",
} as const;

type OwnCode = keyof typeof OWN_WORDS;

function hasOwnWords(code: string): code is OwnCode {
  return code in OWN_WORDS;
}

const NOT_SIGNED = {
  cancelled: "signCancelled",
  unsupported: "signUnsupported",
  differs: "signDiffers",
} as const;

/** Office hours are closed: an opening under an order or demand may continue with a reason, which is recorded. */
function HoursReason({ isBusy, onReason }: { isBusy: boolean; onReason: (reason: string) => void }) {
  const t = useTranslations("opening.failure");
  const [reason, setReason] = useState("");
  return (
    <form
      className="mt-3 flex max-w-[560px] flex-wrap items-end gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        if (reason.trim() !== "") onReason(reason.trim());
      }}
    >
      <Field id="hours-reason" label={t("hoursReason")} help={t("hoursHelp")} className="grow">
        {(control) => (
          <TextInput
            {...control}
            required
            maxLength={2000}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
        )}
      </Field>
      <Button type="submit" isBusy={isBusy}>
        {t("hoursOpen")}
      </Button>
    </form>
  );
}

interface RefusalProps {
  readonly error: unknown;
  readonly isBusy?: boolean;
  /** Continues with a reason where the office is closed; absent where no reason is taken. */
  readonly onReason?: ((reason: string) => void) | undefined;
}

/** Why nothing was opened, in words, with the number that is in the log. */
export function OpeningRefusal({ error, isBusy = false, onReason }: RefusalProps) {
  const t = useTranslations("opening.failure");
  const ui = useTranslations("ui");
  const words = useProblemWords();
  if (error === undefined) return <div role="status" />;
  const problem = error instanceof CallRefused ? error.problem : undefined;
  const next = problem?.members.next_possible_at;
  const limit = problem?.members.limit;
  const text = () => {
    if (error instanceof NetworkLost) return t("lost");
    if (error instanceof NotSigned) return t(NOT_SIGNED[error.reason]);
    if (problem === undefined) return t("unknown");
    if (problem.code === "rate.exceeded" && typeof limit === "number") return t("day", { count: limit });
    if (problem.code === "custodian.refused" && problem.members.reason === "unknown-grant")
      return t("unknownGrant");
    return hasOwnWords(problem.code) ? t(OWN_WORDS[problem.code]) : words(problem);
  };
  const isSevere = problem?.code === "envelope.replaced" || problem?.code === "custodian.refused";
  return (
    <div role="status">
      <Notice
        tone={isSevere ? "oxblood" : "amber"}
        icon={isSevere ? "stop" : "warning"}
        title={t("title")}
        className="mt-3"
      >
        <p>
          {text()}
          {typeof next === "string" ? (
            <>
              {" "}
              {t("next")} <LocalTime instant={next} form="minute" />.
            </>
          ) : null}
        </p>
        {problem === undefined || problem.requestId === "" ? null : (
          <p className="mt-1 text-ink-2">
            {ui("requestId")} <Digest value={problem.requestId} />
          </p>
        )}
        {problem?.code === "access.outside-hours" && onReason !== undefined ? (
          <HoursReason isBusy={isBusy} onReason={onReason} />
        ) : null}
      </Notice>
    </div>
  );
}
