"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useEffect } from "react";
import { ActButton } from "@/components/act/act-button";
import { target } from "@/components/client/api";
import type { NeededItem } from "@/lib/administration/readiness/schema";
import type {
  askRulesRead,
  confirmReadinessMail,
  recordRestoreDrill,
  recordRootBackup,
  runReadinessChecks,
} from "@/lib/api-client/operations/administration/readiness";

const RUN = target<typeof runReadinessChecks>("POST", "/confidential/admin/readiness");
const MAIL = target<typeof confirmReadinessMail>("POST", "/confidential/admin/readiness/mail");
const BACKUP = target<typeof recordRootBackup>("POST", "/confidential/admin/readiness/backup");
const DRILL = target<typeof recordRestoreDrill>("POST", "/confidential/admin/readiness/drill");
const RULES = target<typeof askRulesRead>("POST", "/confidential/admin/readiness/policies");

/** Tries every part again. */
export function RunAll() {
  const t = useTranslations("setup.ready");
  return (
    <ActButton
      call={RUN}
      label={t("runAll")}
      button={{ size: "bar" }}
      failed={t("runFailed")}
      body={() => ({})}
    />
  );
}

/** Tries one part. */
export function CheckItem({ item, again, label }: { item: NeededItem; again: boolean; label?: string }) {
  const t = useTranslations("setup");
  const words = label ?? t(again ? "ready.again" : "ready.run");
  return (
    <ActButton
      call={RUN}
      label={words}
      named={`${words}: ${t(`items.${item}.title`)}`}
      button={{ look: again ? "secondary" : "primary" }}
      failed={t("ready.runFailed")}
      body={() => ({ items: [item] })}
    />
  );
}

/** Asks for the code in the test message, which shows that the message arrived. */
export function EnterCode() {
  const t = useTranslations("setup.items.mail");
  return (
    <ActButton
      call={MAIL}
      label={t("enter")}
      button={{ look: "primary" }}
      title={t("enterTitle")}
      text={t("enterText")}
      fields={{
        code: {
          kind: "line",
          label: t("code"),
          missing: t("codeMissing"),
          wrong: t("codeWrong"),
          isCode: true,
          maxLength: 20,
        },
      }}
      body={({ code }) => ({ code })}
      yes={t("enterYes")}
      failed={t("enterFailed")}
    />
  );
}

/** Records that a key service keeps the root key. */
export function StateBackup() {
  const t = useTranslations("setup.items.backup");
  return (
    <ActButton
      call={BACKUP}
      label={t("state")}
      title={t("stateTitle")}
      text={t("stateText")}
      fields={{ statement: { kind: "reason", label: t("statement"), missing: t("statementMissing") } }}
      body={({ statement }) => ({ statement })}
      yes={t("stateYes")}
      failed={t("stateFailed")}
    />
  );
}

/** Asks a second administrator to agree to the rules. */
export function AskRules({ version }: { version: string }) {
  const t = useTranslations("setup.items.policies");
  return (
    <ActButton
      call={RULES}
      label={t("agree")}
      button={{ look: "primary" }}
      title={t("agreeTitle")}
      text={t("agreeText")}
      fields={{ reason: { kind: "reason", label: t("reason"), missing: t("reasonMissing") } }}
      body={({ reason }) => ({ policy_version: version, reason })}
      yes={t("agreeYes")}
      failed={t("agreeFailed")}
    />
  );
}

/** Records a drill, whose size and root are compared with this log. */
export function RecordDrill() {
  const t = useTranslations("setup.items.drill");
  return (
    <ActButton
      call={DRILL}
      label={t("record")}
      button={{ look: "primary" }}
      title={t("recordTitle")}
      text={t("recordText")}
      fields={{
        held_on: { kind: "date", label: t("day"), missing: t("dayMissing"), wrong: t("dayWrong") },
        place: { kind: "line", label: t("place"), missing: t("placeMissing"), maxLength: 200 },
        size: {
          kind: "line",
          label: t("size"),
          missing: t("sizeMissing"),
          wrong: t("sizeWrong"),
          isCode: true,
          maxLength: 15,
        },
        root: {
          kind: "line",
          label: t("root"),
          missing: t("rootMissing"),
          wrong: t("rootWrong"),
          isCode: true,
          maxLength: 60,
        },
      }}
      body={({ held_on, place, size, root }) => ({ held_on, place, size: Number(size), root })}
      yes={t("recordYes")}
      failed={t("recordFailed")}
    />
  );
}

/** The count over the pages is at most five seconds old. */
const FRESH_MS = 5_500;

/** Fetches the page again while the strip over it has another number of missing parts than the list. */
export function StripInStep({ missing }: { missing: number }) {
  const router = useRouter();
  useEffect(() => {
    const strip = document.querySelector<HTMLElement>("[data-missing]");
    if (strip === null || strip.dataset.missing === String(missing)) return;
    const timer = setTimeout(() => router.refresh(), FRESH_MS);
    return () => clearTimeout(timer);
  });
  return null;
}
